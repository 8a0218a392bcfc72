"""Alerts: list and read them, and the operators' actions on a single alert or many at once."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from secmon.alerts import queries as alert_queries
from secmon.alerts import suppression, workflow
from secmon.alerts.explanations import explanations_of_alert
from secmon.alerts.queries import AlertSearch
from secmon.alerts.workflow import Closure
from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.db.models import Alert, AlertStatus
from secmon.errors import UsageError
from secmon.web.api.reply import ResultPage, cursor_of, cursor_parts, tagged
from secmon.web.api.service import Service
from secmon.web.api.shapes import Cursor, Id, IfMatch, In, Limit, Line, Moment, Out, SiteCode, WhyOut, Words
from secmon.web.gateway.current_user import RequirePermission, Viewing

Triaging = Annotated[Principal, Depends(RequirePermission(Permission.TRIAGE))]


class AlertOut(Out):
    """Findings of one rule at one site by one actor; `severity` 0 to 5, `priority` 0 to 100, times in UTC."""

    id: int
    version: int
    rule_id: str
    site: str
    actor: str
    severity: int
    priority: int
    attack_type: str
    status: str
    owner: str
    closure: str
    note: str
    findings: int
    events: int
    site_count: int
    held_back: int
    merged_into: int | None
    incident_id: int | None
    first_time: datetime
    last_time: datetime
    opened_at: datetime
    acknowledged_at: datetime | None
    started_at: datetime | None
    closed_at: datetime | None


class AlertDetailOut(AlertOut):
    """An alert with the reasons of its newest findings; `why` is empty for alerts of rules."""

    why: list[WhyOut]


class Note(In):
    """A note for the action."""

    note: Words = ""


class Reason(In):
    """The reason for the action; mandatory."""

    reason: Words = Field(min_length=1)


class Closing(In):
    """The closure of an alert, and the note that explains it."""

    closure: Closure
    note: Words = Field(min_length=1)


class Assignment(In):
    """The new owner; '' for no owner."""

    owner: Line


class Merging(In):
    """The alert to merge this alert into."""

    into: int = Field(ge=1, lt=2**31)
    note: Words = ""


class Suppressing(In):
    """The end of the suppression, and its reason."""

    until: Moment
    reason: Words = Field(min_length=1)
    closure: Closure = Closure.BENIGN


class Chosen(In):
    """An alert and the version the caller has seen; without a version nothing is compared."""

    id: int = Field(ge=1, lt=2**31)
    version: int | None = Field(None, ge=1, lt=2**31)


class Bulk(In):
    """One action on many alerts, applied to all of them or to none."""

    action: Literal["acknowledge", "start", "close", "reopen", "assign", "unmerge"]
    alerts: list[Chosen] = Field(min_length=1, max_length=500)
    note: Words = ""
    closure: Closure | None = None
    owner: Line = ""


def routes(api: APIRouter, service: Service) -> None:
    """Add the routes for reading and changing alerts."""
    _reading(api, service)
    _moves(api, service)
    _groups(api, service)

    @api.post("/alerts/bulk", tags=["alerts"], response_model=list[AlertOut])
    def bulk(body: Bulk, principal: Triaging) -> object:
        """Apply one action to many alerts, with one note."""
        return _all(service, principal, body)


def _reading(api: APIRouter, service: Service) -> None:
    @api.get("/alerts", tags=["alerts"], response_model=ResultPage[AlertOut])
    def alerts(  # one argument per query parameter
        principal: Viewing,
        status: Annotated[list[AlertStatus], Query()] = [],  # noqa: B006  # FastAPI copies it
        site: Annotated[list[SiteCode], Query(max_length=300)] = [],  # noqa: B006  # as above
        least: Annotated[int, Query(ge=0, le=5, description="Least severity.")] = 0,
        rule_id: Line = "",
        attack_type: Line = "",
        owner: Annotated[Line | None, Query(description="'' for those of nobody.")] = None,
        text: Annotated[Line, Query(description="Part of the actor.")] = "",
        since: Moment | None = None,
        until: Moment | None = None,
        merged: bool = False,
        cursor: Cursor = "",
        limit: Limit = 100,
    ) -> ResultPage[AlertOut]:
        """List alerts within the caller's scope by falling id, so that new findings do not disturb paging."""
        wanted = AlertSearch(
            status=tuple(status),
            sites=tuple(site),
            least=least,
            rule_id=rule_id,
            attack_type=attack_type,
            owner=owner,
            text=text,
            since=since,
            until=until,
            merged=merged,
        )
        at = cursor_parts(cursor, (int,))
        rows = alert_queries.alerts_page(service.db, principal.scope, wanted, limit=limit, before=at[0] if at else None)
        return ResultPage(
            items=[AlertOut.model_validate(row) for row in rows],
            next=cursor_of(rows[-1].id) if len(rows) == limit else None,
        )

    @api.get("/alerts/{number}", tags=["alerts"], response_model=AlertDetailOut)
    def alert(number: Id, principal: Viewing, response: Response) -> AlertDetailOut:
        """Read an alert and why it was raised; its version is the ETag."""
        row = tagged(alert_queries.get_alert(service.db, principal.scope, number), response)
        why = [WhyOut.model_validate(one) for one in explanations_of_alert(service.context.store, row)]
        return AlertDetailOut(**AlertOut.model_validate(row).model_dump(), why=why)


def _moves(api: APIRouter, service: Service) -> None:
    @api.post("/alerts/{number}/acknowledge", tags=["alerts"], response_model=AlertOut)
    def acknowledge(number: Id, body: Note, principal: Triaging, seen: IfMatch, response: Response) -> object:
        """Acknowledge an alert."""
        [row] = workflow.acknowledge_alerts(
            service.change(principal),
            [number],
            note=body.note,
            versions=_seen(number, seen),
        )
        return tagged(row, response)

    @api.post("/alerts/{number}/start", tags=["alerts"], response_model=AlertOut)
    def start(number: Id, body: Note, principal: Triaging, seen: IfMatch, response: Response) -> object:
        """Start work on an alert."""
        [row] = workflow.start_alerts(
            service.change(principal),
            [number],
            note=body.note,
            versions=_seen(number, seen),
        )
        return tagged(row, response)

    @api.post("/alerts/{number}/close", tags=["alerts"], response_model=AlertOut)
    def close(number: Id, body: Closing, principal: Triaging, seen: IfMatch, response: Response) -> object:
        """Close an alert with its closure."""
        [row] = workflow.close_alerts(
            service.change(principal),
            [number],
            body.closure,
            note=body.note,
            versions=_seen(number, seen),
        )
        return tagged(row, response)

    @api.post("/alerts/{number}/reopen", tags=["alerts"], response_model=AlertOut)
    def reopen(number: Id, body: Reason, principal: Triaging, seen: IfMatch, response: Response) -> object:
        """Reopen an alert."""
        [row] = workflow.reopen_alerts(
            service.change(principal),
            [number],
            note=body.reason,
            versions=_seen(number, seen),
        )
        return tagged(row, response)

    @api.post("/alerts/{number}/assign", tags=["alerts"], response_model=AlertOut)
    def assign(number: Id, body: Assignment, principal: Triaging, seen: IfMatch, response: Response) -> object:
        """Assign an alert to an owner."""
        [row] = workflow.assign_alerts(
            service.change(principal),
            [number],
            body.owner,
            versions=_seen(number, seen),
        )
        return tagged(row, response)


def _groups(api: APIRouter, service: Service) -> None:
    @api.post("/alerts/{number}/merge", tags=["alerts"], response_model=AlertOut)
    def merge(number: Id, body: Merging, principal: Triaging, seen: IfMatch, response: Response) -> object:
        """Merge an alert into another alert, and return that alert."""
        row = workflow.merge_alerts(
            service.change(principal),
            [number],
            body.into,
            note=body.note,
            versions=_seen(number, seen),
        )
        return tagged(row, response)

    @api.post("/alerts/{number}/unmerge", tags=["alerts"], response_model=AlertOut)
    def unmerge(number: Id, principal: Triaging, seen: IfMatch, response: Response) -> object:
        """Undo the merge of an alert."""
        [row] = workflow.unmerge_alerts(service.change(principal), [number], versions=_seen(number, seen))
        return tagged(row, response)

    @api.post("/alerts/{number}/suppress", tags=["alerts"], response_model=AlertOut)
    def suppress(number: Id, body: Suppressing, principal: Triaging, response: Response) -> object:
        """Close this alert, and open no such alert until the given time."""
        change = service.change(principal)
        if body.until > change.now + timedelta(days=366):
            raise UsageError("suppression.too_long")
        suppression.suppress_alert(change, number, until=body.until, reason=body.reason, closure=body.closure)
        return tagged(alert_queries.get_alert(service.db, principal.scope, number), response)


def _all(service: Service, principal: Principal, body: Bulk) -> list[Alert]:
    change = service.change(principal)
    ids = [one.id for one in body.alerts]
    versions = {one.id: one.version for one in body.alerts if one.version is not None}
    if body.action == "acknowledge":
        return [*workflow.acknowledge_alerts(change, ids, note=body.note, versions=versions)]
    if body.action == "start":
        return [*workflow.start_alerts(change, ids, note=body.note, versions=versions)]
    if body.action == "reopen":
        return [*workflow.reopen_alerts(change, ids, note=body.note, versions=versions)]
    if body.action == "assign":
        return [*workflow.assign_alerts(change, ids, body.owner, versions=versions)]
    if body.action == "unmerge":
        return [*workflow.unmerge_alerts(change, ids, versions=versions)]
    if body.closure is None:
        raise UsageError("alert.closure_not_valid")
    return [*workflow.close_alerts(change, ids, body.closure, note=body.note, versions=versions)]


def _seen(number: int, version: int | None) -> dict[int, int]:
    return {} if version is None else {number: version}
