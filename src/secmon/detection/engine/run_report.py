"""Outcome of a detection run: matches, durations and errors of each rule, kept as rows of the run history."""

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from secmon.store.client import TIME, Store


@dataclass(frozen=True)
class RuleOutcome:
    """Findings written for a rule; `error` is the reason why it could not be run.

    `held_back` are matches beyond the limit of one run. `milliseconds` is the time of the pass in which the rule
    ran together with `pass_rules` rules; it is 0 where the log source had no new events.
    """

    rule_id: str
    name: str
    matches: int = 0
    error: str = ""
    held_back: int = 0
    milliseconds: int = 0
    pass_rules: int = 0


@dataclass(frozen=True)
class MatchReport:
    """One run over some batches; `kind` is event or correlation."""

    kind: str
    outcomes: tuple[RuleOutcome, ...]

    @property
    def findings(self) -> int:
        """Number of findings written."""
        return sum(outcome.matches for outcome in self.outcomes)

    @property
    def errors(self) -> tuple[RuleOutcome, ...]:
        """The rules that could not be run."""
        return tuple(outcome for outcome in self.outcomes if outcome.error)


def write_run_history(store: Store, report: MatchReport, run_at: datetime, batches: int) -> None:
    """Write a row for each rule that ran; rules whose log source was silent or is not collected have none."""
    asked = [one for one in report.outcomes if one.pass_rules]
    if not asked:
        return
    n = len(asked)
    store.insert(
        "rule_runs",
        pa.table(
            {
                "run_at": pa.repeat(pa.scalar(run_at, TIME), n),
                "rule_id": pa.array([one.rule_id for one in asked], pa.string()),
                "kind": pa.repeat(report.kind, n),
                "matches": pa.array([one.matches for one in asked], pa.uint32()),
                "held_back": pa.array([one.held_back for one in asked], pa.uint32()),
                "milliseconds": pa.array([one.milliseconds for one in asked], pa.uint32()),
                "pass_rules": pa.array([one.pass_rules for one in asked], pa.uint16()),
                "batches": pa.repeat(pa.scalar(batches, pa.uint16()), n),
                "error": pa.array([one.error for one in asked], pa.string()),
            }
        ),
    )
