"""Shifts: the roster, and handovers drafted from how things stand and signed by both leads."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from secmon.alerts import roster, shift
from secmon.alerts.feed_health import Health
from secmon.alerts.roster import Planned
from secmon.alerts.shift import Handover, SilentFeed
from secmon.errors import UsageError
from secmon.people.roles import Permission
from secmon.people.visitor import Visitor
from secmon.web.api.reply import etag_of
from secmon.web.api.service import Service
from secmon.web.api.shapes import Id, IfMatch, In, Line, Moment, Out, Words
from secmon.web.visitor import Needs

_OnShift = Annotated[Visitor, Depends(Needs(Permission.SHIFT))]
_SILENT = (Health.SILENT, Health.FAILING, Health.LATE)


class HandoverOut(Out):
    """What one shift tells the next; `content` are the facts, `notes` the leads' own words."""

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
    """A planned shift; `members` have blanks between."""

    id: int
    name: str
    begins: datetime
    ends: datetime
    lead: str
    members: str


class Notes(In):
    """The leads' own words."""

    notes: Words


class Planning(In):
    """Who is on duty from when to when."""

    name: Line = Field(min_length=1)
    begins: Moment
    ends: Moment
    lead: Line = Field(min_length=1)
    members: list[Line] = Field(default=[], max_length=50)


def routes(api: APIRouter, service: Service) -> None:
    """Reading and writing shifts."""
    _handovers(api, service)
    _roster(api, service)


def _handovers(api: APIRouter, service: Service) -> None:
    desk = service.desk

    @api.get("/handovers", tags=["shifts"], response_model=list[HandoverOut])
    def handovers(_visitor: _OnShift, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> object:
        """Handovers, newest first."""
        return shift.handovers(desk, limit)

    @api.get("/handovers/{number}", tags=["shifts"], response_model=HandoverOut)
    def one(number: Id, _visitor: _OnShift, response: Response) -> object:
        """One handover; its version is the ETag."""
        return _tagged(shift.get(desk, number), response)

    @api.post("/handovers", tags=["shifts"], response_model=HandoverOut, status_code=201)
    def draft(visitor: _OnShift, response: Response) -> object:
        """Begin a handover, drafted from how things stand."""
        return _tagged(shift.draft(desk, _silent(service), actor=visitor.actor, now=service.now()), response)

    @api.post("/handovers/{number}/refresh", tags=["shifts"], response_model=HandoverOut)
    def refresh(number: Id, visitor: _OnShift, response: Response) -> object:
        """Draw the facts anew."""
        return _tagged(shift.refresh(desk, number, _silent(service), actor=visitor.actor, now=service.now()), response)

    @api.patch("/handovers/{number}", tags=["shifts"], response_model=HandoverOut)
    def edit(number: Id, body: Notes, visitor: _OnShift, seen: IfMatch, response: Response) -> object:
        """Write one's own words."""
        row = shift.edit(desk, number, body.notes, actor=visitor.actor, now=service.now(), version=seen)
        return _tagged(row, response)

    @api.post("/handovers/{number}/sign", tags=["shifts"], response_model=HandoverOut)
    def sign(number: Id, visitor: _OnShift, seen: IfMatch, response: Response) -> object:
        """Sign: first the outgoing lead, then the incoming one."""
        return _tagged(shift.sign(desk, number, actor=visitor.actor, now=service.now(), version=seen), response)


def _roster(api: APIRouter, service: Service) -> None:
    desk = service.desk

    @api.get("/roster", tags=["shifts"], response_model=list[ShiftOut])
    def planned(_visitor: _OnShift, since: Moment | None = None, until: Moment | None = None) -> object:
        """Shifts that touch a time, the coming week when none is named."""
        begin = since or service.now()
        return roster.roster(desk, begin, until or begin + timedelta(days=7))

    @api.post("/roster", tags=["shifts"], response_model=ShiftOut, status_code=201)
    def plan(body: Planning, visitor: _OnShift) -> object:
        """Plan a shift."""
        if not body.begins < body.ends <= body.begins + timedelta(days=2):
            raise UsageError("a shift ends after it begins, and within two days")
        wanted = Planned(body.name, body.begins, body.ends, body.lead, tuple(body.members))
        return roster.plan(desk, wanted, actor=visitor.actor, now=service.now())

    @api.delete("/roster/{number}", tags=["shifts"], status_code=204)
    def cancel(number: Id, visitor: _OnShift) -> None:
        """Take a shift off the roster."""
        roster.cancel(desk, number, actor=visitor.actor, now=service.now())


def _silent(service: Service) -> list[SilentFeed]:
    """Feeds that should send and do not."""
    reports = service.console.reports()
    return [SilentFeed(one.site, one.feed, one.line_at) for one in reports if one.health in _SILENT]


def _tagged(row: Handover, response: Response) -> Handover:
    response.headers["etag"] = etag_of(row.version)
    return row
