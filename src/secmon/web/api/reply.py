"""Answers of the API: JSON, versions as ETags, pages with a cursor."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import orjson
from pydantic import BaseModel
from starlette.responses import Response

from secmon.errors import UsageError
from secmon.web.api.problems import Stale

_T = TypeVar("_T")


class Page(BaseModel, Generic[_T]):
    """Some of many; `next` is the `cursor` of the following page, none at the end."""

    items: list[_T]
    next: str | None = None


def json_reply(body: Any, headers: Mapping[str, str] | None = None, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(body), status, dict(headers or {}), "application/json")


def etag_of(version: int) -> str:
    """The version of a record as an ETag."""
    return f'"v{version}"'


def expected_version(if_match: str | None) -> int | None:
    """The version that If-Match names, None without one or with '*'; Stale for what cannot be a version."""
    if if_match is None or if_match.strip() == "*":
        return None
    text = if_match.strip().removeprefix("W/").strip('"')
    if text[:1] != "v" or not (text[1:].isascii() and text[1:].isdecimal()) or len(text) > 12:
        raise Stale(f"If-Match {if_match[:40]!r} is no version of this record: read it again")
    return int(text[1:])


def cursor_of(*parts: int | str) -> str:
    """Where a page ended, as opaque text."""
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def cursor_parts(cursor: str | None, kinds: tuple[type, ...]) -> tuple[Any, ...] | None:
    """What `cursor_of` was given, None without a cursor; UsageError for one that was not made here."""
    if not cursor:
        return None
    try:
        parts = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as error:
        raise UsageError("the cursor is none that was given out here: begin without one") from error
    good = isinstance(parts, list) and len(parts) == len(kinds)
    if not good or not all(type(part) is kind for part, kind in zip(parts, kinds, strict=True)):
        raise UsageError("the cursor is none of this list: begin without one")
    if any(isinstance(part, int) and abs(part) >= 2**63 for part in parts):
        raise UsageError("the cursor is none of this list: begin without one")
    return tuple(parts)
