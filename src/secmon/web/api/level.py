"""The declared national crisis level."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter

from secmon.alerts.level import level_in_force
from secmon.web.api.service import Service
from secmon.web.api.shapes import Out
from secmon.web.visitor import Viewing


class LevelOut(Out):
    """A level as an authority declared it; nulls where nobody has entered one."""

    level: str | None = None
    issuer: str = ""
    reason: str = ""
    declared_at: datetime | None = None


def routes(api: APIRouter, service: Service) -> None:
    """Reading the level."""

    @api.get("/level", tags=["level"], response_model=LevelOut)
    def read_level(_visitor: Viewing) -> Any:
        """The level in force."""
        return level_in_force(service.desk) or LevelOut()
