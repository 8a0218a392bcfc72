"""Records of an incident: timeline, comments, tasks, alerts, sites, evidence."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Response
from pydantic import Field

from secmon.alerts import queries as alert_queries
from secmon.errors import UsageError
from secmon.incidents import evidence, incident, members, playbook, timeline
from secmon.incidents import workflow as incident_workflow
from secmon.incidents.incident import IncidentState
from secmon.incidents.playbook import TaskState
from secmon.web.api.alerts import AlertOut
from secmon.web.api.incidents import Handling, IncidentOut, shown
from secmon.web.api.service import Service
from secmon.web.api.shapes import Id, In, Line, Out, SiteCode, Words
from secmon.web.gateway.current_user import Viewing


class EntryOut(Out):
    """An entry of the timeline."""

    id: int
    at: datetime
    actor: str
    kind: str
    site: str
    text: str
    details: Mapping[str, Any]


class TaskOut(Out):
    """A task of the playbook."""

    id: int
    phase: str
    text_ko: str
    text_en: str
    state: str
    owner: str
    note: str
    done_by: str
    done_at: datetime | None


class EvidenceOut(Out):
    """A line as received, with the SHA-256 of its bytes at the time it was added."""

    id: int
    alert_id: int | None
    site: str
    feed: str
    batch_id: str
    seq: int
    time: datetime
    received_at: datetime
    line: str
    sha256: str
    added_by: str
    added_at: datetime


class Comment(In):
    """A comment for the timeline; if it names a site, that site can read it."""

    text: Words = Field(min_length=1)
    site: SiteCode | None = None


class NewTask(In):
    """A task in free text."""

    text: Words = Field(min_length=1)
    phase: IncidentState = IncidentState.CONTAINED


class TaskMove(In):
    """The new state of a task."""

    state: TaskState
    note: Words = ""


class TaskOwner(In):
    """The new owner; '' for no owner."""

    owner: Line


class Alerts(In):
    """Numbers of alerts."""

    alerts: list[int] = Field(min_length=1, max_length=1000)


class Sites(In):
    """Codes of sites."""

    sites: list[SiteCode] = Field(min_length=1, max_length=300)


class OfAlert(In):
    """The alert whose lines are added as evidence."""

    alert: int = Field(ge=1, lt=2**31)


class Added(Out):
    """Number of new records."""

    added: int


def routes(api: APIRouter, service: Service) -> None:
    """Add the routes for reading and adding records of an incident."""
    _told(api, service)
    _tasks(api, service)
    _members(api, service)
    _evidence(api, service)


def _told(api: APIRouter, service: Service) -> None:
    @api.get("/incidents/{number}/timeline", tags=["incidents"], response_model=list[EntryOut])
    def entries(number: Id, principal: Viewing) -> object:
        """List everything that happened, in order."""
        incident.get_incident(service.db, principal.scope, number)
        return timeline.timeline_of_incident(service.db, principal.scope, number)

    @api.post("/incidents/{number}/comments", tags=["incidents"], response_model=IncidentOut, status_code=201)
    def comment(number: Id, body: Comment, principal: Handling, response: Response) -> object:
        """Add a comment to the timeline."""
        row = incident_workflow.comment_incident(service.change(principal), number, body.text, site=body.site or "")
        return shown(service, principal, row, response)


def _tasks(api: APIRouter, service: Service) -> None:
    @api.get("/incidents/{number}/tasks", tags=["incidents"], response_model=list[TaskOut])
    def tasks(number: Id, principal: Viewing) -> object:
        """List the tasks in order; for callers who see every site of the incident."""
        incident.get_incident(service.db, principal.scope, number)
        return playbook.tasks_of_incident(service.db, principal.scope, number)

    @api.post("/incidents/{number}/tasks", tags=["incidents"], response_model=TaskOut, status_code=201)
    def add_task(number: Id, body: NewTask, principal: Handling) -> object:
        """Add a task to the playbook."""
        return playbook.add_task(service.change(principal), number, body.text, phase=body.phase)

    @api.post("/tasks/{number}/move", tags=["incidents"], response_model=TaskOut)
    def move_task(number: Id, body: TaskMove, principal: Handling) -> object:
        """Mark a task done, skip it with a reason, or open it again."""
        change = service.change(principal)
        if body.state is TaskState.DONE:
            return playbook.complete_task(change, number, note=body.note)
        if body.state is TaskState.OPEN:
            return playbook.reopen_task(change, number)
        return playbook.skip_task(change, number, reason=body.note)

    @api.post("/tasks/{number}/assign", tags=["incidents"], response_model=TaskOut)
    def assign_task(number: Id, body: TaskOwner, principal: Handling) -> object:
        """Assign a task to an owner."""
        return playbook.assign_task(service.change(principal), number, body.owner)


def _members(api: APIRouter, service: Service) -> None:
    @api.get("/incidents/{number}/alerts", tags=["incidents"], response_model=list[AlertOut])
    def alerts(number: Id, principal: Viewing) -> object:
        """List the alerts of the incident within the caller's scope."""
        incident.get_incident(service.db, principal.scope, number)
        return incident.alerts_of_incident(service.db, principal.scope, number)

    @api.post("/incidents/{number}/alerts", tags=["incidents"], response_model=IncidentOut)
    def add_alerts(number: Id, body: Alerts, principal: Handling, response: Response) -> object:
        """Add further alerts, and their sites."""
        _possible(body.alerts)
        row = members.add_alerts_to_incident(service.change(principal), number, body.alerts)
        return shown(service, principal, row, response)

    @api.post("/incidents/{number}/alerts/take-out", tags=["incidents"], response_model=IncidentOut)
    def take_out(number: Id, body: Alerts, principal: Handling, response: Response) -> object:
        """Return alerts to the queue."""
        _possible(body.alerts)
        row = members.remove_alerts(service.change(principal), number, body.alerts)
        return shown(service, principal, row, response)

    @api.post("/incidents/{number}/sites", tags=["incidents"], response_model=IncidentOut)
    def add_sites(number: Id, body: Sites, principal: Handling, response: Response) -> object:
        """Add further sites touched by the incident."""
        unknown = [code for code in body.sites if service.context.site(code) is None]
        if unknown:
            raise UsageError("site.unknown", code=unknown[0])
        row = members.add_sites_to_incident(service.change(principal), number, body.sites)
        return shown(service, principal, row, response)


def _evidence(api: APIRouter, service: Service) -> None:
    @api.get("/incidents/{number}/evidence", tags=["incidents"], response_model=list[EvidenceOut])
    def lines(number: Id, principal: Viewing) -> object:
        """List the evidence lines, oldest first."""
        return evidence.evidence_of_incident(service.db, principal.scope, number)

    @api.post("/incidents/{number}/evidence", tags=["incidents"], response_model=Added)
    def keep(number: Id, body: OfAlert, principal: Handling) -> object:
        """Add the lines behind an alert as evidence."""
        alert = alert_queries.get_alert(service.db, principal.scope, body.alert)
        found = evidence.alert_lines(service.context.store, alert)
        added = evidence.add_evidence(service.change(principal), number, found, alert_id=alert.id)
        return Added(added=added)


def _possible(numbers: list[int]) -> None:
    if not all(1 <= number < 2**31 for number in numbers):
        raise UsageError("alert.number_not_valid")
