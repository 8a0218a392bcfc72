"""Errors as RFC 9457 problem details: one shape for every error."""

from http import HTTPStatus
from math import ceil
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from secmon.auth.accounts import AccountConflict
from secmon.errors import ConflictError, DatabaseError, NotFoundError, SecmonError, StoreError, UsageError
from secmon.web.gateway.current_user import Refused

_MEDIA = "application/problem+json"


class Problem(BaseModel):
    """An error; `detail` says what, where and what to do next."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    errors: list[str] = Field(default_factory=list)


class Absent(SecmonError):  # noqa: N818  # named for what the answer says
    """The record does not exist or is outside the user's scope: both give the same 404."""


class Busy(SecmonError):  # noqa: N818  # named for what the answer says
    """Rate limit exceeded; `seconds` until the next request is answered."""

    def __init__(self, seconds: float) -> None:
        """Store the seconds to wait, rounded up."""
        self.seconds = ceil(seconds)
        super().__init__("rate.exceeded", seconds=self.seconds)


class Stale(SecmonError):  # noqa: N818  # named for what the answer says
    """The version in If-Match is not the current version."""


_STATUS: tuple[tuple[type[SecmonError], int], ...] = (
    (Refused, 403),
    (Absent, 404),
    (NotFoundError, 404),
    (ConflictError, 412),
    (Busy, 429),
    (Stale, 412),
    (AccountConflict, 412),
    (UsageError, 400),
    (StoreError, 503),
    (DatabaseError, 503),
)

_SAID = {
    400: "What was asked cannot be done as written",
    401: "No login and no token, or one that is not known",
    403: "The login or token may not do this",
    404: "There is no such thing, or it is not within one's scope",
    409: "It is not in a state for this",
    412: "Somebody else changed it meanwhile",
    422: "The request is not as described",
    429: "Too many requests; Retry-After says when to come again",
    503: "The store or the desk database does not answer",
}
RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": said, "content": {_MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    for status, said in _SAID.items()
}
"""Error responses for the description of every route."""


def problem(
    status: int, detail: str, errors: list[str] | None = None, headers: dict[str, str] | None = None
) -> Response:
    """Return an error response."""
    body = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=errors or [])
    return JSONResponse(body.model_dump(), status, headers=headers, media_type=_MEDIA)


def register(server: FastAPI) -> None:
    """Answer every error of a route as a problem."""

    @server.exception_handler(SecmonError)
    async def refused(_request: Request, error: SecmonError) -> Response:
        status = next((number for kind, number in _STATUS if isinstance(error, kind)), 409)
        headers = {"retry-after": str(error.seconds)} if isinstance(error, Busy) else None
        return problem(status, str(error), headers=headers)

    @server.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> Response:
        said = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        return problem(422, "the request is not as described", said)

    @server.exception_handler(HTTPException)
    async def answered(_request: Request, error: HTTPException) -> Response:
        return problem(error.status_code, str(error.detail), headers=dict(error.headers or {}))
