"""What operators do with alerts: acknowledge, work on, close with a class, reopen, assign, merge and unmerge.

Each function takes one alert or many, with one note for all, and keeps all or nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from secmon.alerts.audit import Act, Actor, record
from secmon.alerts.change import Versions, changing, checked, covered, found, said, touch, values
from secmon.alerts.desk import Desk
from secmon.alerts.models import Alert, AlertStatus
from secmon.errors import IllegalMove
from secmon.sites.scope import Scope


class Closure(StrEnum):
    """What an alert turned out to be; a class is mandatory, as rules are judged by it."""

    TRUE_POSITIVE = "true_positive"
    BENIGN = "benign"
    FALSE_POSITIVE = "false_positive"
    DUPLICATE = "duplicate"


MOVES: Mapping[AlertStatus, frozenset[AlertStatus]] = {
    AlertStatus.NEW: frozenset({AlertStatus.ACKNOWLEDGED, AlertStatus.IN_PROGRESS, AlertStatus.CLOSED}),
    AlertStatus.ACKNOWLEDGED: frozenset({AlertStatus.IN_PROGRESS, AlertStatus.CLOSED}),
    AlertStatus.IN_PROGRESS: frozenset({AlertStatus.CLOSED}),
    AlertStatus.CLOSED: frozenset({AlertStatus.ACKNOWLEDGED}),
}
"""What may follow; a later state includes the earlier ones, and a closed alert is reopened as acknowledged."""

UNCHECKED: Versions = MappingProxyType({})
_KEPT = ("status", "owner", "closure", "note", "merged_into", "incident_id")


def acknowledge(
    desk: Desk, scope: Scope, ids: Sequence[int], *, actor: Actor, now: datetime, note: str = "",
    versions: Versions = UNCHECKED,
) -> Sequence[Alert]:  # fmt: skip
    """Somebody has seen them; whoever does it becomes their owner where they have none."""
    with changing(desk) as session:
        alerts = _free(session, scope, ids, versions)
        for alert in alerts:
            advance(session, alert, AlertStatus.ACKNOWLEDGED, actor, now, note)
        return alerts


def start(
    desk: Desk, scope: Scope, ids: Sequence[int], *, actor: Actor, now: datetime, note: str = "",
    versions: Versions = UNCHECKED,
) -> Sequence[Alert]:  # fmt: skip
    """Work on them has begun."""
    with changing(desk) as session:
        alerts = _free(session, scope, ids, versions)
        for alert in alerts:
            advance(session, alert, AlertStatus.IN_PROGRESS, actor, now, note)
        return alerts


def close(
    desk: Desk, scope: Scope, ids: Sequence[int], closure: Closure, *, note: str, actor: Actor, now: datetime,
    versions: Versions = UNCHECKED,
) -> Sequence[Alert]:  # fmt: skip
    """Close them as what they turned out to be; those merged into them are closed as duplicates."""
    with changing(desk) as session:
        alerts = _free(session, scope, ids, versions)
        for alert in alerts:
            shut(session, alert, closure, note, actor, now)
        return alerts


def reopen(
    desk: Desk, scope: Scope, ids: Sequence[int], *, note: str, actor: Actor, now: datetime,
    versions: Versions = UNCHECKED,
) -> Sequence[Alert]:  # fmt: skip
    """Open closed alerts again, as acknowledged, with those merged into them."""
    with changing(desk) as session:
        alerts = _free(session, scope, ids, versions)
        for alert in alerts:
            said(note, f"why alert {alert.id} is reopened")
            for one in (alert, *_children(session, alert)):
                _reopened(session, one, note, actor, now)
        return alerts


def assign(
    desk: Desk, scope: Scope, ids: Sequence[int], owner: str, *, actor: Actor, now: datetime,
    versions: Versions = UNCHECKED,
) -> Sequence[Alert]:  # fmt: skip
    """Give open alerts to somebody; '' to nobody."""
    with changing(desk) as session:
        alerts = _free(session, scope, ids, versions)
        for alert in alerts:
            if alert.status == AlertStatus.CLOSED:
                raise IllegalMove(f"alert {alert.id} is closed: reopen it before it is given to somebody")
            before = values(alert, *_KEPT)
            alert.owner = owner[:128]
            _kept(session, alert, "alert.assign", before, actor, now)
        return alerts


def merge(
    desk: Desk, scope: Scope, ids: Sequence[int], into: int, *, note: str = "", actor: Actor, now: datetime,
    versions: Versions = UNCHECKED,
) -> Alert:  # fmt: skip
    """Hide open alerts behind another open one; further findings still count in them, and unmerge brings them back."""
    with changing(desk) as session:
        [parent] = _free(session, scope, [into], versions)
        for alert in _free(session, scope, ids, versions):
            _mergeable(session, alert, parent)
            before = values(alert, *_KEPT)
            alert.merged_into, alert.note = parent.id, note.strip() or alert.note
            _kept(session, alert, "alert.merge", before, actor, now)
        touch(parent, actor, now)
        return parent


def unmerge(
    desk: Desk, scope: Scope, ids: Sequence[int], *, actor: Actor, now: datetime, versions: Versions = UNCHECKED
) -> Sequence[Alert]:
    """Bring merged alerts back as alerts of their own; those closed with their parent are open again."""
    with changing(desk) as session:
        alerts = _of(session, scope, ids, versions)
        for alert in alerts:
            if alert.merged_into is None:
                raise IllegalMove(f"alert {alert.id} is merged into no other")
            before = values(alert, *_KEPT)
            parent = alert.merged_into
            alert.merged_into = None
            if alert.status == AlertStatus.CLOSED:
                _reopened(session, alert, f"unmerged from alert {parent}", actor, now)
            else:
                _kept(session, alert, "alert.unmerge", before, actor, now)
        return alerts


def advance(session: Session, alert: Alert, status: AlertStatus, actor: Actor, now: datetime, note: str = "") -> None:
    """Move an alert on within the caller's change; the first time of each state is kept."""
    _allowed(alert, status)
    before = values(alert, *_KEPT)
    alert.status = status
    alert.acknowledged_at = alert.acknowledged_at or now
    if status == AlertStatus.IN_PROGRESS:
        alert.started_at = alert.started_at or now
    alert.owner = alert.owner or actor.name[:128]
    alert.note = note.strip() or alert.note
    _kept(session, alert, f"alert.{status}", before, actor, now)


def shut(session: Session, alert: Alert, closure: Closure, note: str, actor: Actor, now: datetime) -> None:
    """Close an alert within the caller's change, and those merged into it as duplicates."""
    text = said(note, f"the note to the closing of alert {alert.id}")
    _closed(session, alert, closure, text, actor, now)
    for child in _children(session, alert):
        if child.status != AlertStatus.CLOSED:
            _closed(session, child, Closure.DUPLICATE, f"merged into alert {alert.id}: {text}", actor, now)


def _closed(session: Session, alert: Alert, closure: Closure, note: str, actor: Actor, now: datetime) -> None:
    _allowed(alert, AlertStatus.CLOSED)
    before = values(alert, *_KEPT)
    alert.status, alert.closure, alert.note, alert.closed_at = AlertStatus.CLOSED, closure, note, now
    alert.acknowledged_at = alert.acknowledged_at or now
    alert.owner = alert.owner or actor.name[:128]
    _kept(session, alert, "alert.closed", before, actor, now)


def _reopened(session: Session, alert: Alert, note: str, actor: Actor, now: datetime) -> None:
    if alert.status != AlertStatus.CLOSED:
        raise IllegalMove(f"alert {alert.id} is {alert.status}, not closed: there is nothing to reopen")
    before = values(alert, *_KEPT)
    other = session.scalar(
        select(Alert.id).where(
            Alert.rule_id == alert.rule_id, Alert.site == alert.site, Alert.actor == alert.actor,
            Alert.status != AlertStatus.CLOSED, Alert.gathering, Alert.id != alert.id,
        )
    )  # fmt: skip
    alert.gathering = alert.gathering and other is None  # of one rule, site and actor only one open alert gathers
    alert.status, alert.closure, alert.closed_at, alert.note = AlertStatus.ACKNOWLEDGED, "", None, note.strip()
    _kept(session, alert, "alert.reopened", before, actor, now)


def _allowed(alert: Alert, status: AlertStatus) -> None:
    allowed = MOVES[AlertStatus(alert.status)]
    if status not in allowed:
        raise IllegalMove(
            f"alert {alert.id} is {alert.status} and cannot become {status}; it can become {', '.join(sorted(allowed))}"
        )


def _mergeable(session: Session, alert: Alert, parent: Alert) -> None:
    if alert.id == parent.id:
        raise IllegalMove(f"alert {alert.id} cannot be merged into itself")
    if AlertStatus.CLOSED in {alert.status, parent.status}:
        raise IllegalMove(f"alerts {alert.id} and {parent.id} must both be open to be merged")
    if _children(session, alert):
        raise IllegalMove(f"others are merged into alert {alert.id}: unmerge them, or merge into it")
    if alert.incident_id is not None and alert.incident_id != parent.incident_id:
        raise IllegalMove(f"alert {alert.id} belongs to incident {alert.incident_id}: take it out of there first")


def _children(session: Session, alert: Alert) -> Sequence[Alert]:
    return session.scalars(select(Alert).where(Alert.merged_into == alert.id).order_by(Alert.id)).all()


def _free(session: Session, scope: Scope, ids: Sequence[int], versions: Versions) -> Sequence[Alert]:
    """The alerts, none of them merged: a merged one moves with its parent."""
    alerts = _of(session, scope, ids, versions)
    for alert in alerts:
        if alert.merged_into is not None:
            raise IllegalMove(f"alert {alert.id} is merged into alert {alert.merged_into}: act there, or unmerge it")
    return alerts


def _of(session: Session, scope: Scope, ids: Sequence[int], versions: Versions) -> Sequence[Alert]:
    if not ids:
        raise IllegalMove("no alert was chosen")
    alerts = [found(session.get(Alert, number), f"alert {number}") for number in dict.fromkeys(ids)]
    for alert in alerts:
        covered(scope, [alert.site], f"alert {alert.id}")
        checked(alert, versions.get(alert.id), f"alert {alert.id}")
    return alerts


def _kept(
    session: Session, alert: Alert, action: str, before: Mapping[str, object], actor: Actor, now: datetime
) -> None:
    touch(alert, actor, now)
    after = values(alert, *_KEPT)
    record(session, Act(actor, action, f"alert:{alert.id}", now, alert.site, before, after))
