"""Write findings computed in Python (anomaly detectors) to the findings table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa

from secmon.detection.sigma.rule import Signature
from secmon.store.client import Store
from secmon.taxonomy import Severity

_TIME = pa.timestamp("ms", "UTC")
_EVIDENCE = pa.list_(pa.struct([("batch_id", pa.string()), ("seq", pa.uint32())]))
_DETAILS = pa.map_(pa.string(), pa.string())


@dataclass(frozen=True, slots=True)
class DetectorFinding:
    """A finding of a detector.

    `evidence` is an event's batch and number, `details` the expected and observed values.
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
    attack_type: str = ""
    group_uid: str = ""
    evidence: tuple[str, int] | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    user: str = ""
    host: str = ""


def write_findings(store: Store, findings: Sequence[DetectorFinding], detected_at: datetime) -> None:
    """Write findings. A finding that already exists is replaced."""
    if not findings:
        return
    n = len(findings)

    def texts(name: str) -> pa.Array:
        return pa.array([getattr(one, name) for one in findings], pa.string())

    def times(name: str) -> pa.Array:
        return pa.array([getattr(one, name) for one in findings], _TIME)

    evidence = [one.evidence or ("", 0) for one in findings]
    store.insert(
        "findings",
        pa.table(
            {
                "finding_uid": texts("uid"),
                "rule_id": pa.array([one.signature.id for one in findings], pa.string()),
                **{name: texts(name) for name in ("kind", "site", "actor", "group_uid", "attack_type")},
                "severity_id": pa.array([int(one.severity) for one in findings], pa.uint8()),
                **{name: times(name) for name in ("time", "last_time", "received_at")},
                "detected_at": pa.repeat(pa.scalar(detected_at, _TIME), n),
                "event_count": pa.array([one.event_count for one in findings], pa.uint32()),
                "site_count": pa.repeat(pa.scalar(1, pa.uint16()), n),
                "batch_id": pa.array([batch for batch, _ in evidence], pa.string()),
                "seq": pa.array([seq for _, seq in evidence], pa.uint32()),
                "evidence": pa.array([_evidence(one) for one in findings], _EVIDENCE),
                "details": pa.array([list(one.details.items()) for one in findings], _DETAILS),
                "src_endpoint_ip": texts("address"),
                "user_name": texts("user"),
                "device_hostname": texts("host"),
            }
        ),
    )


def _evidence(one: DetectorFinding) -> list[dict[str, object]]:
    return [] if one.evidence is None else [{"batch_id": one.evidence[0], "seq": one.evidence[1]}]
