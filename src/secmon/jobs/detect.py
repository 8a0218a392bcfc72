"""Loaded batches through the rules, and their findings to alerts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from secmon.alerts import journal
from secmon.alerts.desk import Desk
from secmon.alerts.models import Batch, BatchState
from secmon.alerts.triage import Triage, found_groups, triage
from secmon.rules import runs
from secmon.rules.correlate import correlate
from secmon.rules.match import match
from secmon.rules.ruleset import RuleSet
from secmon.store.client import Store

_log = structlog.get_logger(__name__)
_STEP = timedelta(milliseconds=1)
_TOGETHER = 20  # batches a pass: few enough to stay within the memory of a query


@dataclass(frozen=True, slots=True)
class Detector:
    """Runs every rule once over each loaded batch; `told` are the problems that were logged already."""

    store: Store
    desk: Desk
    rules: RuleSet
    quiet: timedelta
    clock: Callable[[], datetime]
    told: set[tuple[str, str]] = field(default_factory=set)

    def run(self) -> Triage:
        """Detect in what was loaded since the last run; does nothing when nothing was."""
        opened = extended = 0
        while loaded := journal.batches(self.desk, BatchState.LOADED, limit=_TOGETHER):
            result = self._over(loaded)
            opened, extended = opened + result.opened, extended + result.extended
        return Triage(opened, extended)

    def _over(self, loaded: Sequence[Batch]) -> Triage:
        now = self.clock()
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)  # the store keeps milliseconds
        last = journal.last_detection(self.desk)
        now = max(now, last + _STEP)  # of two writings of a finding the store keeps the one with the later time
        ids = [batch.id for batch in loaded]
        received_from = min(batch.received_from for batch in loaded)
        received_to = max(batch.received_to for batch in loaded)
        for run in (match, correlate):
            report = run(self.store, self.rules, ids, received_from, received_to, now)
            runs.keep(self.store, report, now, len(ids))
            for failure in report.errors:
                if (failure.rule_id, failure.error) not in self.told:
                    self.told.add((failure.rule_id, failure.error))
                    _log.error("rule failed", rule=failure.name, error=failure.error)
            for flood in (one for one in report.outcomes if one.held_back):
                _log.warning("rule floods", rule=flood.name, written=flood.matches, held_back=flood.held_back)
        return triage(self.desk, found_groups(self.store, last), ids, quiet=self.quiet, now=now)
