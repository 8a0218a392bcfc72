"""The presentation: where it stands, and steering it; entering and leaving it is a cookie of the browser."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from secmon.people.roles import Permission
from secmon.people.visitor import Visitor
from secmon.web.api.problems import Absent
from secmon.web.api.service import Service
from secmon.web.api.shapes import In, Out
from secmon.web.replay import Replay
from secmon.web.stage import COOKIE
from secmon.web.tour_script import CHAPTERS
from secmon.web.visitor import Needs

_Presenting = Annotated[Visitor, Depends(Needs(Permission.PRESENT))]
_HOURS = 12


class ChapterOut(Out):
    """A chapter and the page it is told on, with what its address asks for."""

    key: str
    path: str
    asked: str
    look: str


class TourOut(Out):
    """Where the presentation stands; `ready` is the share of its preparation, `now` the time of the replay.

    `arrived` is false while the replay is on its way to the chapter.
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
    """What is to change; what is left out stays."""

    chapter: int | None = Field(default=None, ge=0, le=99)
    speed: int | None = Field(default=None, ge=1, le=60)
    paused: bool | None = None


def _replay(service: Service) -> Replay:
    if service.replay is None:
        raise Absent("this centre gives no presentations: `secmon demo` does")
    return service.replay


def _told(service: Service) -> TourOut:
    chapters = [ChapterOut(key=one.key, path=one.path, asked=one.asked, look=one.look) for one in CHAPTERS]
    return TourOut(**asdict(_replay(service).state()), chapters=chapters)


def routes(api: APIRouter, service: Service) -> None:
    """Put them on the router."""
    _steering(api, service)
    _visiting(api, service)


def _steering(api: APIRouter, service: Service) -> None:
    @api.get("/tour")
    async def where(_visitor: _Presenting) -> TourOut:
        """Where the presentation stands."""
        return _told(service)

    @api.post("/tour/start")
    async def start(_visitor: _Presenting) -> TourOut:
        """Prepare it, if it is not prepared."""
        _replay(service).start()
        return _told(service)

    @api.post("/tour/reset")
    async def reset(_visitor: _Presenting) -> TourOut:
        """Throw its data away and prepare it anew."""
        _replay(service).reset()
        return _told(service)

    @api.post("/tour/steer")
    async def steer(steering: Steering, _visitor: _Presenting) -> TourOut:
        """Go to a chapter, change the speed, pause or go on."""
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
        """From now on this browser sees the presentation instead of the live centre."""
        _replay(service)
        response.set_cookie(COOKIE, "tour", max_age=_HOURS * 3600, httponly=True, samesite="lax")
        return _told(service)

    @api.post("/tour/exit")
    async def leave(response: Response, _visitor: _Presenting) -> TourOut:
        """Back to the live centre."""
        response.delete_cookie(COOKIE)
        return _told(service)
