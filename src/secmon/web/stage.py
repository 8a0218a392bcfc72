"""The presentation's own centre beside the live one: which of the two a request sees.

Somebody on stage has a cookie; the gate reads it, and every page, callback, route and stream then reads the
presentation's store and desk instead of the live ones. Nothing else differs, so the tour shows the product itself.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, cast

from secmon.web.console import Console

COOKIE = "stage"
_on: ContextVar[bool] = ContextVar("secmon_stage", default=False)


def enter(cookies: dict[str, str]) -> None:
    """Say for this request whether it is on stage; called by the gate."""
    _on.set(cookies.get(COOKIE) == "tour")


def on_stage() -> bool:
    """Whether this request asked for the presentation."""
    return _on.get()


class _Switch:
    """Stands for the console; everything asked of it is answered by the live or by the presentation's one."""

    def __init__(self, live: Console, tour: Callable[[], Console | None]) -> None:
        self._live, self._tour = live, tour

    def __getattr__(self, name: str) -> Any:
        staged = self._tour() if _on.get() else None
        return getattr(staged or self._live, name)


def switched(live: Console, tour: Callable[[], Console | None]) -> Console:
    """The console that the web side is built on where presentations are given."""
    return cast("Console", _Switch(live, tour))
