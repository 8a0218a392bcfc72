"""Incidents: list, read, open, change and move to the next state."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from secmon.alerts.workflow import Closure
from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.incidents import deadlines, incident
from secmon.incidents import workflow as incident_workflow
from secmon.incidents.incident import Incident, IncidentState
from secmon.incidents.workflow import IncidentChanges, IncidentDraft
from secmon.taxonomy import Tlp
from secmon.web.api.alerts import Reason
from secmon.web.api.reply import ResultPage, cursor_of, cursor_parts, etag_of
from secmon.web.api.service import Service
from secmon.web.api.shapes import Cursor, Id, IfMatch, In, Limit, Line, Moment, Out, SiteCode, Words
from secmon.web.gateway.current_user import RequirePermission, Viewing

Handling = Annotated[Principal, Depends(RequirePermission(Permission.INCIDENT))]


class IncidentOut(Out):
    """An incident; `sites` are those within the caller's scope, times in UTC.

    `paused_seconds` is the time for which its clocks were paused.
    """

    id: int
    version: int
    title: str
    severity: int
    attack_type: str
    techniques: tuple[str, ...]
    tlp: str
    owner: str
    state: str
    closure: str
    summary: str
    sites: tuple[str, ...] = ()
    opened_by: str
    evidence_at: datetime | None
    detected_at: datetime
    analysed_at: datetime | None
    contained_at: datetime | None
    eradicated_at: datetime | None
    recovered_at: datetime | None
    closed_at: datetime | None
    responded_at: datetime | None
    respond_due: datetime
    contain_due: datetime
    paused_at: datetime | None
    pause_reason: str
    paused_seconds: int


_Technique = Annotated[str, Field(pattern=r"^T[0-9]{4}(\.[0-9]{3})?$")]
_Number = Annotated[int, Field(ge=1, lt=2**31)]


class Opening(In):
    """Content of a new incident: alerts, sites, or both."""

    title: Line = Field(min_length=1)
    severity: int = Field(ge=1, le=5)
    attack_type: Line = ""
    techniques: list[_Technique] = Field(default_factory=list, max_length=50)
    tlp: Tlp = Tlp.AMBER
    owner: Line = ""
    alerts: list[_Number] = Field(default_factory=list, max_length=1000)
    sites: list[SiteCode] = Field(default_factory=list, max_length=300)


class Correction(In):
    """Fields to change; fields left out stay as they are."""

    title: Annotated[Line, Field(min_length=1)] | None = None
    severity: int | None = Field(None, ge=1, le=5)
    attack_type: Line | None = None
    techniques: list[_Technique] | None = Field(None, max_length=50)
    tlp: Tlp | None = None
    owner: Line | None = None


class Moving(In):
    """The next state, and a note."""

    state: IncidentState
    note: Words = ""


class Ending(In):
    """The closure, and the lessons learnt."""

    closure: Closure
    summary: Words = Field(min_length=1)


def routes(api: APIRouter, service: Service) -> None:
    """Add the routes for reading and changing incidents."""
    _reading(api, service)
    _writing(api, service)
    _moves(api, service)


def shown(service: Service, principal: Principal, row: Incident, response: Response | None = None) -> IncidentOut:
    """Return an incident with the sites of the user's scope; its version becomes the ETag of `response`."""
    if response is not None:
        response.headers["etag"] = etag_of(row.version)
    sites = incident.sites_of_incidents(service.db, principal.scope, [row.id])[row.id]
    return IncidentOut.model_validate(row).model_copy(update={"sites": sites})


def _reading(api: APIRouter, service: Service) -> None:
    @api.get("/incidents", tags=["incidents"], response_model=ResultPage[IncidentOut])
    def incidents(  # one argument per query parameter
        principal: Viewing,
        state: Annotated[list[IncidentState], Query()] = [],  # noqa: B006  # FastAPI copies it
        site: SiteCode | None = None,
        owner: Line = "",
        since: Moment | None = None,
        until: Moment | None = None,
        cursor: Cursor = "",
        limit: Limit = 100,
    ) -> ResultPage[IncidentOut]:
        """List incidents that touch a site within the caller's scope, newest first."""
        at = cursor_parts(cursor, (int,))
        rows = incident.search_incidents(
            service.db,
            principal.scope,
            states=state,
            site=site or "",
            owner=owner,
            since=since,
            until=until,
            limit=limit,
            before=at[0] if at else None,
        )
        sites = incident.sites_of_incidents(service.db, principal.scope, [row.id for row in rows])
        items = [IncidentOut.model_validate(row).model_copy(update={"sites": sites[row.id]}) for row in rows]
        return ResultPage(items=items, next=cursor_of(rows[-1].id) if len(rows) == limit else None)

    @api.get("/incidents/{number}", tags=["incidents"], response_model=IncidentOut)
    def one(number: Id, principal: Viewing, response: Response) -> object:
        """Read an incident; its version is the ETag."""
        return shown(service, principal, incident.get_incident(service.db, principal.scope, number), response)


def _writing(api: APIRouter, service: Service) -> None:
    @api.post("/incidents", tags=["incidents"], response_model=IncidentOut, status_code=201)
    def open_incident(body: Opening, principal: Handling, response: Response) -> object:
        """Open an incident with the given alerts."""
        draft = IncidentDraft(
            body.title,
            body.severity,
            body.attack_type,
            tuple(body.techniques),
            body.tlp,
            body.owner,
            tuple(body.sites),
        )
        row = incident_workflow.open_incident(service.change(principal), draft, body.alerts)
        response.headers["location"] = f"/api/v1/incidents/{row.id}"
        return shown(service, principal, row, response)

    @api.patch("/incidents/{number}", tags=["incidents"], response_model=IncidentOut)
    def correct(number: Id, body: Correction, principal: Handling, seen: IfMatch, response: Response) -> object:
        """Correct fields of an incident."""
        uids = None if body.techniques is None else tuple(body.techniques)
        changes = IncidentChanges(body.title, body.severity, body.attack_type, uids, body.tlp, body.owner)
        row = incident_workflow.change_incident(service.change(principal), number, changes, version=seen)
        return shown(service, principal, row, response)


def _moves(api: APIRouter, service: Service) -> None:
    @api.post("/incidents/{number}/move", tags=["incidents"], response_model=IncidentOut)
    def move(number: Id, body: Moving, principal: Handling, seen: IfMatch, response: Response) -> object:
        """Move an incident to the next state; closing and reopening have routes of their own."""
        row = incident_workflow.move_incident(
            service.change(principal),
            number,
            body.state,
            note=body.note,
            version=seen,
        )
        return shown(service, principal, row, response)

    @api.post("/incidents/{number}/close", tags=["incidents"], response_model=IncidentOut)
    def close(number: Id, body: Ending, principal: Handling, seen: IfMatch, response: Response) -> object:
        """Close an incident with its closure; its open alerts are closed in the same way."""
        row = incident_workflow.close_incident(
            service.change(principal),
            number,
            body.closure,
            summary=body.summary,
            version=seen,
        )
        return shown(service, principal, row, response)

    @api.post("/incidents/{number}/reopen", tags=["incidents"], response_model=IncidentOut)
    def reopen(number: Id, body: Reason, principal: Handling, seen: IfMatch, response: Response) -> object:
        """Reopen an incident."""
        row = incident_workflow.reopen_incident(service.change(principal), number, note=body.reason, version=seen)
        return shown(service, principal, row, response)

    @api.post("/incidents/{number}/pause", tags=["incidents"], response_model=IncidentOut)
    def pause(number: Id, body: Reason, principal: Handling, response: Response) -> object:
        """Pause the clocks of an incident."""
        row = deadlines.pause_clocks(service.change(principal), number, reason=body.reason)
        return shown(service, principal, row, response)

    @api.post("/incidents/{number}/resume", tags=["incidents"], response_model=IncidentOut)
    def resume(number: Id, principal: Handling, response: Response) -> object:
        """Resume the clocks of an incident."""
        row = deadlines.resume_incident(service.change(principal), number)
        return shown(service, principal, row, response)
