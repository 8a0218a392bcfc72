"""Choose between the live centre and the sandbox of a presentation, per request.

A browser in a presentation sends a cookie; the access middleware reads it, and every page, callback, route and
stream then reads the sandbox's store and database instead of the live ones. Nothing else differs, so the tour
shows the product itself.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

from secmon.live.context import CentreContext

COOKIE = "stage"
_on: ContextVar[bool] = ContextVar("secmon_sandbox", default=False)


def enter_sandbox(cookies: dict[str, str]) -> None:
    """Record for this request whether it is for the sandbox; called by the access middleware."""
    _on.set(cookies.get(COOKIE) == "tour")


def in_sandbox() -> bool:
    """Return True if this request is for the sandbox."""
    return _on.get()


@dataclass(frozen=True, slots=True)
class ContextSource:
    """Source of the context that a request reads: the live centre's or the sandbox's.

    Pages and routes are registered once, with the source; each callback and route asks it for the context. A context
    chosen at registration would show live data in a presentation.
    """

    live: CentreContext
    sandbox: Callable[[], CentreContext | None] | None = None

    def current(self) -> CentreContext:
        """Return the context of the current request; the live context while the sandbox is not ready."""
        staged = self.sandbox() if self.sandbox is not None and in_sandbox() else None
        return staged or self.live
