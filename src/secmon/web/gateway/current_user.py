"""The current user of a request, for pages, callbacks and routes; set by the access middleware."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from functools import wraps
from typing import Annotated, ParamSpec, TypeVar

from fastapi import Depends

from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.errors import SecmonError, Term

_P = ParamSpec("_P")
_R = TypeVar("_R")
_visitor: ContextVar[Principal | None] = ContextVar("secmon_visitor", default=None)


class Refused(SecmonError):  # noqa: N818  # named for what the answer says
    """The user may not do this; routes answer 403."""


def set_current_user(principal: Principal | None) -> None:
    """Set the current user for this request; called by the access middleware."""
    _visitor.set(principal)


def current_user_or_none() -> Principal | None:
    """Return the current user; None where no login is needed."""
    return _visitor.get()


def current_user() -> Principal:
    """Return the current user; raise Refused if nobody is logged in, which the access middleware prevents."""
    principal = _visitor.get()
    if principal is None:
        raise Refused("permission.not_logged_in")
    return principal


def require(permission: Permission) -> Principal:
    """Return the current user; raise Refused if the permission is missing."""
    principal = current_user()
    if not principal.may(permission):
        raise Refused("permission.missing", name=principal.name, role=Term.of(principal.role), permission=permission)
    return principal


def requires(permission: Permission) -> Callable[[Callable[_P, Awaitable[_R]]], Callable[_P, Awaitable[_R]]]:
    """Decorate a Dash callback, below `@app.callback`: run it only for users who have the permission."""

    def around(callback: Callable[_P, Awaitable[_R]]) -> Callable[_P, Awaitable[_R]]:
        @wraps(callback)
        async def guarded(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            require(permission)
            return await callback(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]  # read by the test that walks all callbacks
        return guarded

    return around


class RequirePermission:
    """Dependency of a route: `visitor: Annotated[Visitor, Depends(Needs(Permission.VIEW))]`."""

    def __init__(self, permission: Permission) -> None:
        """Store the permission, so that it can be read from the routes."""
        self.permission = permission

    async def __call__(self) -> Principal:
        """Return the current user; raise Refused if the permission is missing."""
        return require(self.permission)


Viewing = Annotated[Principal, Depends(RequirePermission(Permission.VIEW))]
"""Parameter of a route that every logged-in user may call, within their scope."""
