"""First-seen detector: values that are new at a site (country of a login, administrator, machine)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

import pyarrow as pa

from secmon.detection.anomaly.builtin import builtin
from secmon.detection.engine import findings
from secmon.detection.engine.batches import Batches
from secmon.detection.engine.findings import Finding
from secmon.detection.engine.run_report import MatchReport, RuleOutcome
from secmon.store.client import TIME, Store
from secmon.store.sql import query

KIND = "first_seen"
KINDS = ("country", "admin", "device")
LEARNING = timedelta(days=7)
"""Time from the first value of a kind at a site until a new value is reported as a finding."""


@dataclass(frozen=True, slots=True)
class FirstSeen:
    """A value seen for the first time at a site, in the event `evidence`; `since` is when its kind was first seen."""

    kind: str
    site: str
    value: str
    time: datetime
    received_at: datetime
    evidence: tuple[str, int]
    since: datetime | None


def find_first_seen(
    store: Store, batches: Batches, detected_at: datetime, learning: timedelta = LEARNING
) -> MatchReport:
    """Record what is new in these batches and write findings for new values at sites past the learning period.

    The findings are written first: after a crash between the two writes, the next run writes the same findings again.
    """
    started = perf_counter()
    new = [_newcomer(row) for row in store.rows(query("first_seen_new"), batches.parameters)]
    told = [one for one in new if one.since is not None and one.time - one.since >= learning]
    findings.write_findings(store, [_finding(one) for one in told], detected_at)
    _remember(store, new, detected_at)
    took = round((perf_counter() - started) * 1000)
    number = {kind: sum(one.kind == kind for one in told) for kind in KINDS}
    signatures = {kind: builtin()[f"first_seen_{kind}"] for kind in KINDS}
    return MatchReport(
        KIND,
        tuple(
            RuleOutcome(signatures[kind].id, signatures[kind].name, number[kind], milliseconds=took, pass_rules=3)
            for kind in KINDS
        ),
    )


def _newcomer(row: tuple[Any, ...]) -> FirstSeen:
    kind, site, value, time, received_at, batch_id, seq, since = row
    known = since if since and since > datetime.fromtimestamp(0, UTC) else None
    return FirstSeen(str(kind), str(site), str(value), time, received_at, (str(batch_id), int(seq)), known)


def _finding(one: FirstSeen) -> Finding:
    signature = builtin()[f"first_seen_{one.kind}"]
    assert one.since is not None
    return Finding(
        uid=f"first_seen:{one.kind}:{one.site}:{one.value}",
        signature=signature,
        kind=KIND,
        site=one.site,
        actor=one.value,
        severity=signature.severity,
        time=one.time,
        last_time=one.time,
        received_at=one.received_at,
        evidence=(one.evidence,),
        details={"what": one.kind, "value": one.value, "known_since": one.since.isoformat()},
        user=one.value if one.kind == "admin" else "",
        host=one.value if one.kind == "device" else "",
    )


def _remember(store: Store, new: list[FirstSeen], now: datetime) -> None:
    if new:
        store.insert(
            "first_seen",
            pa.table(
                {
                    **{
                        name: pa.array([getattr(one, name) for one in new], pa.string())
                        for name in ("kind", "site", "value")
                    },
                    "first_time": pa.array([one.time for one in new], TIME),
                    "recorded_at": pa.repeat(pa.scalar(now, TIME), len(new)),
                }
            ),
        )
