"""A collection round: ask every site, spool what came, journal it with the new cursors."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from time import perf_counter

import httpx
import pyarrow as pa
import pyarrow.compute as pc

from secmon.alerts import journal
from secmon.alerts.desk import Desk
from secmon.alerts.journal import FeedResult
from secmon.alerts.models import Batch, BatchState
from secmon.errors import FeedUnavailable
from secmon.feeds import spool
from secmon.feeds.http_pull import pull
from secmon.feeds.page import FeedAddress, Page
from secmon.store.load import Lines, table_of

_LEAST, _MOST = 50, 5_000  # lines asked of a feed in one request


@dataclass(frozen=True, slots=True)
class Round:
    """What one round brought: `more` counts the feeds that have further lines ready now."""

    batch_id: str
    sites: int
    feeds: int
    failed: int
    lines: int
    bytes: int
    more: int
    seconds: float
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Collector:
    """Everything a round needs; `clock` gives aware times."""

    addresses: Sequence[FeedAddress]
    desk: Desk
    spool: Path
    parallel: int
    batch_lines: int
    spool_batches: int
    clock: Callable[[], datetime]

    async def round(self, client: httpx.AsyncClient) -> Round:
        """Ask every feed once, for as many lines as together fill a batch."""
        limit = min(_MOST, max(_LEAST, self.batch_lines // max(1, len(self.addresses))))
        return await self.ask(client, self.addresses, limit)

    async def ask(self, client: httpx.AsyncClient, addresses: Sequence[FeedAddress], limit: int) -> Round:
        """Ask these feeds once, for at most `limit` lines each.

        A site that fails is recorded and neither delays nor loses the others. When too many batches wait for the
        store nothing is asked: the sites keep their lines until it has caught up.
        """
        started = perf_counter()
        waiting = await asyncio.to_thread(journal.waiting, self.desk)
        if waiting >= self.spool_batches:
            return Round("", 0, 0, 0, 0, 0, more=0, seconds=perf_counter() - started, paused=True)
        cursors = await asyncio.to_thread(journal.cursors, self.desk)
        gate = asyncio.Semaphore(self.parallel)
        asked = [
            self._site(client, gate, list(feeds), cursors, limit)
            for _, feeds in groupby(sorted(addresses, key=_site_of), key=_site_of)
        ]
        outcomes = [outcome for site in await asyncio.gather(*asked) for outcome in site]
        pages = [page for page, _ in outcomes if page is not None]
        batch = await asyncio.to_thread(self._keep, pages, [result for _, result in outcomes])
        return Round(
            batch_id=batch.id if batch else "",
            sites=len({address.site for address in addresses}),
            feeds=len(outcomes),
            failed=sum(page is None for page, _ in outcomes),
            lines=batch.lines if batch else 0,
            bytes=batch.bytes if batch else 0,
            more=sum(page.more for page in pages),
            seconds=perf_counter() - started,
        )

    async def _site(
        self,
        client: httpx.AsyncClient,
        gate: asyncio.Semaphore,
        feeds: Sequence[FeedAddress],
        cursors: dict[tuple[str, str], str],
        limit: int,
    ) -> list[tuple[Page | None, FeedResult]]:
        """The feeds of one site, one after the other on one connection."""
        async with gate:
            return [
                await self._feed(client, address, cursors.get((address.site, address.feed), ""), limit)
                for address in feeds
            ]

    async def _feed(
        self, client: httpx.AsyncClient, address: FeedAddress, after: str, limit: int
    ) -> tuple[Page | None, FeedResult]:
        asked_at = self.clock()
        try:
            page = await pull(client, address, after, limit, self.clock)
        except FeedUnavailable as error:
            return None, FeedResult(address.site, address.feed, address.format, asked_at, error=error.what)
        return page, FeedResult(
            address.site, address.feed, address.format, asked_at, cursor=page.cursor, lines=len(page.lines)
        )

    def _keep(self, pages: Sequence[Page], results: Sequence[FeedResult]) -> Batch | None:
        parts = [Lines(page.site, page.feed, page.format, page.received_at, page.lines) for page in pages if page.lines]
        batch = spool_batch(self.spool, table_of(parts), self.clock()) if parts else None
        journal.record_round(self.desk, batch, results)
        return batch


def spool_batch(folder: Path, rows: pa.Table, now: datetime) -> Batch:
    """Write landing rows to the spool and make the journal entry that stands for them (not yet recorded)."""
    batch_id = f"{now:%Y%m%dT%H%M%S%f}-{secrets.token_hex(3)}"
    digest, size = spool.write(folder, batch_id, rows)
    received = pc.min_max(rows.column("received_at")).as_py()
    return Batch(
        id=batch_id,
        state=BatchState.SPOOLED,
        created_at=now,
        received_from=received["min"],
        received_to=received["max"],
        lines=rows.num_rows,
        bytes=size,
        digest=digest,
        attempts=0,
        events=0,
        quarantined=0,
        error="",
    )


def _site_of(address: FeedAddress) -> str:
    return address.site
