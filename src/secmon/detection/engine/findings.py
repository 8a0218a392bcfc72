"""Write findings computed in Python (anomaly detectors and correlations) to the findings table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa

from secmon.detection.sigma.rule import Signature
from secmon.store.client import TIME, Store
from secmon.taxonomy import Severity

_EVIDENCE = pa.list_(pa.struct([("batch_id", pa.string()), ("seq", pa.uint32())]))
_DETAILS = pa.map_(pa.string(), pa.string())


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding of a detector or a correlation at one site.

    `evidence` are events by batch and number, the first of them the event of the finding; `details` are expected and
    observed values.
    """

    uid: str
    signature: Signature
    kind: str
    site: str
    actor: str
    severity: Severity
    time: datetime
    last_time: datetime
    received_at: datetime
    event_count: int = 1
    site_count: int = 1
    attack_type: str = ""
    group_uid: str = ""
    evidence: tuple[tuple[str, int], ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    user: str = ""
    host: str = ""


def write_findings(store: Store, findings: Sequence[Finding], detected_at: datetime) -> None:
    """Write findings. A finding that already exists is replaced."""
    if not findings:
        return
    n = len(findings)

    def texts(name: str) -> pa.Array:
        return pa.array([getattr(one, name) for one in findings], pa.string())

    def times(name: str) -> pa.Array:
        return pa.array([getattr(one, name) for one in findings], TIME)

    first_events = [one.evidence[0] if one.evidence else ("", 0) for one in findings]
    store.insert(
        "findings",
        pa.table(
            {
                "finding_uid": texts("uid"),
                "rule_id": pa.array([one.signature.id for one in findings], pa.string()),
                **{name: texts(name) for name in ("kind", "site", "actor", "group_uid", "attack_type")},
                "severity_id": pa.array([int(one.severity) for one in findings], pa.uint8()),
                **{name: times(name) for name in ("time", "last_time", "received_at")},
                "detected_at": pa.repeat(pa.scalar(detected_at, TIME), n),
                "event_count": pa.array([one.event_count for one in findings], pa.uint32()),
                "site_count": pa.array([one.site_count for one in findings], pa.uint16()),
                "batch_id": pa.array([batch for batch, _ in first_events], pa.string()),
                "seq": pa.array([seq for _, seq in first_events], pa.uint32()),
                "evidence": pa.array([_evidence(one) for one in findings], _EVIDENCE),
                "details": pa.array([list(one.details.items()) for one in findings], _DETAILS),
                "src_endpoint_ip": texts("address"),
                "user_name": texts("user"),
                "device_hostname": texts("host"),
            }
        ),
    )


def _evidence(one: Finding) -> list[dict[str, object]]:
    return [{"batch_id": batch_id, "seq": seq} for batch_id, seq in one.evidence]
