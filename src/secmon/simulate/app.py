"""The sites' feeds over HTTP, as a plain ASGI application.

GET /sites/{code}/feeds/{feed}?after=CURSOR&limit=N   with `Authorization: Bearer TOKEN`
GET /healthz
"""

import asyncio
import gzip
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope, Send

from secmon.errors import UsageError
from secmon.simulate.stream import FEEDS, Cursor, Streams
from secmon.simulate.town import Town

DEFAULT_LIMIT, MAX_LIMIT = 5000, 50_000

_GZIP_FROM = 1024
_GZIP_ASIDE_FROM = 1 << 18  # above a quarter of a megabyte other requests should not wait for the compression
_LINES = b"text/plain; charset=utf-8"

Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer before it is compressed."""

    status: int
    body: bytes
    kind: bytes = _LINES
    headers: Headers = ()


class FeedApp:
    """Answers for all sites from their streams."""

    def __init__(
        self,
        streams: Streams,
        towns: Sequence[Town],
        tokens: Mapping[str, str],
        down: Mapping[str, datetime],
        clock: Callable[[], datetime],
    ) -> None:
        """`tokens` by site code; `down` says from when a site answers 503; `clock` gives aware times."""
        self._streams, self._clock, self._down = streams, clock, down
        self._towns = {town.code: town for town in towns}
        self._bearers = {site: b"Bearer " + token.encode() for site, token in tokens.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            raise RuntimeError(f"the feeds speak HTTP only, not {scope['type']}")
        headers: dict[bytes, bytes] = dict(scope["headers"])
        reply = self._answer(scope, headers.get(b"authorization", b""))
        body, extra = await _encoded(reply.body, headers.get(b"accept-encoding", b""))
        about = (
            (b"content-type", reply.kind),
            (b"content-length", b"%d" % len(body)),
            (b"vary", b"Accept-Encoding"),
        )
        await send(
            {
                "type": "http.response.start",
                "status": reply.status,
                "headers": [*about, *extra, *reply.headers],
            }
        )
        await send({"type": "http.response.body", "body": body})

    def _answer(self, scope: Scope, authorization: bytes) -> Reply:
        if scope["method"] != "GET":
            return _refusal(405, "only GET is answered here", ((b"allow", b"GET"),))
        if scope["path"] == "/healthz":
            return self._health()
        match scope["path"].split("/"):
            case ["", "sites", site, "feeds", feed] if site in self._towns and feed in FEEDS:
                return self._feed(self._towns[site], feed, scope["query_string"], authorization)
        return _refusal(404, "no such site or feed")

    def _health(self) -> Reply:
        state = {"status": "ok", "now": self._clock().isoformat(), "sites": len(self._towns)}
        return Reply(200, json.dumps(state).encode(), b"application/json")

    def _feed(self, town: Town, feed: str, query: bytes, authorization: bytes) -> Reply:
        now = self._clock()
        since = self._down.get(town.code)
        if since is not None and now >= since:
            return _refusal(503, "the site is down")
        if not hmac.compare_digest(authorization, self._bearers[town.code]):
            return _refusal(401, "wrong or missing token of this site", ((b"www-authenticate", b"Bearer"),))
        try:
            after, limit = _parameters(query)
            page = self._streams.lines(town, feed, after, limit, now)
        except UsageError as error:
            return _refusal(400, str(error))
        cursor, more = str(page.cursor).encode(), b"1" if page.more else b"0"
        return Reply(200, page.lines, headers=((b"x-next-cursor", cursor), (b"x-more", more)))


def _parameters(query: bytes) -> tuple[Cursor | None, int]:
    given = dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True))
    after = Cursor.parse(given["after"]) if "after" in given else None
    limit = given.get("limit", str(DEFAULT_LIMIT))
    if not (limit.isascii() and limit.isdigit() and len(limit) <= 6 and 1 <= int(limit) <= MAX_LIMIT):
        raise UsageError(f"malformed limit: give a whole number from 1 to {MAX_LIMIT}")
    return after, int(limit)


def _refusal(status: int, text: str, headers: Headers = ()) -> Reply:
    return Reply(status, f"{text}\n".encode(), headers=headers)


async def _encoded(body: bytes, accepted: bytes) -> tuple[bytes, Headers]:
    """The body, compressed when that helps and the reader takes gzip."""
    if len(body) <= _GZIP_FROM or not _takes_gzip(accepted):
        return body, ()
    if len(body) < _GZIP_ASIDE_FROM:
        packed = gzip.compress(body, 1, mtime=0)
    else:
        packed = await asyncio.to_thread(gzip.compress, body, 1, mtime=0)
    return packed, ((b"content-encoding", b"gzip"),)


def _takes_gzip(accepted: bytes) -> bool:
    for part in accepted.lower().split(b","):
        coding, _, weight = part.strip().partition(b";")
        if coding.strip() == b"gzip":
            return weight.replace(b" ", b"") not in (b"q=0", b"q=0.0", b"q=0.00", b"q=0.000")
    return False
