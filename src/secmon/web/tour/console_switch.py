"""Choose between the live centre and the sandbox of a presentation, per request.

A browser in a presentation sends a cookie; the access middleware reads it, and every page, callback, route and
stream then reads the sandbox's store and database instead of the live ones. Nothing else differs, so the tour
shows the product itself.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, cast

from secmon.live.context import CentreContext

COOKIE = "stage"
_on: ContextVar[bool] = ContextVar("secmon_stage", default=False)


def enter_sandbox(cookies: dict[str, str]) -> None:
    """Record for this request whether it is for the sandbox; called by the access middleware."""
    _on.set(cookies.get(COOKIE) == "tour")


def in_sandbox() -> bool:
    """Return True if this request is for the sandbox."""
    return _on.get()


class _Switch:
    """Proxy of the context: every attribute is read from the live context or from the sandbox's."""

    def __init__(self, live: CentreContext, tour: Callable[[], CentreContext | None]) -> None:
        self._live, self._tour = live, tour

    # Looked up at every access: pages and routes are registered once, with this object, and a context chosen then would
    # show live data in a presentation. While the sandbox is not ready, the live context is used.
    def __getattr__(self, name: str) -> Any:
        staged = self._tour() if _on.get() else None
        return getattr(staged or self._live, name)


def switched_context(live: CentreContext, tour: Callable[[], CentreContext | None]) -> CentreContext:
    """Return the context for a server that gives presentations; it follows each request."""
    return cast("CentreContext", _Switch(live, tour))
