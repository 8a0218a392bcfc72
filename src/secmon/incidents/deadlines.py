"""Deadlines of an incident: read, pause with a reason, and escalate when they pass."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from secmon.db.audit_log import CENTRE
from secmon.db.database import Database
from secmon.db.transaction import Change, require_text, serialised_transaction, touch
from secmon.errors import IllegalMove
from secmon.incidents.incident import Incident, IncidentState, load_open_for_update, resume_clocks
from secmon.incidents.sla import Clock, clock_at
from secmon.incidents.timeline import EntryKind, add_entry
from secmon.notifications.outbox import Letter, enqueue

ESCALATE_TO = "role:supervisor"
"""Recipient of escalations."""


def clocks_of_incident(incident: Incident, now: datetime) -> tuple[Clock, Clock]:
    """Return the clocks for first response and containment; the second also stops when the incident is closed."""
    return (
        clock_at("respond", incident.respond_due, incident.responded_at, incident.paused_at, now),
        clock_at("contain", incident.contain_due, incident.contained_at or incident.closed_at, incident.paused_at, now),
    )


def has_overdue_clock(incident: Incident, now: datetime) -> bool:
    """Test whether a running clock is past its deadline."""
    return any(one.overdue and one.stopped_at is None for one in clocks_of_incident(incident, now))


def pause_clocks(change: Change, number: int, *, reason: str) -> Incident:
    """Pause the clocks, for example while waiting for a municipality's vendor."""
    with serialised_transaction(change.db) as session:
        incident = load_open_for_update(session, change.scope, number)
        if incident.paused_at is not None:
            raise IllegalMove("incident.clock_paused", id=number, since=f"{incident.paused_at:%H:%M}")
        incident.paused_at, incident.pause_reason = change.now, require_text(reason, "reason_for_pause")
        touch(incident, change.actor, change.now)
        add_entry(session, number, EntryKind.PAUSED, change.actor, change.now, text=incident.pause_reason)
        return incident


def resume_incident(change: Change, number: int) -> Incident:
    """Resume the clocks; the time of the pause is added to the deadlines."""
    with serialised_transaction(change.db) as session:
        incident = load_open_for_update(session, change.scope, number)
        if incident.paused_at is None:
            raise IllegalMove("incident.clock_running", id=number)
        stood = resume_clocks(incident, change.now)
        touch(incident, change.actor, change.now)
        add_entry(session, number, EntryKind.RESUMED, change.actor, change.now, after={"seconds": stood})
        return incident


def escalate_overdue(db: Database, now: datetime) -> Sequence[int]:
    """Notify the supervisors once of each clock past its deadline; returns the incidents. For a job."""
    with serialised_transaction(db) as session:
        query = select(Incident).where(Incident.state != IncidentState.CLOSED, Incident.paused_at.is_(None))
        late = [
            (incident, one)
            for incident in session.scalars(query.order_by(Incident.id)).all()
            for one in clocks_of_incident(incident, now)
            if one.overdue and one.stopped_at is None and getattr(incident, f"{one.name}_escalated_at") is None
        ]
        for incident, one in late:
            _escalate(session, incident, one, now)
        return sorted({incident.id for incident, _ in late})


def _escalate(session: Session, incident: Incident, one: Clock, now: datetime) -> None:
    setattr(incident, f"{one.name}_escalated_at", now)
    told = {"clock": one.name, "due": one.due, "owner": incident.owner}
    add_entry(session, incident.id, EntryKind.ESCALATED, CENTRE, now, after=told)
    content = {**told, "incident": incident.id, "title": incident.title, "severity": incident.severity}
    key = f"incident:{incident.id}:{one.name}:{one.due.isoformat()}"
    enqueue(session, Letter(key, "escalation", "mail", ESCALATE_TO, content=content), now)
