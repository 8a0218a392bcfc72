"""The current user of a request, for pages, callbacks and routes; set by the access middleware."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from functools import wraps
from typing import Annotated, ParamSpec, TypeVar

from fastapi import Depends

from secmon.auth.principal import Visitor
from secmon.auth.roles import Permission
from secmon.errors import SecmonError

_P = ParamSpec("_P")
_R = TypeVar("_R")
_visitor: ContextVar[Visitor | None] = ContextVar("secmon_visitor", default=None)


class Refused(SecmonError):  # noqa: N818  # named for what the answer says
    """The user may not do this; routes answer 403."""


def welcome(visitor: Visitor | None) -> None:
    """Set the current user for this request; called by the access middleware."""
    _visitor.set(visitor)


def known_visitor() -> Visitor | None:
    """Return the current user; None where no login is needed."""
    return _visitor.get()


def current_visitor() -> Visitor:
    """Return the current user; raise Refused if nobody is logged in, which the access middleware prevents."""
    visitor = _visitor.get()
    if visitor is None:
        raise Refused("nobody is logged in")
    return visitor


def demand(permission: Permission) -> Visitor:
    """Return the current user; raise Refused if the permission is missing."""
    visitor = current_visitor()
    if not visitor.may(permission):
        raise Refused(f"{visitor.name} ({visitor.role}) may not do this: it needs the permission '{permission}'")
    return visitor


def needs(permission: Permission) -> Callable[[Callable[_P, Awaitable[_R]]], Callable[_P, Awaitable[_R]]]:
    """Decorate a Dash callback, below `@app.callback`: run it only for users who have the permission."""

    def around(callback: Callable[_P, Awaitable[_R]]) -> Callable[_P, Awaitable[_R]]:
        @wraps(callback)
        async def guarded(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            demand(permission)
            return await callback(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]  # read by the test that walks all callbacks
        return guarded

    return around


class Needs:
    """Dependency of a route: `visitor: Annotated[Visitor, Depends(Needs(Permission.VIEW))]`."""

    def __init__(self, permission: Permission) -> None:
        """Store the permission, so that it can be read from the routes."""
        self.permission = permission

    async def __call__(self) -> Visitor:
        """Return the current user; raise Refused if the permission is missing."""
        return demand(self.permission)


Viewing = Annotated[Visitor, Depends(Needs(Permission.VIEW))]
"""Parameter of a route that every logged-in user may call, within their scope."""
