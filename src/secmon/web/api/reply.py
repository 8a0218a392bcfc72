"""Responses of the API: JSON, versions as ETags, pages with a cursor."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Generic, Protocol, TypeVar

import orjson
from pydantic import BaseModel
from starlette.responses import Response

from secmon.errors import UsageError
from secmon.web.api.problems import Stale

_T = TypeVar("_T")


class HasVersion(Protocol):
    """A record whose version changes with every change to it."""

    @property
    def version(self) -> int:
        """Version of the record."""


_V = TypeVar("_V", bound=HasVersion)


class ResultPage(BaseModel, Generic[_T]):
    """A page of a list; `next` is the `cursor` of the following page, null at the end."""

    items: list[_T]
    next: str | None = None


def json_reply(body: Any, headers: Mapping[str, str] | None = None, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, dict(headers or {}), "application/json")


def etag_of(version: int) -> str:
    """Return the version of a record as an ETag."""
    return f'"v{version}"'


def tagged(row: _V, response: Response) -> _V:
    """Return the record, and set its version as the ETag of the response."""
    response.headers["etag"] = etag_of(row.version)
    return row


def expected_version(if_match: str | None) -> int | None:
    """Return the version in If-Match, None if it is absent or '*'; raise Stale for an invalid version."""
    if if_match is None or if_match.strip() == "*":
        return None
    text = if_match.strip().removeprefix("W/").strip('"')
    if text[:1] != "v" or not (text[1:].isascii() and text[1:].isdecimal()) or len(text) > 12:
        raise Stale("version.not_valid", version=repr(if_match[:40]))
    return int(text[1:])


def cursor_of(*parts: int | str) -> str:
    """Encode the end of a page as an opaque cursor."""
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def cursor_parts(cursor: str | None, kinds: tuple[type, ...]) -> tuple[Any, ...] | None:
    """Decode a cursor; None if there is none; raise UsageError for a cursor that was not issued here."""
    if not cursor:
        return None
    try:
        parts = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as error:
        raise UsageError("cursor.not_valid") from error
    good = isinstance(parts, list) and len(parts) == len(kinds)
    if not good or not all(type(part) is kind for part, kind in zip(parts, kinds, strict=True)):
        raise UsageError("cursor.other_list")
    if any(isinstance(part, int) and abs(part) >= 2**63 for part in parts):
        raise UsageError("cursor.other_list")
    return tuple(parts)
