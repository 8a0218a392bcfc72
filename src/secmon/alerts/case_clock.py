"""The clocks of an incident: read, paused with a reason, and escalated when they run out."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from secmon.alerts.audit import CENTRE, Actor
from secmon.alerts.change import changing, said, touch
from secmon.alerts.desk import Desk
from secmon.alerts.incident import Incident, State, open_one, resume_clock
from secmon.alerts.outbox import Letter, enqueue
from secmon.alerts.sla import Clock, clock
from secmon.alerts.timeline import Kind, tell
from secmon.errors import IllegalMove
from secmon.sites.scope import Scope

ESCALATE_TO = "role:supervisor"
"""Whom an overdue incident is told to."""


def clocks(incident: Incident, now: datetime) -> tuple[Clock, Clock]:
    """The clocks to the first response and to containment; the second also ends when the case is closed."""
    return (
        clock("respond", incident.respond_due, incident.responded_at, incident.paused_at, now),
        clock("contain", incident.contain_due, incident.contained_at or incident.closed_at, incident.paused_at, now),
    )


def overdue(incident: Incident, now: datetime) -> bool:
    """Whether a clock that still runs is over."""
    return any(one.overdue and one.stopped_at is None for one in clocks(incident, now))


def pause(desk: Desk, scope: Scope, number: int, *, reason: str, actor: Actor, now: datetime) -> Incident:
    """Let the clocks stand still, say while a municipality's vendor is awaited."""
    with changing(desk) as session:
        incident = open_one(session, scope, number)
        if incident.paused_at is not None:
            raise IllegalMove(f"the clock of incident {number} stands still since {incident.paused_at:%H:%M} UTC")
        incident.paused_at, incident.pause_reason = now, said(reason, "the reason of the pause")
        touch(incident, actor, now)
        tell(session, number, Kind.PAUSED, actor, now, text=incident.pause_reason)
        return incident


def resume(desk: Desk, scope: Scope, number: int, *, actor: Actor, now: datetime) -> Incident:
    """Let the clocks run again; what they stood is added to the due times."""
    with changing(desk) as session:
        incident = open_one(session, scope, number)
        if incident.paused_at is None:
            raise IllegalMove(f"the clock of incident {number} is not paused")
        stood = resume_clock(incident, now)
        touch(incident, actor, now)
        tell(session, number, Kind.RESUMED, actor, now, after={"seconds": stood})
        return incident


def escalate(desk: Desk, now: datetime) -> Sequence[int]:
    """Tell the supervisors of each clock that ran out, once; returns the incidents. For a job."""
    with changing(desk) as session:
        query = select(Incident).where(Incident.state != State.CLOSED, Incident.paused_at.is_(None))
        late = [
            (incident, one)
            for incident in session.scalars(query.order_by(Incident.id)).all()
            for one in clocks(incident, now)
            if one.overdue and one.stopped_at is None and getattr(incident, f"{one.name}_escalated_at") is None
        ]
        for incident, one in late:
            _escalate(session, incident, one, now)
        return sorted({incident.id for incident, _ in late})


def _escalate(session: Session, incident: Incident, one: Clock, now: datetime) -> None:
    setattr(incident, f"{one.name}_escalated_at", now)
    told = {"clock": one.name, "due": one.due, "owner": incident.owner}
    tell(session, incident.id, Kind.ESCALATED, CENTRE, now, after=told)
    content = {**told, "incident": incident.id, "title": incident.title, "severity": incident.severity}
    key = f"incident:{incident.id}:{one.name}:{one.due.isoformat()}"
    enqueue(session, Letter(key, "escalation", "mail", ESCALATE_TO, content=content), now)
