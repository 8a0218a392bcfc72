"""Members of an incident: its alerts and sites."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from secmon.alerts.workflow import transition_alert
from secmon.db.audit_log import Actor
from secmon.db.models import Alert, AlertStatus
from secmon.db.transaction import Change, require_row, require_scope, serialised_transaction, touch
from secmon.errors import IllegalMove, Item
from secmon.incidents.incident import Incident, IncidentSite, load_open_for_update, sites_in
from secmon.incidents.timeline import EntryKind, add_entry
from secmon.sites.scope import Scope


def add_alerts_to_incident(change: Change, number: int, alert_ids: Sequence[int]) -> Incident:
    """Add alerts to an incident, with their sites."""
    with serialised_transaction(change.db) as session:
        incident = load_open_for_update(session, change.scope, number)
        alerts = load_unassigned_alerts(session, change.scope, alert_ids)
        add_entry(
            session,
            number,
            EntryKind.ALERTS_ADDED,
            change.actor,
            change.now,
            after={"alerts": [alert.id for alert in alerts]},
        )
        attach_alerts(session, incident, alerts, change.actor, change.now)
        insert_sites(session, number, [alert.site for alert in alerts])
        first = min((alert.first_time for alert in alerts), default=None)
        known = [at for at in (incident.evidence_at, first) if at is not None]
        incident.evidence_at = min(known, default=None)
        touch(incident, change.actor, change.now)
        return incident


def remove_alerts(change: Change, number: int, alert_ids: Sequence[int]) -> Incident:
    """Remove alerts from an incident and return them to the queue; the incident's sites stay."""
    with serialised_transaction(change.db) as session:
        incident = load_open_for_update(session, change.scope, number)
        for one in dict.fromkeys(alert_ids):
            alert = require_row(session.get(Alert, one), Item("alert", one))
            if alert.incident_id != number:
                raise IllegalMove("incident.alert_not_member", id=number, alert=one)
            alert.incident_id = None
            touch(alert, change.actor, change.now)
        touch(incident, change.actor, change.now)
        add_entry(
            session, number, EntryKind.ALERTS_TAKEN_OUT, change.actor, change.now, after={"alerts": list(alert_ids)}
        )
        return incident


def add_sites_to_incident(change: Change, number: int, sites: Sequence[str]) -> Incident:
    """Add affected sites."""
    with serialised_transaction(change.db) as session:
        incident = load_open_for_update(session, change.scope, number)
        require_scope(change.scope, sites, Item("sites", ", ".join(sites)))
        new = insert_sites(session, number, sites)
        touch(incident, change.actor, change.now)
        add_entry(session, number, EntryKind.SITES_ADDED, change.actor, change.now, after={"sites": new})
        return incident


def load_unassigned_alerts(session: Session, scope: Scope, ids: Sequence[int]) -> list[Alert]:
    """Load alerts and check that all of them may be added to an incident."""
    alerts = [require_row(session.get(Alert, number), Item("alert", number)) for number in dict.fromkeys(ids)]
    for alert in alerts:
        require_scope(scope, [alert.site], Item("alert", alert.id))
        if alert.incident_id is not None:
            raise IllegalMove("alert.in_an_incident", id=alert.id, incident=alert.incident_id)
        if alert.merged_into is not None:
            raise IllegalMove("alert.select_parent", id=alert.id, into=alert.merged_into)
        if alert.status == AlertStatus.CLOSED:
            raise IllegalMove("alert.closed", id=alert.id)
    return alerts


def attach_alerts(session: Session, incident: Incident, alerts: Sequence[Alert], actor: Actor, now: datetime) -> None:
    """Add alerts to an incident; their state becomes in progress."""
    for alert in alerts:
        alert.incident_id = incident.id
        if alert.status == AlertStatus.IN_PROGRESS:
            touch(alert, actor, now)
        else:
            transition_alert(session, alert, AlertStatus.IN_PROGRESS, actor, now)


def insert_sites(session: Session, number: int, sites: Sequence[str]) -> list[str]:
    """Add sites that the incident does not have yet; returns those."""
    new = sorted({*sites} - {*sites_in(session, number)})
    session.add_all(IncidentSite(incident_id=number, site=site) for site in new)
    return new
