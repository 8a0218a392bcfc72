"""Who asks, for pages, callbacks and routes: the gate leaves it here for the length of a request."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from functools import wraps
from typing import Annotated, ParamSpec, TypeVar

from fastapi import Depends

from secmon.errors import SecmonError
from secmon.people.roles import Permission
from secmon.people.visitor import Visitor

_P = ParamSpec("_P")
_R = TypeVar("_R")
_visitor: ContextVar[Visitor | None] = ContextVar("secmon_visitor", default=None)


class Refused(SecmonError):  # noqa: N818  # named for what the answer says
    """The visitor may not do this; routes answer 403."""


def welcome(visitor: Visitor | None) -> None:
    """Say who asks from here on, in this request only; called by the gate."""
    _visitor.set(visitor)


def known_visitor() -> Visitor | None:
    """Who asks, None where that needs no login."""
    return _visitor.get()


def current_visitor() -> Visitor:
    """Who asks; Refused when nobody does, which the gate does not let happen."""
    visitor = _visitor.get()
    if visitor is None:
        raise Refused("nobody is logged in")
    return visitor


def demand(permission: Permission) -> Visitor:
    """Who asks; Refused when it lacks the permission."""
    visitor = current_visitor()
    if not visitor.may(permission):
        raise Refused(f"{visitor.name} ({visitor.role}) may not do this: it needs the permission '{permission}'")
    return visitor


def needs(permission: Permission) -> Callable[[Callable[_P, Awaitable[_R]]], Callable[_P, Awaitable[_R]]]:
    """Decorator of a Dash callback, below `@app.callback`: it runs only for those who have the permission."""

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
        """Keep the permission, so that a walk over the routes can read it."""
        self.permission = permission

    async def __call__(self) -> Visitor:
        """Who asks; Refused when it lacks the permission."""
        return demand(self.permission)


Viewing = Annotated[Visitor, Depends(Needs(Permission.VIEW))]
"""Parameter of a route that everybody with a login may ask for, within their scope."""
