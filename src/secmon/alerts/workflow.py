"""Alert workflow: acknowledge, work on, close with a class, reopen, assign, merge and unmerge.

Each function takes one or many alerts, with one note for all, and changes all of them or none.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from secmon.db.audit_log import Act, Actor, record_act
from secmon.db.models import Alert, AlertStatus
from secmon.db.transaction import (
    Change,
    Versions,
    check_version,
    column_values,
    require_row,
    require_scope,
    require_text,
    serialised_transaction,
    touch,
)
from secmon.db.transitions import Transitions
from secmon.errors import IllegalMove, Item, Term
from secmon.sites.scope import Scope


class Closure(StrEnum):
    """The classification of a closed alert; it is mandatory, as rules are evaluated by it."""

    TRUE_POSITIVE = "true_positive"
    BENIGN = "benign"
    FALSE_POSITIVE = "false_positive"
    DUPLICATE = "duplicate"


TRANSITIONS = Transitions(
    "alert",
    {
        AlertStatus.NEW: frozenset({AlertStatus.ACKNOWLEDGED, AlertStatus.IN_PROGRESS, AlertStatus.CLOSED}),
        AlertStatus.ACKNOWLEDGED: frozenset({AlertStatus.IN_PROGRESS, AlertStatus.CLOSED}),
        AlertStatus.IN_PROGRESS: frozenset({AlertStatus.CLOSED}),
        AlertStatus.CLOSED: frozenset({AlertStatus.ACKNOWLEDGED}),
    },
)
"""A later state includes the earlier states, and a closed alert is reopened as acknowledged."""

UNCHECKED: Versions = MappingProxyType({})
_KEPT = ("status", "owner", "closure", "note", "merged_into", "incident_id")


def acknowledge_alerts(
    change: Change, ids: Sequence[int], *, note: str = "", versions: Versions = UNCHECKED
) -> Sequence[Alert]:
    """Acknowledge alerts; the user becomes the owner of alerts without an owner."""
    with serialised_transaction(change.db) as session:
        alerts = _free(session, change.scope, ids, versions)
        for alert in alerts:
            transition_alert(session, alert, AlertStatus.ACKNOWLEDGED, change.actor, change.now, note)
        return alerts


def start_alerts(
    change: Change, ids: Sequence[int], *, note: str = "", versions: Versions = UNCHECKED
) -> Sequence[Alert]:
    """Start work on alerts."""
    with serialised_transaction(change.db) as session:
        alerts = _free(session, change.scope, ids, versions)
        for alert in alerts:
            transition_alert(session, alert, AlertStatus.IN_PROGRESS, change.actor, change.now, note)
        return alerts


def close_alerts(
    change: Change, ids: Sequence[int], closure: Closure, *, note: str, versions: Versions = UNCHECKED
) -> Sequence[Alert]:
    """Close alerts with a classification; alerts merged into them are closed as duplicates."""
    with serialised_transaction(change.db) as session:
        alerts = _free(session, change.scope, ids, versions)
        for alert in alerts:
            close_alert(session, alert, closure, note, change.actor, change.now)
        return alerts


def reopen_alerts(change: Change, ids: Sequence[int], *, note: str, versions: Versions = UNCHECKED) -> Sequence[Alert]:
    """Reopen closed alerts, as acknowledged, with the alerts merged into them."""
    with serialised_transaction(change.db) as session:
        alerts = _free(session, change.scope, ids, versions)
        for alert in alerts:
            require_text(note, "reason_for_reopening")
            for one in (alert, *_children(session, alert)):
                _reopened(session, one, note, change.actor, change.now)
        return alerts


def assign_alerts(change: Change, ids: Sequence[int], owner: str, *, versions: Versions = UNCHECKED) -> Sequence[Alert]:
    """Assign open alerts to a user; '' to nobody."""
    with serialised_transaction(change.db) as session:
        alerts = _free(session, change.scope, ids, versions)
        for alert in alerts:
            if alert.status == AlertStatus.CLOSED:
                raise IllegalMove("alert.assign_closed", id=alert.id)
            before = column_values(alert, *_KEPT)
            alert.owner = owner[:128]
            _kept(session, alert, "alert.assign", before, change.actor, change.now)
        return alerts


def merge_alerts(
    change: Change, ids: Sequence[int], into: int, *, note: str = "", versions: Versions = UNCHECKED
) -> Alert:
    """Merge open alerts into another open alert, which hides them.

    Further findings still count in the merged alerts, and unmerge restores them.
    """
    with serialised_transaction(change.db) as session:
        [parent] = _free(session, change.scope, [into], versions)
        for alert in _free(session, change.scope, ids, versions):
            _mergeable(session, alert, parent)
            before = column_values(alert, *_KEPT)
            alert.merged_into, alert.note = parent.id, note.strip() or alert.note
            _kept(session, alert, "alert.merge", before, change.actor, change.now)
        touch(parent, change.actor, change.now)
        return parent


def unmerge_alerts(change: Change, ids: Sequence[int], *, versions: Versions = UNCHECKED) -> Sequence[Alert]:
    """Restore merged alerts as separate alerts; those closed with their parent are open again."""
    with serialised_transaction(change.db) as session:
        alerts = _of(session, change.scope, ids, versions)
        for alert in alerts:
            if alert.merged_into is None:
                raise IllegalMove("alert.not_merged", id=alert.id)
            before = column_values(alert, *_KEPT)
            parent = alert.merged_into
            alert.merged_into = None
            if alert.status == AlertStatus.CLOSED:
                _reopened(session, alert, f"unmerged from alert {parent}", change.actor, change.now)
            else:
                _kept(session, alert, "alert.unmerge", before, change.actor, change.now)
        return alerts


def transition_alert(
    session: Session, alert: Alert, status: AlertStatus, actor: Actor, now: datetime, note: str = ""
) -> None:
    """Move an alert on within the caller's transaction; the first time of each state is stored."""
    TRANSITIONS.check(alert.id, alert.status, status)
    before = column_values(alert, *_KEPT)
    alert.status = status
    alert.acknowledged_at = alert.acknowledged_at or now
    if status == AlertStatus.IN_PROGRESS:
        alert.started_at = alert.started_at or now
    alert.owner = alert.owner or actor.name[:128]
    alert.note = note.strip() or alert.note
    _kept(session, alert, f"alert.{status}", before, actor, now)


def close_alert(session: Session, alert: Alert, closure: Closure, note: str, actor: Actor, now: datetime) -> None:
    """Close an alert within the caller's transaction, and the alerts merged into it as duplicates."""
    text = require_text(note, "note_on_closing")
    _closed(session, alert, closure, text, actor, now)
    for child in _children(session, alert):
        if child.status != AlertStatus.CLOSED:
            _closed(session, child, Closure.DUPLICATE, f"merged into alert {alert.id}: {text}", actor, now)


def _closed(session: Session, alert: Alert, closure: Closure, note: str, actor: Actor, now: datetime) -> None:
    TRANSITIONS.check(alert.id, alert.status, AlertStatus.CLOSED)
    before = column_values(alert, *_KEPT)
    alert.status, alert.closure, alert.note, alert.closed_at = AlertStatus.CLOSED, closure, note, now
    alert.acknowledged_at = alert.acknowledged_at or now
    alert.owner = alert.owner or actor.name[:128]
    _kept(session, alert, "alert.closed", before, actor, now)


def _reopened(session: Session, alert: Alert, note: str, actor: Actor, now: datetime) -> None:
    if alert.status != AlertStatus.CLOSED:
        raise IllegalMove("alert.not_closed", id=alert.id, state=Term.of(alert.status))
    before = column_values(alert, *_KEPT)
    other = session.scalar(
        select(Alert.id).where(
            Alert.rule_id == alert.rule_id,
            Alert.site == alert.site,
            Alert.actor == alert.actor,
            Alert.status != AlertStatus.CLOSED,
            Alert.gathering,
            Alert.id != alert.id,
        )
    )
    alert.gathering = alert.gathering and other is None  # only one open alert of a rule, site and actor is extended
    alert.status, alert.closure, alert.closed_at, alert.note = AlertStatus.ACKNOWLEDGED, "", None, note.strip()
    _kept(session, alert, "alert.reopened", before, actor, now)


def _mergeable(session: Session, alert: Alert, parent: Alert) -> None:
    if alert.id == parent.id:
        raise IllegalMove("alert.merge_into_itself", id=alert.id)
    if AlertStatus.CLOSED in {alert.status, parent.status}:
        raise IllegalMove("alert.merge_of_closed", id=alert.id, into=parent.id)
    if _children(session, alert):
        raise IllegalMove("alert.merge_of_parent", id=alert.id)
    if alert.incident_id is not None and alert.incident_id != parent.incident_id:
        raise IllegalMove("alert.merge_of_member", id=alert.id, incident=alert.incident_id or 0)


def _children(session: Session, alert: Alert) -> Sequence[Alert]:
    return session.scalars(select(Alert).where(Alert.merged_into == alert.id).order_by(Alert.id)).all()


def _free(session: Session, scope: Scope, ids: Sequence[int], versions: Versions) -> Sequence[Alert]:
    """Load the alerts and refuse merged alerts, which move with their parent."""
    alerts = _of(session, scope, ids, versions)
    for alert in alerts:
        if alert.merged_into is not None:
            raise IllegalMove("alert.is_merged", id=alert.id, into=alert.merged_into or 0)
    return alerts


def _of(session: Session, scope: Scope, ids: Sequence[int], versions: Versions) -> Sequence[Alert]:
    if not ids:
        raise IllegalMove("alert.none_selected")
    alerts = [require_row(session.get(Alert, number), Item("alert", number)) for number in dict.fromkeys(ids)]
    for alert in alerts:
        require_scope(scope, [alert.site], Item("alert", alert.id))
        check_version(alert, versions.get(alert.id), Item("alert", alert.id))
    return alerts


def _kept(
    session: Session, alert: Alert, action: str, before: Mapping[str, object], actor: Actor, now: datetime
) -> None:
    touch(alert, actor, now)
    after = column_values(alert, *_KEPT)
    record_act(session, Act(actor, action, f"alert:{alert.id}", now, alert.site, before, after))
