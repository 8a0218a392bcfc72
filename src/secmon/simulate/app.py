"""The sites' feeds over HTTP, as a plain ASGI application.

GET /sites/{code}/feeds/{feed}?after=CURSOR&limit=N   with `Authorization: Bearer TOKEN`
GET /healthz
/control/...   see control.py
"""

import asyncio
import gzip
import hmac
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b
from random import Random
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope, Send

from secmon.errors import UsageError
from secmon.simulate.background import FEEDS
from secmon.simulate.control import MAX_BODY, Control
from secmon.simulate.corruptions import SPOILS
from secmon.simulate.fault import Entry, Faults
from secmon.simulate.municipality_model import Municipality
from secmon.simulate.reply import Headers, Reply, document, refusal
from secmon.simulate.run_plan import RunPlan
from secmon.simulate.stream import Cursor, Streams

DEFAULT_LIMIT, MAX_LIMIT = 5000, 50_000

_GZIP_FROM = 1024
# above a quarter of a megabyte, compression runs in a thread so that other requests do not wait
_GZIP_ASIDE_FROM = 1 << 18
_CONTROL = "/control/"

Task = Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class SimulatorState:
    """State the application serves: streams, municipalities, planned scenario runs, faults, and the clock."""

    streams: Streams
    towns: Sequence[Municipality]
    run_plan: RunPlan
    faults: Faults
    seed: int
    clock: Callable[[], datetime]


@dataclass(slots=True)
class _Visit:
    """A request to a feed, with the faults that apply to it."""

    town: Municipality
    feed: str
    hits: Mapping[str, Entry] = field(default_factory=dict)

    def count(self, kind: str, lines: int = 0) -> None:
        self.hits[kind].answers += 1
        self.hits[kind].lines += lines


class FeedApp:
    """ASGI application that serves the feeds of all sites."""

    def __init__(
        self,
        stage: SimulatorState,
        tokens: Mapping[str, str],
        control: Control | None = None,
        tasks: Sequence[Task] = (),
    ) -> None:
        """`tokens` are by site code; `tasks` run in the background, from the start of the server to its end."""
        self._stage, self._control, self._tasks = stage, control, tasks
        self._towns = {town.code: town for town in stage.towns}
        self._bearers = {site: b"Bearer " + token.encode() for site, token in tokens.items()}
        self._visits: Counter[tuple[str, str]] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(self._tasks, receive, send)
            return
        if scope["type"] != "http":
            raise RuntimeError(f"the feeds speak HTTP only, not {scope['type']}")
        headers: dict[bytes, bytes] = dict(scope["headers"])
        authorization = headers.get(b"authorization", b"")
        visit = self._visit(scope)
        if visit is None:
            reply = await self._elsewhere(scope, authorization, receive)
        else:
            if "slow" in visit.hits:
                visit.count("slow")
                await asyncio.sleep(visit.hits["slow"].fault.number)
            if "refuse" in visit.hits:
                visit.count("refuse")
                await _hang_up(receive, send)
                return
            reply = self._spoilt(visit, self._feed(visit, scope["query_string"], authorization))
        body, extra = await _encoded(reply.body, headers.get(b"accept-encoding", b""))
        whole = replace(reply, body=body, headers=(*extra, *reply.headers))
        if visit is not None and "truncated" in visit.hits and reply.status == 200 and len(body) > 1:
            visit.count("truncated")
            await _begin(send, whole)
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
            await _hang_up(receive, send)
            return
        await _begin(send, whole)
        await send({"type": "http.response.body", "body": body})

    def _visit(self, scope: Scope) -> _Visit | None:
        match scope["path"].split("/"):
            case ["", "sites", site, "feeds", feed] if (
                site in self._towns and feed in FEEDS and scope["method"] == "GET"
            ):
                hits = self._stage.faults.hitting(site, feed, self._stage.clock())
                return _Visit(self._towns[site], feed, hits)
        return None

    async def _elsewhere(self, scope: Scope, authorization: bytes, receive: Receive) -> Reply:
        method, path = scope["method"], scope["path"]
        if path.startswith(_CONTROL) and self._control is not None:
            body = await _body(receive)
            if body is None:
                return refusal(413, f"a question holds {MAX_BODY} bytes at most")
            return self._control.answer(method, path, authorization, body)
        if method != "GET":
            return refusal(405, "only GET is answered here", ((b"allow", b"GET"),))
        if path == "/healthz":
            now = self._stage.clock().isoformat()
            return document({"status": "ok", "now": now, "sites": len(self._towns)})
        return refusal(404, "no such site or feed")

    def _feed(self, visit: _Visit, query: bytes, authorization: bytes) -> Reply:
        town, now = visit.town, self._stage.clock()
        self._visits[town.code, visit.feed] += 1
        if "down" in visit.hits:
            visit.count("down")
            return refusal(503, "the site is down")
        if self._stage.run_plan.is_down(town.code, now):
            return refusal(503, "the site is down")
        if not hmac.compare_digest(authorization, self._bearers[town.code]):
            return refusal(401, "wrong or missing token of this site", ((b"www-authenticate", b"Bearer"),))
        if "errors" in visit.hits and self._random(visit).random() < 0.75:
            visit.count("errors")
            return refusal(500, "the site made an error")
        try:
            after, limit = _parameters(query)
            page = self._stage.streams.lines(town, visit.feed, after, limit, now)
        except UsageError as error:
            return refusal(400, str(error))
        headers = (
            (b"x-after", str(after or "").encode()),
            (b"x-next-cursor", str(page.cursor).encode()),
            (b"x-more", b"1" if page.more else b"0"),
        )
        return Reply(200, page.lines, headers=headers)

    def _spoilt(self, visit: _Visit, reply: Reply) -> Reply:
        """Apply the faults that change lines, and count them; an empty page stays unchanged."""
        if reply.status != 200 or not reply.body:
            return reply
        body, rng = reply.body, self._random(visit)
        for kind, spoil in SPOILS.items():
            if kind in visit.hits:
                lines, count = spoil(body.splitlines(keepends=True), visit.hits[kind].fault.number, rng)
                body = b"".join(lines)
                visit.count(kind, count)
        counted = (b"x-lines", str(body.count(b"\n")).encode())
        if "cut-line" in visit.hits:
            visit.count("cut-line", 1)
            last = body.rfind(b"\n", 0, len(body) - 1) + 1
            body = body[: last + (len(body) - last) // 2]
        return replace(reply, body=body, headers=(*reply.headers, counted))

    def _random(self, visit: _Visit) -> Random:
        """Return a generator determined by the seed and the number of earlier requests to the feed."""
        before = self._visits[visit.town.code, visit.feed]
        text = f"{self._stage.seed}|{visit.town.code}|{visit.feed}|{before}"
        digest = blake2b(text.encode(), digest_size=16).digest()
        return Random(int.from_bytes(digest, "little"))  # noqa: S311 - repeatable play, not secrets


def _parameters(query: bytes) -> tuple[Cursor | None, int]:
    given = dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True))
    after = Cursor.parse(given["after"]) if "after" in given else None
    limit = given.get("limit", str(DEFAULT_LIMIT))
    if not (limit.isascii() and limit.isdigit() and len(limit) <= 6 and 1 <= int(limit) <= MAX_LIMIT):
        raise UsageError.literal(f"malformed limit: give a whole number from 1 to {MAX_LIMIT}")
    return after, int(limit)


async def _begin(send: Send, reply: Reply) -> None:
    about: Headers = (
        (b"content-type", reply.kind),
        (b"content-length", b"%d" % len(reply.body)),
        (b"vary", b"Accept-Encoding"),
    )
    headers = [*(about if reply.status != 204 else ()), *reply.headers]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})


async def _hang_up(receive: Receive, send: Send) -> None:
    """Close the connection; ASGI has no message for that, so this uses the server's own transport."""
    send.__self__.transport.close()  # type: ignore[attr-defined]  # a bound method of uvicorn's cycle
    while (await receive())["type"] != "http.disconnect":
        pass


async def _body(receive: Receive) -> bytes | None:
    """Return the body of a request; None when it is too long."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MAX_BODY:
            return None
    return body


async def _live(tasks: Sequence[Task], receive: Receive, send: Send) -> None:
    """Run the tasks from the server's start to its end."""
    await receive()
    running = [asyncio.create_task(task()) for task in tasks]
    await send({"type": "lifespan.startup.complete"})
    await receive()
    for task in running:
        task.cancel()
    for task in running:
        with suppress(asyncio.CancelledError):
            await task
    await send({"type": "lifespan.shutdown.complete"})


async def _encoded(body: bytes, accepted: bytes) -> tuple[bytes, Headers]:
    """Return the body, compressed if that helps and the client accepts gzip."""
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
