"""The declared national crisis level: in force, history, duties, and acknowledgements of the sites."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.errors import Item
from secmon.operations import crisis_level, level_duties
from secmon.operations.crisis_level import CrisisLevel, Declaration, Declared
from secmon.sites.scope import EVERYTHING
from secmon.web.api.alerts import Note
from secmon.web.api.problems import Absent
from secmon.web.api.service import Service
from secmon.web.api.shapes import Id, In, Line, Moment, Out, SiteCode, Words
from secmon.web.gateway.current_user import RequirePermission, Viewing

_Declaring = Annotated[Principal, Depends(RequirePermission(Permission.DECLARE_LEVEL))]
_Answering = Annotated[Principal, Depends(RequirePermission(Permission.ANSWER))]


class LevelOut(Out):
    """A level as declared by an authority; null fields if none has been entered."""

    number: int | None = None
    level: CrisisLevel | None = None
    issuer: str = ""
    reason: str = ""
    declared_at: datetime | None = None


class Declaring(In):
    """Level, reason and time of a declaration; `channels` notify municipalities in addition to their own page."""

    level: CrisisLevel
    issuer: Line = Field(min_length=1)
    reason: Words = ""
    declared_at: Moment | None = None
    channels: list[Literal["mail", "webhook"]] = Field(default=[], max_length=2)


class DutyOut(Out):
    """A duty required by the level; author and time when done."""

    key: str
    who: str
    ko: str
    en: str
    done_by: str
    done_at: datetime | None
    note: str


class CascadeOut(Out):
    """Number of sites within the caller's scope that have acknowledged, and the sites that have not."""

    declaration: int
    acknowledged: int
    of: int
    missing: tuple[str, ...]


class Noted(Out):
    """`new` is False if the site had acknowledged before."""

    site: str
    new: bool


def routes(api: APIRouter, service: Service) -> None:
    """Add the routes for reading and declaring the level."""
    _levels(api, service)
    _duties(api, service)
    _sites(api, service)


def _levels(api: APIRouter, service: Service) -> None:
    @api.get("/level", tags=["level"], response_model=LevelOut)
    def read_level(_visitor: Viewing) -> LevelOut:
        """Return the level in force."""
        return _shown(crisis_level.current_declaration(service.db))

    @api.get("/level/history", tags=["level"], response_model=list[LevelOut])
    def history(_visitor: Viewing, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> list[LevelOut]:
        """List the declarations, newest first."""
        return [_shown(one) for one in crisis_level.level_history(service.db, limit)]

    @api.post("/level", tags=["level"], response_model=LevelOut, status_code=201)
    def declare(body: Declaring, principal: _Declaring) -> LevelOut:
        """Enter a level declared by an authority; it is never computed."""
        change = service.change(principal, EVERYTHING)
        declaration = Declaration(body.level, body.issuer, body.reason, body.declared_at or change.now)
        crisis_level.declare_level(change, declaration, channels=body.channels)
        return _shown(crisis_level.current_declaration(service.db))


def _duties(api: APIRouter, service: Service) -> None:
    @api.get("/level/{number}/duties", tags=["level"], response_model=list[DutyOut])
    def listed(number: Id, principal: Viewing) -> list[DutyOut]:
        """List the duties of the level and their state; for callers who see every site."""
        declared = _found(service, number)
        if not principal.scope.everything:
            raise Absent("level.duties_of_centre")
        done = level_duties.completed_duties(service.db, number)
        return [
            DutyOut(
                key=one.key,
                who=one.who,
                ko=one.ko,
                en=one.en,
                done_by=done[one.key].done_by if one.key in done else "",
                done_at=done[one.key].done_at if one.key in done else None,
                note=done[one.key].note if one.key in done else "",
            )
            for one in level_duties.duties()[declared.declaration.level]
        ]

    @api.post("/level/{number}/duties/{key}", tags=["level"], status_code=204)
    def carry_out(number: Id, key: Line, body: Note, principal: _Declaring) -> None:
        """Mark a duty done."""
        level_duties.complete_duty(service.change(principal, EVERYTHING), number, key, note=body.note)

    @api.delete("/level/{number}/duties/{key}", tags=["level"], status_code=204)
    def take_back(number: Id, key: Line, principal: _Declaring) -> None:
        """Unmark a duty that was marked by mistake."""
        level_duties.undo_duty(service.change(principal, EVERYTHING), number, key)


def _sites(api: APIRouter, service: Service) -> None:
    @api.get("/level/{number}/cascade", tags=["level"], response_model=CascadeOut)
    def cascade(number: Id, principal: Viewing) -> object:
        """Return which sites within the caller's scope have acknowledged."""
        _found(service, number)
        return level_duties.acknowledgement_progress(
            service.db, principal.scope, number, [site.code for site in service.context.sites]
        )

    @api.post("/level/{number}/acknowledge/{site}", tags=["level"], response_model=Noted)
    def acknowledge(number: Id, site: SiteCode, body: Note, principal: _Answering) -> Noted:
        """Acknowledge the level for a municipality."""
        if service.context.site(site) is None:
            raise Absent("site.unknown", code=site)
        new = level_duties.acknowledge_level(service.change(principal), number, site, note=body.note)
        return Noted(site=site, new=new)


def _found(service: Service, number: int) -> Declared:
    found = next((one for one in crisis_level.level_history(service.db, 10_000) if one.number == number), None)
    if found is None:
        raise Absent("item.not_found", item=Item("declaration", number))
    return found


def _shown(declared: Declared | None) -> LevelOut:
    if declared is None:
        return LevelOut()
    said = declared.declaration
    return LevelOut(
        number=declared.number,
        level=said.level,
        issuer=said.issuer,
        reason=said.reason,
        declared_at=said.declared_at,
    )
