"""All data of the incident page, read within a scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from secmon.db.models import Alert
from secmon.incidents import evidence, incident, playbook, timeline
from secmon.incidents.deadlines import clocks
from secmon.incidents.evidence import Evidence, hash_of
from secmon.incidents.incident import Incident
from secmon.incidents.playbook import Task
from secmon.incidents.sla import Clock
from secmon.incidents.timeline import TimelineEntry
from secmon.live.context import Console
from secmon.response.requests.request import Request
from secmon.response.requests.request import search as requests_of
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


def read_incident(console: Console, scope: Scope, number: int) -> IncidentView:
    """Read the incident; raise NotFoundError if it does not exist or touches no site of the scope."""
    desk, now = console.desk, console.clock()
    found = incident.get(desk, scope, number)
    kept = evidence.of_incident(desk, scope, number, _MOST)
    return IncidentView(
        now,
        found,
        clocks(found, now),
        incident.sites_of(desk, scope, [number])[number],
        incident.alerts_of(desk, scope, number),
        timeline.of_incident(desk, scope, number),
        playbook.of_incident(desk, scope, number),
        kept,
        frozenset(row.id for row in kept if hash_of(row.line) != row.sha256),
        requests_of(desk, scope, incident_id=number, limit=_MOST),
    )
