"""Shifts: the roster, and handovers drafted from the present state and signed by both leads."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.errors import UsageError
from secmon.feed_health.health import Health
from secmon.operations import roster, shift_handover
from secmon.operations.roster import PlannedShift
from secmon.operations.shift_handover import SilentFeed
from secmon.sites.scope import EVERYTHING
from secmon.web.api.reply import tagged
from secmon.web.api.service import Service
from secmon.web.api.shapes import Id, IfMatch, In, Line, Moment, Out, Words
from secmon.web.gateway.current_user import RequirePermission

_OnShift = Annotated[Principal, Depends(RequirePermission(Permission.SHIFT))]
_SILENT = (Health.SILENT, Health.FAILING, Health.LATE)


class HandoverOut(Out):
    """A handover to the next shift; `content` are the facts, `notes` the leads' own text."""

    id: int
    version: int
    state: str
    begins: datetime
    ends: datetime
    content: Mapping[str, Any]
    notes: str
    drafted_by: str
    outgoing: str
    outgoing_at: datetime | None
    incoming: str
    incoming_at: datetime | None


class ShiftOut(Out):
    """A planned shift; `members` are separated by spaces."""

    id: int
    name: str
    begins: datetime
    ends: datetime
    lead: str
    members: str


class Notes(In):
    """The leads' own text."""

    notes: Words


class Planning(In):
    """Begin, end and staff of a shift."""

    name: Line = Field(min_length=1)
    begins: Moment
    ends: Moment
    lead: Line = Field(min_length=1)
    members: list[Line] = Field(default=[], max_length=50)


def routes(api: APIRouter, service: Service) -> None:
    """Add the routes for reading and writing shifts."""
    _handovers(api, service)
    _roster(api, service)


def _handovers(api: APIRouter, service: Service) -> None:
    @api.get("/handovers", tags=["shifts"], response_model=list[HandoverOut])
    def handovers(_visitor: _OnShift, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> object:
        """List handovers, newest first."""
        return shift_handover.handovers(service.db, limit)

    @api.get("/handovers/{number}", tags=["shifts"], response_model=HandoverOut)
    def one(number: Id, _visitor: _OnShift, response: Response) -> object:
        """Read a handover; its version is the ETag."""
        return tagged(shift_handover.get_handover(service.db, number), response)

    @api.post("/handovers", tags=["shifts"], response_model=HandoverOut, status_code=201)
    def draft(principal: _OnShift, response: Response) -> object:
        """Start a handover, drafted from the present state."""
        return tagged(
            shift_handover.draft_handover(service.change(principal, EVERYTHING), _silent(service)),
            response,
        )

    @api.post("/handovers/{number}/refresh", tags=["shifts"], response_model=HandoverOut)
    def refresh(number: Id, principal: _OnShift, response: Response) -> object:
        """Read the facts of a handover again."""
        return tagged(
            shift_handover.refresh_handover(service.change(principal, EVERYTHING), number, _silent(service)),
            response,
        )

    @api.patch("/handovers/{number}", tags=["shifts"], response_model=HandoverOut)
    def edit(number: Id, body: Notes, principal: _OnShift, seen: IfMatch, response: Response) -> object:
        """Edit the notes of a handover."""
        row = shift_handover.edit_handover(service.change(principal, EVERYTHING), number, body.notes, version=seen)
        return tagged(row, response)

    @api.post("/handovers/{number}/sign", tags=["shifts"], response_model=HandoverOut)
    def sign(number: Id, principal: _OnShift, seen: IfMatch, response: Response) -> object:
        """Sign a handover: the outgoing lead first, then the incoming lead."""
        return tagged(
            shift_handover.sign_handover(service.change(principal, EVERYTHING), number, version=seen),
            response,
        )


def _roster(api: APIRouter, service: Service) -> None:
    @api.get("/roster", tags=["shifts"], response_model=list[ShiftOut])
    def planned(_visitor: _OnShift, since: Moment | None = None, until: Moment | None = None) -> object:
        """List shifts that overlap a period, by default the coming week."""
        begin = since or service.now()
        return roster.shifts_between(service.db, begin, until or begin + timedelta(days=7))

    @api.post("/roster", tags=["shifts"], response_model=ShiftOut, status_code=201)
    def plan(body: Planning, principal: _OnShift) -> object:
        """Plan a shift."""
        if not body.begins < body.ends <= body.begins + timedelta(days=2):
            raise UsageError("shift.too_long")
        wanted = PlannedShift(body.name, body.begins, body.ends, body.lead, tuple(body.members))
        return roster.plan_shift(service.change(principal, EVERYTHING), wanted)

    @api.delete("/roster/{number}", tags=["shifts"], status_code=204)
    def cancel(number: Id, principal: _OnShift) -> None:
        """Remove a shift from the roster."""
        roster.cancel_shift(service.change(principal, EVERYTHING), number)


def _silent(service: Service) -> list[SilentFeed]:
    """Return the feeds that should send but do not."""
    reports = service.context.reports()
    return [SilentFeed(one.site, one.feed, one.line_at) for one in reports if one.health in _SILENT]
