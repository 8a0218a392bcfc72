"""Loaded batches through the rules and the other detectors, and their findings to alerts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from secmon.alerts import exemptions, journal, rule_states
from secmon.alerts.desk import Desk
from secmon.alerts.exemptions import Left
from secmon.alerts.feed_health import FeedReport
from secmon.alerts.flood import DEFAULT_LIMITS, FloodLimits
from secmon.alerts.models import Batch, BatchState
from secmon.alerts.priority import Weights, weights
from secmon.alerts.silence import find_silence, tampering
from secmon.alerts.triage import Triage, found_groups, triage
from secmon.rules import runs
from secmon.rules.batches import Batches
from secmon.rules.builtin import builtin
from secmon.rules.correlate import all_possible, correlate
from secmon.rules.first_seen import find_first_seen
from secmon.rules.indicator_match import match_indicators
from secmon.rules.match import match
from secmon.rules.report import MatchReport
from secmon.rules.rule import Signature
from secmon.rules.ruleset import RuleSet
from secmon.rules.tuning import left_out, tuned
from secmon.rules.volume import Learnt, find_unusual
from secmon.sites.registry import load_sites
from secmon.store.client import Store
from secmon.times import from_milliseconds

_log = structlog.get_logger(__name__)
_STEP = timedelta(milliseconds=1)
_TOGETHER = 20  # batches a pass: few enough to stay within the memory of a query
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Detector:
    """Runs every rule once over each loaded batch; `told` are the problems that were logged already.

    `reports` says how the feeds stand, for the silences among them.
    """

    store: Store
    desk: Desk
    rules: RuleSet
    quiet: timedelta
    clock: Callable[[], datetime]
    limits: FloodLimits = DEFAULT_LIMITS
    reports: Callable[[], Sequence[FeedReport]] = tuple
    told: set[tuple[str, str]] = field(default_factory=set)
    _tuned: dict[object, RuleSet] = field(default_factory=dict)
    _volumes: dict[datetime, Learnt] = field(default_factory=dict)
    _looked: list[datetime] = field(default_factory=list)

    def run(self) -> Triage:
        """Detect in what was loaded since the last run; does nothing when nothing was."""
        done = Triage(0, 0)
        while loaded := journal.batches(self.desk, BatchState.LOADED, limit=_TOGETHER):
            one = self._over(loaded)
            done = done.plus(one)
        return done

    def now(self) -> datetime:
        """A time for a run, as the store keeps it: of two writings of a finding the one with the later time counts."""
        now = self.clock()
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)
        return max(now, journal.last_detection(self.desk) + _STEP)

    @property
    def signatures(self) -> dict[str, Signature]:
        """Everything that can be the rule of a finding, by id."""
        return {rule.id: rule for rule in (*self.rules.signatures, *builtin().values())}

    def weights(self) -> Weights:
        """Confidence of the rules and importance of sites and hosts as they are now."""
        return weights(self.desk, self.signatures.values(), load_sites())

    def in_force(self, now: datetime) -> RuleSet:
        """The rules as they are run: without those not asked, and with what is excepted left out."""
        key = (self.rules, exemptions.in_force(self.desk, now), rule_states.not_asked(self.desk, now))
        if key not in self._tuned:
            self._tuned.clear()  # one at a time: every set has its compiled rules with it
            self._tuned[key] = tuned(*key)
        return self._tuned[key]

    def _over(self, loaded: Sequence[Batch]) -> Triage:
        now, last = self.now(), journal.last_detection(self.desk)
        batches = Batches.of(
            [batch.id for batch in loaded],
            min(batch.received_from for batch in loaded),
            max(batch.received_to for batch in loaded),
        )
        rules = self.in_force(now)
        can = all_possible(self.store, rules, batches)
        reports = [
            run(self.store, rules, batches.ids, batches.received_from, batches.received_to, now, can=can)
            for run in (match, correlate)
        ]
        reports += self._beyond(batches, now)
        for report in reports:
            runs.keep(self.store, report, now, len(batches.ids))
            self._tell(report)
        excepted = left_out(self.store, rules, batches)

        def keep(session: Session) -> None:
            newest = {number: Left(span.count, from_milliseconds(span.last)) for number, span in excepted.items()}
            exemptions.count(session, newest)
            for report in reports:
                for rule_id in rule_states.judge(session, report.outcomes, self.signatures, now):
                    _log.error("rule isolated", rule=self.signatures[rule_id].name)

        return triage(
            self.desk,
            found_groups(self.store, last),
            batches.ids,
            quiet=self.quiet,
            now=now,
            limits=self.limits,
            weights=self.weights(),
            beside=keep,
        )

    def _beyond(self, batches: Batches, now: datetime) -> list[MatchReport]:
        """What no rule can say: indicators and newcomers in the batches and, once a minute, volumes and silences."""
        reports = [match_indicators(self.store, batches, now), find_first_seen(self.store, batches, now)]
        if not self._looked or now - self._looked[-1] >= _MINUTE:
            self._looked[:] = [now]
            reports.append(find_unusual(self.store, self._volumes, now, now))
            reports.append(find_silence(self.store, self.reports(), tampering(self.rules.signatures), now, now))
        return reports

    def _tell(self, report: MatchReport) -> None:
        for failure in report.errors:
            if (failure.rule_id, failure.error) not in self.told:
                self.told.add((failure.rule_id, failure.error))
                _log.error("rule failed", rule=failure.name, error=failure.error)
        for flood in (one for one in report.outcomes if one.held_back):
            _log.warning("rule floods", rule=flood.name, written=flood.matches, held_back=flood.held_back)
