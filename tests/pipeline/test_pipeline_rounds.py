"""Rounds over sites that are slow, dead, confused or in a hurry: nobody delays the others, nothing comes twice."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from migrated_database import migrated_database
from secmon.db.database import Database
from secmon.db.models import FeedState
from secmon.ingest import batch_journal
from secmon.ingest.circuit_breaker import BreakerLimits
from secmon.ingest.transports.page import FeedAddress
from secmon.ingest.transports.registry import Transport
from secmon.pipeline.collect import Collector, Pace, SpoolLimits
from secmon.pipeline.record_batch import spool_batch
from secmon.store.load import Lines, table_of

ROOM = SpoolLimits(1_000, 100, 1 << 30)


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: datetime = datetime(2026, 11, 23, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def after(self, seconds: float) -> None:
        """Move on."""
        self.now += timedelta(seconds=seconds)


@dataclass
class Sites:
    """Sites on one port: each request is one line 'SITE FEED n'; a site's manners can be changed."""

    port: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    manners: dict[str, Callable[[str, str], bytes | None]] = field(default_factory=dict)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request and close."""
        target = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1].decode()
        _, site, feed = urlsplit(target).path.split("/")
        after = parse_qs(urlsplit(target).query).get("after", [""])[0]
        self.asked[f"{site}/{feed}"] += 1
        answer = self.manners.get(site, page)(f"{site} {feed}", after)
        if answer is None:
            await self.released.wait()
            answer = page(f"{site} {feed}", after)
        writer.write(answer)
        writer.close()


def page(
    text: str, after: str, *, cursor: str | None = None, answered: str | None = None, status: str = "200 OK"
) -> bytes:
    """One line and the cursor behind it."""
    number = int(after or 0) + 1
    body = f"{text} {number}\n".encode()
    head = (
        f"X-Next-Cursor: {number if cursor is None else cursor}\r\nX-After: {after if answered is None else answered}"
    )
    return f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n{head}\r\n\r\n".encode() + body


def refusal(status: str, *headers: str) -> Callable[[str, str], bytes]:
    """The same refusal to everybody."""
    lines = "".join(f"{header}\r\n" for header in headers)
    return lambda _text, _after: f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: 0\r\n{lines}\r\n".encode()


@dataclass
class Here:
    """A collector over three sites of two feeds."""

    sites: Sites
    clock: Clock
    db: Database
    collector: Collector
    transport: Transport

    def feed(self, site: str, feed: str = "ids") -> FeedState:
        """What the journal knows of a feed."""
        with self.db.session() as session:
            return session.get_one(FeedState, (site, feed))

    def taken(self) -> dict[str, int]:
        """Lines taken, by site and feed."""
        with self.db.session() as session:
            return {f"{row.site}/{row.feed}": row.lines for row in session.query(FeedState)}


@asynccontextmanager
async def collecting(folder: Path, *, every: float = 0.0, limits: SpoolLimits = ROOM) -> AsyncIterator[Here]:
    """Sites, and a collector that waits 0.3 s for the slowest."""
    sites, clock = Sites(), Clock()
    server = await asyncio.start_server(sites.serve, "127.0.0.1", 0)
    sites.port = server.sockets[0].getsockname()[1]
    addresses = [
        FeedAddress(site, feed, "rfc5424", f"http://127.0.0.1:{sites.port}/{site}/{feed}", "", every)
        for site in ("11110", "11140", "26110")
        for feed in ("ids", "auth")
    ]
    db = migrated_database(folder / "desk.sqlite3")
    pace = Pace(parallel=4, patience=0.3, retry=BreakerLimits(10.0, 100.0))
    collector = Collector(addresses, db, folder / "spool", limits, clock, pace)
    transport = Transport(clock, timeout=5.0)
    try:
        yield Here(sites, clock, db, collector, transport)
    finally:
        sites.released.set()
        await collector.close()
        await transport.close()
        server.close()
        await server.wait_closed()
        db.close()


async def test_a_slow_site_is_waited_for_by_nobody(tmp_path: Path) -> None:
    """The round ends without it; it is not asked a second time meanwhile, and its lines come with a later round."""
    async with collecting(tmp_path) as here:
        here.sites.manners["11140"] = lambda _text, _after: None
        first = await here.collector.round(here.transport)
        second = await here.collector.round(here.transport)
        assert (first.feeds, first.lines, first.under_way) == (4, 4, 1)
        assert (second.feeds, second.lines, second.under_way) == (4, 4, 1)
        assert here.sites.asked["11140/ids"] == 1
        here.sites.released.set()
        here.sites.manners.clear()
        third = await here.collector.round(here.transport)
        assert (third.lines, third.under_way) == (6, 0)
        assert here.taken() == {
            "11110/ids": 3,
            "11110/auth": 3,
            "11140/ids": 1,
            "11140/auth": 1,
            "26110/ids": 3,
            "26110/auth": 3,
        }


async def test_a_dead_site_is_left_alone_for_longer_and_longer(tmp_path: Path) -> None:
    """One question decides for all its feeds; while its breaker is open nobody asks; afterwards it goes on."""
    async with collecting(tmp_path) as here:
        here.sites.manners["11140"] = refusal("503 Service Unavailable")
        asked = []
        for _ in range(20):
            await here.collector.round(here.transport)
            asked.append(here.sites.asked["11140/ids"])
            here.clock.after(5)
        assert here.sites.asked["11140/auth"] == 0
        assert asked[-1] == 4  # at once, then after about 10, 20 and 40 s
        for feed in ("ids", "auth"):
            state = here.feed("11140", feed)
            assert (state.failures, state.error, state.lines) == (4, "answered 503", 0)
            assert state.retry_at is not None
            assert state.retry_at > here.clock.now
        here.sites.manners.clear()
        here.clock.after(100)
        assert (await here.collector.round(here.transport)).failed == 0
        state = here.feed("11140")
        assert (state.failures, state.error, state.retry_at, state.lines) == (0, "", None, 1)


async def test_a_site_may_ask_to_be_left_alone(tmp_path: Path) -> None:
    """Retry-After is kept to."""
    async with collecting(tmp_path) as here:
        here.sites.manners["11140"] = refusal("429 Too Many Requests", "Retry-After: 600")
        await here.collector.round(here.transport)
        assert here.feed("11140").retry_at == here.clock.now + timedelta(minutes=10)


async def test_one_bad_feed_does_not_stop_its_site(tmp_path: Path) -> None:
    """A feed that answers nonsense waits alone; the other feed of the site goes on."""
    async with collecting(tmp_path) as here:
        here.sites.manners["11140"] = lambda text, after: (
            page(text, after, status="404 Not Found") if "ids" in text else page(text, after)
        )
        for _ in range(2):
            await here.collector.round(here.transport)
        assert (here.sites.asked["11140/ids"], here.sites.asked["11140/auth"]) == (1, 2)
        assert (here.feed("11140").error, here.feed("11140", "auth").lines) == ("answered 404", 2)


@pytest.mark.parametrize(
    ("manner", "what"),
    [
        (lambda text, after: page(text, after, answered="7"), "another request"),
        (lambda text, after: page(text, after, cursor=after or "0"), "did not change"),
    ],
    ids=["an answer to another question", "a cursor that stands still"],
)
async def test_a_confused_answer_takes_nothing(tmp_path: Path, manner: Callable[[str, str], bytes], what: str) -> None:
    """Answers out of order, or the same again and again, never become lines twice."""
    async with collecting(tmp_path) as here:
        await here.collector.round(here.transport)
        here.sites.manners["11140"] = manner
        await here.collector.round(here.transport)
        here.clock.after(50)
        await here.collector.round(here.transport)
        state = here.feed("11140")
        assert (state.lines, state.cursor) == (1, "1")
        assert what in state.error
        here.sites.manners.clear()
        here.clock.after(100)
        await here.collector.round(here.transport)
        assert (here.feed("11140").lines, here.feed("11140").cursor) == (2, "2")


async def test_feeds_have_their_own_pace(tmp_path: Path) -> None:
    """A feed that is to be asked every 30 s is asked at its time, with the same feed of the other sites."""
    async with collecting(tmp_path, every=30.0) as here:
        assert (await here.collector.round(here.transport)).feeds == 6
        came = []
        for _ in range(24):
            here.clock.after(5)
            came.append((await here.collector.round(here.transport)).feeds)
        assert sum(came) in range(6 * 4, 6 * 5 + 1)  # two minutes and a first turn that comes early
        assert set(came) == {0, 3}


async def test_too_many_bytes_waiting_pause_the_collection(tmp_path: Path) -> None:
    """The spool has a size, whatever the number of batches."""
    async with collecting(tmp_path, limits=SpoolLimits(1_000, 100, 2_000)) as here:
        noise = [bytes([number % 251]) * 5_000 + str(number).encode() for number in range(300)]
        batch = spool_batch(
            tmp_path / "spool", table_of([Lines("11110", "ids", "rfc5424", here.clock.now, noise)]), here.clock.now
        )
        batch_journal.add_batch(here.db, batch)
        assert batch_journal.waiting_batches(here.db).bytes > 2_000
        done = await here.collector.round(here.transport)
        assert (done.paused, done.feeds, sum(here.sites.asked.values())) == (True, 0, 0)
