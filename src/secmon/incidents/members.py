"""Members of an incident: its alerts and sites."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from secmon.alerts.workflow import advance
from secmon.db.audit_log import Actor
from secmon.db.database import Desk
from secmon.db.models import Alert, AlertStatus
from secmon.db.transaction import changing, covered, found, touch
from secmon.errors import IllegalMove
from secmon.incidents.incident import Incident, IncidentSite, open_one, sites_in
from secmon.incidents.timeline import Kind, tell
from secmon.sites.scope import Scope


def add_alerts(
    desk: Desk, scope: Scope, number: int, alert_ids: Sequence[int], *, actor: Actor, now: datetime
) -> Incident:
    """Add alerts to an incident, with their sites."""
    with changing(desk) as session:
        incident = open_one(session, scope, number)
        alerts = to_take(session, scope, alert_ids)
        tell(session, number, Kind.ALERTS_ADDED, actor, now, after={"alerts": [alert.id for alert in alerts]})
        take_along(session, incident, alerts, actor, now)
        widen(session, number, [alert.site for alert in alerts])
        first = min((alert.first_time for alert in alerts), default=None)
        known = [at for at in (incident.evidence_at, first) if at is not None]
        incident.evidence_at = min(known, default=None)
        touch(incident, actor, now)
        return incident


def take_out(
    desk: Desk, scope: Scope, number: int, alert_ids: Sequence[int], *, actor: Actor, now: datetime
) -> Incident:
    """Remove alerts from an incident and return them to the queue; the incident's sites stay."""
    with changing(desk) as session:
        incident = open_one(session, scope, number)
        for one in dict.fromkeys(alert_ids):
            alert = found(session.get(Alert, one), f"alert {one}")
            if alert.incident_id != number:
                raise IllegalMove(f"alert {one} does not belong to incident {number}")
            alert.incident_id = None
            touch(alert, actor, now)
        touch(incident, actor, now)
        tell(session, number, Kind.ALERTS_TAKEN_OUT, actor, now, after={"alerts": list(alert_ids)})
        return incident


def add_sites(desk: Desk, scope: Scope, number: int, sites: Sequence[str], *, actor: Actor, now: datetime) -> Incident:
    """Add affected sites."""
    with changing(desk) as session:
        incident = open_one(session, scope, number)
        covered(scope, sites, f"one of the sites {', '.join(sites)}")
        new = widen(session, number, sites)
        touch(incident, actor, now)
        tell(session, number, Kind.SITES_ADDED, actor, now, after={"sites": new})
        return incident


def to_take(session: Session, scope: Scope, ids: Sequence[int]) -> list[Alert]:
    """Load alerts and check that all of them may be added to an incident."""
    alerts = [found(session.get(Alert, number), f"alert {number}") for number in dict.fromkeys(ids)]
    for alert in alerts:
        covered(scope, [alert.site], f"alert {alert.id}")
        if alert.incident_id is not None:
            raise IllegalMove(f"alert {alert.id} belongs to incident {alert.incident_id} already")
        if alert.merged_into is not None:
            raise IllegalMove(f"alert {alert.id} is merged into alert {alert.merged_into}: choose that one")
        if alert.status == AlertStatus.CLOSED:
            raise IllegalMove(f"alert {alert.id} is closed: reopen it first")
    return alerts


def take_along(session: Session, incident: Incident, alerts: Sequence[Alert], actor: Actor, now: datetime) -> None:
    """Add alerts to an incident; their state becomes in progress."""
    for alert in alerts:
        alert.incident_id = incident.id
        if alert.status == AlertStatus.IN_PROGRESS:
            touch(alert, actor, now)
        else:
            advance(session, alert, AlertStatus.IN_PROGRESS, actor, now)


def widen(session: Session, number: int, sites: Sequence[str]) -> list[str]:
    """Add sites that the incident does not have yet; returns those."""
    new = sorted({*sites} - {*sites_in(session, number)})
    session.add_all(IncidentSite(incident_id=number, site=site) for site in new)
    return new
