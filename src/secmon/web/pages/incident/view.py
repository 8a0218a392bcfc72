"""All data of the incident page, read within a scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from secmon.db.models import Alert
from secmon.incidents import evidence, incident, playbook, timeline
from secmon.incidents.deadlines import clocks_of_incident
from secmon.incidents.evidence import Evidence, line_hash
from secmon.incidents.incident import Incident
from secmon.incidents.playbook import Task
from secmon.incidents.sla import Clock
from secmon.incidents.timeline import TimelineEntry
from secmon.live.context import CentreContext
from secmon.response.requests.request import Request
from secmon.response.requests.request import search_requests as requests_of
from secmon.sites.scope import Scope

_MOST = 400


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident at time `at` and its records; `damaged` are ids of evidence whose hash does not match."""

    at: datetime
    incident: Incident
    clocks: tuple[Clock, Clock]
    sites: Sequence[str]
    alerts: Sequence[Alert]
    timeline: Sequence[TimelineEntry]
    tasks: Sequence[Task]
    evidence: Sequence[Evidence]
    damaged: frozenset[int]
    requests: Sequence[Request]


def read_incident(context: CentreContext, scope: Scope, number: int) -> IncidentView:
    """Read the incident; raise NotFoundError if it does not exist or touches no site of the scope."""
    db, now = context.db, context.clock()
    found = incident.get_incident(db, scope, number)
    kept = evidence.evidence_of_incident(db, scope, number, _MOST)
    return IncidentView(
        now,
        found,
        clocks_of_incident(found, now),
        incident.sites_of_incidents(db, scope, [number])[number],
        incident.alerts_of_incident(db, scope, number),
        timeline.timeline_of_incident(db, scope, number),
        playbook.tasks_of_incident(db, scope, number),
        kept,
        frozenset(row.id for row in kept if line_hash(row.line) != row.sha256),
        requests_of(db, scope, incident_id=number, limit=_MOST),
    )
