"""Every run of every rule as a row: what it found, how long it took, what went wrong."""

from datetime import datetime

import pyarrow as pa

from secmon.rules.report import MatchReport
from secmon.store.client import Store


def keep(store: Store, report: MatchReport, run_at: datetime, batches: int) -> None:
    """Write a row for each rule that was asked; rules whose log source was silent, or is not collected, have none."""
    asked = [one for one in report.outcomes if one.pass_rules]
    if not asked:
        return
    n = len(asked)
    store.insert(
        "rule_runs",
        pa.table(
            {
                "run_at": pa.repeat(pa.scalar(run_at, pa.timestamp("ms", "UTC")), n),
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
