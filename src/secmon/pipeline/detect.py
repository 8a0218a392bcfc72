"""Run the rules and other detectors over loaded batches, and turn their findings into alerts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from secmon.alerts.flood_control import DEFAULT_LIMITS, FloodLimits
from secmon.alerts.priority import Weights, weights
from secmon.alerts.triage import Triage, found_groups, triage
from secmon.db.database import Database
from secmon.db.models import Batch, BatchState
from secmon.detection import exceptions_registry, rule_states
from secmon.detection.anomaly.builtin import builtin
from secmon.detection.anomaly.first_seen import find_first_seen
from secmon.detection.anomaly.silence import find_silence, tampering
from secmon.detection.anomaly.volume import LearntVolumes, find_unusual
from secmon.detection.correlation.engine import all_candidates, correlate
from secmon.detection.engine import run_report
from secmon.detection.engine.batches import Batches
from secmon.detection.engine.match_events import match_events
from secmon.detection.engine.rule_tuning import suppressed_matches, tuned_rules
from secmon.detection.engine.run_report import MatchReport
from secmon.detection.exceptions_registry import Suppressed
from secmon.detection.sigma.rule import Signature
from secmon.detection.sigma.ruleset import RuleSet
from secmon.detection.threat_intel.indicators import match_indicators
from secmon.feed_health.health import FeedReport
from secmon.ingest import batch_journal
from secmon.sites.registry import load_sites
from secmon.store.client import Store
from secmon.times import from_milliseconds

_log = structlog.get_logger(__name__)
_STEP = timedelta(milliseconds=1)
_TOGETHER = 20  # batches in one pass: few enough to stay within the memory limit of a query
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Detector:
    """Runs every rule once over each loaded batch. Problems that were already logged are remembered.

    `reports` returns the health of the feeds, for the detection of silence.
    """

    store: Store
    db: Database
    rules: RuleSet
    quiet: timedelta
    clock: Callable[[], datetime]
    limits: FloodLimits = DEFAULT_LIMITS
    reports: Callable[[], Sequence[FeedReport]] = tuple
    told: set[tuple[str, str]] = field(default_factory=set)
    _tuned: dict[object, RuleSet] = field(default_factory=dict)
    _volumes: dict[datetime, LearntVolumes] = field(default_factory=dict)
    _looked: list[datetime] = field(default_factory=list)

    def run(self) -> Triage:
        """Detect in the batches loaded since the last run; does nothing when there are none."""
        done = Triage(0, 0)
        while one := self.run_pass():
            done = done.plus(one)
        return done

    def run_pass(self) -> Triage | None:
        """Detect in the oldest batches that are loaded and not yet processed; returns None when there are none."""
        # Rules over many batches cost about as much as over one: much of a pass is the planning of its statements.
        # After downtime the batches are therefore taken together, but no more than fit in memory.
        loaded = batch_journal.batches(self.db, BatchState.LOADED, limit=_TOGETHER)
        return self._over(loaded) if loaded else None

    def now(self, last: datetime) -> datetime:
        """Return the time of a run that follows the run at `last`, rounded down to milliseconds as the store holds it.

        ReplacingMergeTree keeps the row with the newest detected_at, so the time must increase from run to run.
        """
        now = self.clock()
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)
        # The clock may be set back or have two runs in one millisecond. A finding written with an older time would lose
        # against its stored version, and triage, which reads findings newer than the last run, would not see it.
        return max(now, last + _STEP)

    @property
    def signatures(self) -> dict[str, Signature]:
        """All rules and detectors that can raise findings, by id."""
        return {rule.id: rule for rule in (*self.rules.signatures, *builtin().values())}

    def weights(self) -> Weights:
        """Return the confidence of the rules and the importance of sites and hosts as they are now."""
        return weights(self.db, self.signatures.values(), load_sites())

    def in_force(self, now: datetime) -> RuleSet:
        """Return the rules as they are run: without disabled rules and with rule exceptions applied."""
        key = (
            self.rules,
            exceptions_registry.rule_exceptions_in_force(self.db, now),
            rule_states.inactive_rules(self.db, now),
        )
        if key not in self._tuned:
            self._tuned.clear()  # only one set is cached, since each set holds its compiled rules
            self._tuned[key] = tuned_rules(*key)
        return self._tuned[key]

    def _over(self, loaded: Sequence[Batch]) -> Triage:
        # The last run is the newest whose alerts were committed. Findings newer than it include those of a run that
        # crashed between writing findings and committing alerts, so its alerts are opened now.
        last = batch_journal.last_detection(self.db)
        now = self.now(last)
        batches = Batches.of(
            [batch.id for batch in loaded],
            min(batch.received_from for batch in loaded),
            max(batch.received_to for batch in loaded),
        )
        rules = self.in_force(now)
        # One prefilter query for both kinds of rules: it reads the new events once instead of twice.
        can = all_candidates(self.store, rules, batches)
        reports = [
            match_events(self.store, rules, batches, now, can=can),
            correlate(self.store, rules, batches, now, can=can),
        ]
        reports += self._beyond(batches, now)
        for report in reports:
            run_report.write_run_history(self.store, report, now, len(batches.ids))
            self._tell(report)
        # Counts of rule exceptions and the isolation of bad rules are written in the transaction that marks the batches
        # as detected. On their own they would be counted twice when a crashed run is repeated.
        excepted = suppressed_matches(self.store, rules, batches)

        def keep(session: Session) -> None:
            newest = {number: Suppressed(span.count, from_milliseconds(span.last)) for number, span in excepted.items()}
            exceptions_registry.count_suppressed_matches(session, newest)
            for report in reports:
                for rule_id in rule_states.isolate_bad_rules(session, report.outcomes, self.signatures, now):
                    _log.error("rule isolated", rule=self.signatures[rule_id].name)

        return triage(
            self.db,
            found_groups(self.store, last),
            batches.ids,
            quiet=self.quiet,
            now=now,
            limits=self.limits,
            weights=self.weights(),
            beside=keep,
        )

    def _beyond(self, batches: Batches, now: datetime) -> list[MatchReport]:
        """Run the detectors that are not rules.

        Indicators and first-seen values run over the batches; volumes and silences are checked once a minute.
        """
        reports = [match_indicators(self.store, batches, now), find_first_seen(self.store, batches, now)]
        if not self._looked or now - self._looked[-1] >= _MINUTE:
            self._looked[:] = [now]
            reports.append(find_unusual(self.store, self._volumes, now, now))
            reports.append(find_silence(self.store, self.reports(), tampering(self.rules.signatures), now, now))
        return reports

    def _tell(self, report: MatchReport) -> None:
        for failure in report.errors:
            # A broken rule fails in every pass, every few seconds: each of its problems is logged once.
            if (failure.rule_id, failure.error) not in self.told:
                self.told.add((failure.rule_id, failure.error))
                _log.error("rule failed", rule=failure.name, error=failure.error)
        for flood in (one for one in report.outcomes if one.held_back):
            _log.warning("rule floods", rule=flood.name, written=flood.matches, held_back=flood.held_back)
