"""The presentation: its state and its controls; entering and leaving it sets a cookie in the browser."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.web.api.problems import Absent
from secmon.web.api.service import Service
from secmon.web.api.shapes import In, Out
from secmon.web.gateway.current_user import RequirePermission
from secmon.web.tour.chapters import CHAPTERS
from secmon.web.tour.replay_protocol import Replay
from secmon.web.tour.sandbox import COOKIE

_Presenting = Annotated[Principal, Depends(RequirePermission(Permission.PRESENT))]
_HOURS = 12


class ChapterOut(Out):
    """A chapter, the page it is shown on, and the query of that page's address."""

    key: str
    path: str
    asked: str
    look: str


class TourOut(Out):
    """State of the presentation; `ready` is the share of its preparation, `now` the time of the replay.

    `arrived` is false until the replay has reached the chapter.
    """

    running: bool
    ready: float
    chapter: int
    arrived: bool
    speed: int
    paused: bool
    now: datetime | None
    error: str
    chapters: list[ChapterOut]


class Steering(In):
    """Values to change; values left out stay as they are."""

    chapter: int | None = Field(default=None, ge=0, le=99)
    speed: int | None = Field(default=None, ge=1, le=60)
    paused: bool | None = None


def _replay(service: Service) -> Replay:
    if service.replay is None:
        raise Absent("tour.none")
    return service.replay


def _told(service: Service) -> TourOut:
    chapters = [ChapterOut(key=one.key, path=one.path, asked=one.asked, look=one.look) for one in CHAPTERS]
    return TourOut(**asdict(_replay(service).state()), chapters=chapters)


def routes(api: APIRouter, service: Service) -> None:
    """Add the routes to the router."""
    _steering(api, service)
    _visiting(api, service)


def _steering(api: APIRouter, service: Service) -> None:
    @api.get("/tour")
    async def where(_visitor: _Presenting) -> TourOut:
        """Return the state of the presentation."""
        return _told(service)

    @api.post("/tour/start")
    async def start(_visitor: _Presenting) -> TourOut:
        """Prepare the presentation if necessary."""
        _replay(service).start()
        return _told(service)

    @api.post("/tour/reset")
    async def reset(_visitor: _Presenting) -> TourOut:
        """Discard its data and prepare it again."""
        _replay(service).reset()
        return _told(service)

    @api.post("/tour/steer")
    async def steer(steering: Steering, _visitor: _Presenting) -> TourOut:
        """Go to a chapter, change the speed, pause or resume."""
        chosen = _replay(service)
        if steering.chapter is not None:
            chosen.go(steering.chapter)
        if steering.speed is not None:
            chosen.set_speed(steering.speed)
        if steering.paused is not None:
            chosen.pause(paused=steering.paused)
        return _told(service)


def _visiting(api: APIRouter, service: Service) -> None:
    @api.post("/tour/enter")
    async def enter(response: Response, _visitor: _Presenting) -> TourOut:
        """Show this browser the presentation instead of the live centre from now on."""
        _replay(service)
        response.set_cookie(COOKIE, "tour", max_age=_HOURS * 3600, httponly=True, samesite="lax")
        return _told(service)

    @api.post("/tour/exit")
    async def leave(response: Response, _visitor: _Presenting) -> TourOut:
        """Return this browser to the live centre."""
        response.delete_cookie(COOKIE)
        return _told(service)
