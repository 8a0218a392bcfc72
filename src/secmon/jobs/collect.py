"""A collection round: ask every site, spool what came, journal it with the new cursors."""

import asyncio
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from time import perf_counter

from secmon.alerts import journal
from secmon.alerts.desk import Desk
from secmon.alerts.journal import FeedResult, Waiting
from secmon.alerts.models import Batch
from secmon.errors import FeedUnavailable
from secmon.feeds.breaker import Breakers, Patience
from secmon.feeds.page import FeedAddress, Page
from secmon.feeds.transport import Transport
from secmon.jobs.keep import keep_pages

_LEAST, _MOST = 50, 5_000  # lines asked of a feed in one request


@dataclass(frozen=True, slots=True)
class Round:
    """What one round brought: `more` counts feeds that have further lines ready now, `under_way` sites still asked."""

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
    """Lines of a batch, and how many batches or bytes may wait for the store before nobody is asked any more."""

    batch_lines: int
    batches: int
    bytes: int

    def reached(self, waiting: Waiting) -> bool:
        """Whether the store has to catch up first."""
        return waiting.batches >= self.batches or waiting.bytes >= self.bytes


@dataclass(frozen=True, slots=True)
class Pace:
    """How sites are asked: how many at a time, how many seconds a round waits for the slowest, and when again."""

    parallel: int = 32
    patience: float = 2.5
    retry: Patience = field(default_factory=Patience)


DEFAULT_PACE = Pace()
_Outcome = tuple[Page | None, FeedResult]


class Collector:
    """Asks the sites and keeps what they send; one round at a time.

    Each site is asked by a task of its own, one feed after the other. A round takes what has come within its patience;
    a site that takes longer is in the next round and delays nobody. A site that does not answer is left alone for a
    while, longer each time (feeds.breaker), and sites that failed or dawdle share a narrow lane of their own.
    """

    def __init__(
        self,
        addresses: Sequence[FeedAddress],
        desk: Desk,
        spool: Path,
        limits: SpoolLimits,
        clock: Callable[[], datetime],
        pace: Pace = DEFAULT_PACE,
    ) -> None:
        """`clock` gives aware times."""
        self.addresses, self.limits, self._desk, self._spool, self._clock = addresses, limits, desk, spool, clock
        self._pace, self._breakers = pace, Breakers(pace.retry)
        self._lane, self._slow_lane = asyncio.Semaphore(pace.parallel), asyncio.Semaphore(max(2, pace.parallel // 4))
        self._under_way: dict[str, asyncio.Task[list[_Outcome]]] = {}
        self._dawdlers: set[str] = set()
        self._due: dict[tuple[str, str], datetime] = {}
        self._cursors: dict[tuple[str, str], str] | None = None

    async def round(self, transport: Transport) -> Round:
        """Ask every feed whose turn it is once, for as many lines as together fill a batch."""
        now = self._clock()
        soon = now + timedelta(seconds=self._pace.patience)  # rounds come at their own ticks, never exactly when due
        due = [one for one in self.addresses if self._due.get((one.site, one.feed), now) <= soon]
        limit = min(_MOST, max(_LEAST, self.limits.batch_lines // max(1, len(due))))
        return await self.ask(transport, due, limit)

    async def ask(self, transport: Transport, addresses: Sequence[FeedAddress], limit: int) -> Round:
        """Ask these feeds once, for at most `limit` lines each.

        A site that fails is recorded and neither delays nor loses the others. When too much waits for the store
        nothing is asked: the sites keep their lines until it has caught up.
        """
        started = perf_counter()
        waiting = await asyncio.to_thread(journal.waiting, self._desk)
        if self.limits.reached(waiting):
            return Round("", 0, 0, 0, 0, 0, more=0, seconds=perf_counter() - started, paused=True)
        if self._cursors is None:
            self._cursors = await asyncio.to_thread(journal.cursors, self._desk)
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
        """Give up what is under way; its cursors have not moved, so it is asked for again."""
        tasks = list(self._under_way.values())
        self._under_way.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # semaphores belong to the event loop they were waited in
        self._lane = asyncio.Semaphore(self._pace.parallel)
        self._slow_lane = asyncio.Semaphore(max(2, self._pace.parallel // 4))

    def _begin(
        self,
        transport: Transport,
        addresses: Sequence[FeedAddress],
        limit: int,
        cursors: Mapping[tuple[str, str], str],
    ) -> None:
        """Start a task for each site that is not under way already and whose breaker lets it be asked."""
        now = self._clock()
        for site, feeds in groupby(sorted(addresses, key=_site_of), key=_site_of):
            if site in self._under_way or not self._breakers.closed((site,), now):
                continue
            asked = [one for one in feeds if self._breakers.closed((site, one.feed), now)]
            if asked:
                self._under_way[site] = asyncio.create_task(self._site(transport, asked, cursors, limit))

    async def _come(self) -> list[_Outcome]:
        """What has come within the round's patience."""
        if not self._under_way:
            return []
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
        """The feeds of one site, one after the other on one connection, until the site is out of reach."""
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
        """The failure of one feed, or of it and all that come after it when the whole site is out of reach."""
        now = self._clock()
        key, struck = ((address.site,), not_asked) if error.site_wide else ((address.site, address.feed), [address])
        retry_at = self._breakers.failed(key, now, error.wait)
        return [
            (None, FeedResult(one.site, one.feed, one.format, now, error=error.what, retry_at=retry_at))
            for one in struck
        ]

    def _keep(self, pages: Sequence[Page], results: Sequence[FeedResult]) -> Batch | None:
        try:
            batch = keep_pages(self._desk, self._spool, pages, results, self._clock())
        except Exception:
            self._cursors = None  # what was committed is read again before anybody is asked
            raise
        if self._cursors is not None:
            self._cursors.update(((page.site, page.feed), page.cursor) for page in pages)
        return batch

    def _note(self, pages: Sequence[Page]) -> None:
        """When each feed's turn comes again: at once when it has more, else after its own time.

        Feeds of one name come together, as every format in a batch costs an insert; different names come in turns.
        """
        now, every = self._clock(), {(one.site, one.feed): one.every for one in self.addresses}
        for page in pages:
            key = page.site, page.feed
            seconds, turn = every.get(key, 0.0), self._due.get(key)
            if page.more or not seconds:
                self._due.pop(key, None)
            elif turn is None:
                self._due[key] = now + timedelta(seconds=seconds * _place(page.feed))
            else:
                later = turn + timedelta(seconds=seconds)
                self._due[key] = later if later > now else now + timedelta(seconds=seconds)


def _answer(page: Page, asked_at: datetime) -> FeedResult:
    return FeedResult(
        page.site, page.feed, page.format, asked_at, cursor=page.cursor, lines=len(page.lines), notice=page.notice
    )


def _place(feed: str) -> float:
    """A number from 0 to 1 that stays the same for a feed's name."""
    return zlib.crc32(feed.encode()) / 2**32


def _site_of(address: FeedAddress) -> str:
    return address.site
