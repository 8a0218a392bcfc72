"""A collection round: request lines from every site, spool them, and journal the batch with the new cursors."""

import asyncio
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from time import perf_counter

from secmon.db.database import Database
from secmon.db.models import Batch
from secmon.errors import FeedUnavailable
from secmon.ingest import batch_journal
from secmon.ingest.batch_journal import FeedResult, WaitingBatches
from secmon.ingest.circuit_breaker import BreakerLimits, Breakers
from secmon.ingest.transports.page import FeedAddress, FeedPage
from secmon.ingest.transports.registry import Transport
from secmon.pipeline.record_batch import record_batch

_LEAST, _MOST = 50, 5_000  # lines requested of a feed at a time


@dataclass(frozen=True, slots=True)
class Round:
    """The result of one round: `more` feeds have further lines ready now, `under_way` sites have not answered yet."""

    batch_id: str
    sites: int
    feeds: int
    failed: int
    lines: int
    bytes: int
    more: int
    seconds: float
    paused: bool = False
    under_way: int = 0


@dataclass(frozen=True, slots=True)
class SpoolLimits:
    """Lines of a batch, and the number of batches or bytes waiting for the store at which collection pauses."""

    batch_lines: int
    batches: int
    bytes: int

    def reached(self, waiting: WaitingBatches) -> bool:
        """Test whether the store has to catch up first."""
        return waiting.batches >= self.batches or waiting.bytes >= self.bytes


@dataclass(frozen=True, slots=True)
class Pace:
    """Parallel sites, seconds that a round waits for the slowest site, and the retry policy."""

    parallel: int = 32
    patience: float = 2.5
    retry: BreakerLimits = field(default_factory=BreakerLimits)


DEFAULT_PACE = Pace()
_Outcome = tuple[FeedPage | None, FeedResult]


class Collector:
    """Collector of the sites' lines; one round at a time.

    Each site is asked by a task of its own, one feed after the other. A round takes the answers that arrive
    within its time limit; the answer of a slower site goes into the next round and delays nobody. A site that
    does not answer is skipped for a while, longer each time (see the circuit breaker), and sites that failed or
    were late share a smaller semaphore of their own.
    """

    def __init__(
        self,
        addresses: Sequence[FeedAddress],
        db: Database,
        spool: Path,
        limits: SpoolLimits,
        clock: Callable[[], datetime],
        pace: Pace = DEFAULT_PACE,
    ) -> None:
        """The clock must return aware times."""
        self.addresses, self.limits, self._desk, self._spool, self._clock = addresses, limits, db, spool, clock
        self._pace, self._breakers = pace, Breakers(pace.retry)
        # A hanging site occupies its slot until its timeout. In a single semaphore a few dozen of them would fill all
        # slots and stop the collection of the healthy sites. Failed and late sites therefore compete for a quarter of
        # the slots among themselves.
        self._lane, self._slow_lane = asyncio.Semaphore(pace.parallel), asyncio.Semaphore(max(2, pace.parallel // 4))
        self._under_way: dict[str, asyncio.Task[list[_Outcome]]] = {}
        self._dawdlers: set[str] = set()
        self._due: dict[tuple[str, str], datetime] = {}
        self._cursors: dict[tuple[str, str], str] | None = None

    async def round(self, transport: Transport) -> Round:
        """Ask every due feed once, for as many lines as together fill a batch."""
        now = self._clock()
        # rounds start at their own ticks: a feed due just after this one would otherwise wait for another full round
        soon = now + timedelta(seconds=self._pace.patience)
        due = [one for one in self.addresses if self._due.get((one.site, one.feed), now) <= soon]
        # The due feeds share the lines of one batch. With a fixed limit a round after downtime would build a batch many
        # times the usual size, which has to fit in memory and is repeated as a whole when loading fails.
        limit = min(_MOST, max(_LEAST, self.limits.batch_lines // max(1, len(due))))
        return await self.ask(transport, due, limit)

    async def ask(self, transport: Transport, addresses: Sequence[FeedAddress], limit: int) -> Round:
        """Ask these feeds once, for at most `limit` lines each.

        A site that fails is recorded and neither delays nor loses the others. When too much waits for the store,
        no site is asked: the sites hold their lines until it has caught up.
        """
        started = perf_counter()
        waiting = await asyncio.to_thread(batch_journal.waiting_batches, self._desk)
        if self.limits.reached(waiting):
            return Round("", 0, 0, 0, 0, 0, more=0, seconds=perf_counter() - started, paused=True)
        # Cursors are read from the database once and then updated in memory with every committed round, instead of
        # reading the rows of all feeds every few seconds.
        if self._cursors is None:
            self._cursors = await asyncio.to_thread(batch_journal.cursors, self._desk)
        self._begin(transport, addresses, limit, self._cursors)
        outcomes = await self._come()
        pages = [page for page, _ in outcomes if page is not None]
        batch = await asyncio.to_thread(self._keep, pages, [result for _, result in outcomes])
        self._note(pages)
        return Round(
            batch_id=batch.id if batch else "",
            sites=len({result.site for _, result in outcomes}),
            feeds=len(outcomes),
            failed=sum(page is None for page, _ in outcomes),
            lines=batch.lines if batch else 0,
            bytes=batch.bytes if batch else 0,
            more=sum(page.more for page in pages),
            seconds=perf_counter() - started,
            under_way=len(self._under_way),
        )

    async def close(self) -> None:
        """Cancel requests under way. Their cursors have not moved, so their lines are requested again."""
        tasks = list(self._under_way.values())
        self._under_way.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # a semaphore belongs to the event loop in which it was awaited
        self._lane = asyncio.Semaphore(self._pace.parallel)
        self._slow_lane = asyncio.Semaphore(max(2, self._pace.parallel // 4))

    def _begin(
        self,
        transport: Transport,
        addresses: Sequence[FeedAddress],
        limit: int,
        cursors: Mapping[tuple[str, str], str],
    ) -> None:
        """Start a task for each site that is not under way already and whose circuit breaker is closed."""
        now = self._clock()
        for site, feeds in groupby(sorted(addresses, key=_site_of), key=_site_of):
            # A site that is still answering keeps its task. A second request with the same cursor would bring the same
            # lines twice and load a site that is already slow.
            if site in self._under_way or not self._breakers.closed((site,), now):
                continue
            asked = [one for one in feeds if self._breakers.closed((site, one.feed), now)]
            if asked:
                self._under_way[site] = asyncio.create_task(self._site(transport, asked, cursors, limit))

    async def _come(self) -> list[_Outcome]:
        """Return the answers that arrived within the round's time limit."""
        if not self._under_way:
            return []
        # wait() does not cancel late tasks, they go on and a later round takes their result. gather() would make every
        # round as slow as the slowest site, and cancelling would discard lines already sent and ask for them again.
        done, late = await asyncio.wait(self._under_way.values(), timeout=self._pace.patience)
        finished = [site for site, task in self._under_way.items() if task in done]
        self._dawdlers = {site for site, task in self._under_way.items() if task in late}
        return [outcome for site in finished for outcome in self._under_way.pop(site).result()]

    async def _site(
        self,
        transport: Transport,
        feeds: Sequence[FeedAddress],
        cursors: Mapping[tuple[str, str], str],
        limit: int,
    ) -> list[_Outcome]:
        """Ask the feeds of one site, one after the other on one connection, until the site is unreachable."""
        site = feeds[0].site
        outcomes: list[_Outcome] = []
        slow = site in self._dawdlers or self._breakers.failing((site,))
        async with self._slow_lane if slow else self._lane:
            for address in feeds:
                try:
                    page = await transport.fetch(address, cursors.get((site, address.feed), ""), limit)
                except FeedUnavailable as error:
                    outcomes += self._failures(error, address, feeds[len(outcomes) :])
                    if error.site_wide:
                        return outcomes
                else:
                    self._breakers.succeeded((site, address.feed))
                    outcomes.append((page, _answer(page, self._clock())))
        self._breakers.succeeded((site,))
        return outcomes

    def _failures(
        self, error: FeedUnavailable, address: FeedAddress, not_asked: Sequence[FeedAddress]
    ) -> list[_Outcome]:
        """Record the failure of one feed, or of it and all feeds after it when the whole site is unreachable."""
        now = self._clock()
        key, struck = ((address.site,), not_asked) if error.site_wide else ((address.site, address.feed), [address])
        # The breaker of a site-wide failure is the site, not the feed: trying every feed of a site that does not answer
        # would spend a timeout on each of them.
        retry_at = self._breakers.failed(key, now, error.wait)
        return [
            (None, FeedResult(one.site, one.feed, one.format, now, error=error.stored(), retry_at=retry_at))
            for one in struck
        ]

    def _keep(self, pages: Sequence[FeedPage], results: Sequence[FeedResult]) -> Batch | None:
        try:
            batch = record_batch(self._desk, self._spool, pages, results, self._clock())
        except Exception:
            self._cursors = None  # it is unknown what was committed: read the cursors again before any site is asked
            raise
        if self._cursors is not None:
            self._cursors.update(((page.site, page.feed), page.cursor) for page in pages)
        return batch

    def _note(self, pages: Sequence[FeedPage]) -> None:
        """Set the next time of each feed: at once when it has more lines, else after its own interval.

        Feeds of one name are due together, since every format in a batch costs an insert; different names take turns.
        """
        now, every = self._clock(), {(one.site, one.feed): one.every for one in self.addresses}
        for page in pages:
            key = page.site, page.feed
            # A feed without an entry is due now. At its first answer it gets an offset within its interval that depends
            # on its name only. Without it, all feeds with a long interval would be due in the same round after a start,
            # and the rounds between would be empty.
            seconds, turn = every.get(key, 0.0), self._due.get(key)
            if page.more or not seconds:
                self._due.pop(key, None)
            elif turn is None:
                self._due[key] = now + timedelta(seconds=seconds * _place(page.feed))
            else:
                # The next time is counted from the planned time, not from the answer, so feeds of one name stay
                # together although they answer at different moments. After a long pause it is counted from now: missed
                # intervals are not made up for.
                later = turn + timedelta(seconds=seconds)
                self._due[key] = later if later > now else now + timedelta(seconds=seconds)


def _answer(page: FeedPage, asked_at: datetime) -> FeedResult:
    return FeedResult(
        page.site, page.feed, page.format, asked_at, cursor=page.cursor, lines=len(page.lines), notice=page.notice
    )


def _place(feed: str) -> float:
    """Return a number from 0 to 1 that is constant for a feed's name."""
    return zlib.crc32(feed.encode()) / 2**32


def _site_of(address: FeedAddress) -> str:
    return address.site
