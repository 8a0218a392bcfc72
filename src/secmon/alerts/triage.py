"""Findings to alerts: one open alert for a rule, site and actor, until they have been quiet for some hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from secmon.alerts.desk import Desk
from secmon.alerts.models import Alert, AlertStatus, Batch, BatchState
from secmon.alerts.suppression import leave_out
from secmon.store import sql
from secmon.store.client import Store
from secmon.taxonomy import Severity

LEAST = Severity.LOW
"""Severity from which findings open an alert; those below stay findings, counted on the wall and searchable."""


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """Findings of one run with the same rule, site and actor."""

    rule_id: str
    site: str
    actor: str
    correlated: bool
    severity: int
    attack_type: str
    group_uid: str
    site_count: int
    findings: int
    events: int
    first_time: datetime
    last_time: datetime


@dataclass(frozen=True, slots=True)
class Triage:
    """How many alerts a run opened and how many it extended; `suppressed` groups fell under a suppression."""

    opened: int
    extended: int
    suppressed: int = 0


def found_groups(store: Store, after: datetime) -> tuple[FoundGroup, ...]:
    """The findings made after `after`, grouped as alerts are; informational ones are no alerts."""
    rows = store.records(sql.query("findings_of_run"), {"after": after, "least": LEAST})
    return tuple(FoundGroup(**{**row, "correlated": bool(row["correlated"])}) for row in rows)


def triage(
    desk: Desk, groups: Sequence[FoundGroup], batch_ids: Sequence[str], *, quiet: timedelta, now: datetime
) -> Triage:
    """Open or extend alerts and mark the batches as detected, in one transaction: a crash repeats all of it or nothing.

    A finding more than `quiet` after the alert's last one opens a new alert.
    """
    opened = suppressed = 0
    with desk.begin() as session:
        for group in groups:
            if leave_out(session, group.rule_id, group.site, group.actor, now):
                suppressed += 1
                continue
            opened += _place(session, group, quiet, now)
        session.execute(update(Batch).where(Batch.id.in_(batch_ids)).values(state=BatchState.DETECTED, detected_at=now))
    return Triage(opened=opened, extended=len(groups) - opened - suppressed, suppressed=suppressed)


def _place(session: Session, group: FoundGroup, quiet: timedelta, now: datetime) -> bool:
    alert = session.scalar(
        select(Alert).where(
            Alert.rule_id == group.rule_id, Alert.site == group.site, Alert.actor == group.actor,
            Alert.status != AlertStatus.CLOSED, Alert.gathering,
        )
    )  # fmt: skip
    if alert is not None and group.first_time - alert.last_time <= quiet:
        _extend(alert, group, now)
        return False
    if alert is not None:
        alert.gathering = False
        session.flush()
    session.add(
        Alert(
            rule_id=group.rule_id, site=group.site, actor=group.actor, severity=group.severity,
            attack_type=group.attack_type, status=AlertStatus.NEW, gathering=True, group_uid=group.group_uid,
            site_count=group.site_count, findings=group.findings, events=group.events,
            first_time=group.first_time, last_time=group.last_time, opened_at=now, updated_at=now,
        )
    )  # fmt: skip
    return True


def _extend(alert: Alert, group: FoundGroup, now: datetime) -> None:
    continued = group.correlated and group.group_uid == alert.group_uid
    alert.findings += 0 if continued else group.findings
    # a correlated finding is counted again from its first event each time, so its newest count replaces the older one
    alert.events = max(alert.events, group.events) if continued else alert.events + group.events
    alert.severity = max(alert.severity, group.severity)
    alert.group_uid, alert.site_count = group.group_uid, max(alert.site_count, group.site_count)
    alert.first_time = min(alert.first_time, group.first_time)
    alert.last_time = max(alert.last_time, group.last_time)
    alert.updated_at = now
