"""Everything the page of one incident shows, read within a scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from secmon.alerts import evidence, incident, playbook, timeline
from secmon.alerts.case_clock import clocks
from secmon.alerts.evidence import Evidence, hash_of
from secmon.alerts.incident import Incident
from secmon.alerts.models import Alert
from secmon.alerts.playbook import Task
from secmon.alerts.request import Request
from secmon.alerts.request import search as requests_of
from secmon.alerts.sla import Clock
from secmon.alerts.timeline import TimelineEntry
from secmon.sites.scope import Scope
from secmon.web.console import Console

_MOST = 400


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident at `at` with what belongs to it; `damaged` are ids of evidence whose hash does not fit."""

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
    """The incident now; NotFoundError when it does not exist or touches no site of the scope."""
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
