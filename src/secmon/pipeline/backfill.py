"""Backfill: drain each feed's backlog in groups of feeds (first start, or after downtime)."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from secmon.ingest import batch_journal
from secmon.ingest.transports.page import FeedAddress
from secmon.pipeline.pipeline import Pipeline

_PAGE = 5_000  # lines requested of a feed at a time
_FIRST, _LEAST, _MOST = 40, 10, 226  # feeds asked together: at first, at least, at most


@dataclass(frozen=True, slots=True)
class Progress:
    """Number of feeds fetched so far, number of all feeds, and lines loaded so far."""

    done: int
    feeds: int
    lines: int


async def backfill(pipeline: Pipeline, report: Callable[[Progress], None]) -> int:
    """Collect and load until no feed has a backlog; returns the number of lines loaded.

    One ordinary round tells whether there is a backlog at all. A few feeds with large pages cost far fewer
    requests than many with small pages. One batch is fetched while the previous one is loaded, and the rules run
    over many batches together at the end: a correlation costs about the same for one batch as for twenty.
    """
    collector, lines, done = pipeline.collector, 0, 0
    total = len(collector.addresses)
    first = await pipeline.collect()
    # group feeds by format: a batch then needs one insert instead of one for each format
    behind = sorted(collector.addresses, key=_order) if first.more or first.paused or first.under_way else []
    loading: asyncio.Task[int] | None = asyncio.create_task(pipeline.load_only())
    at_once = _FIRST
    while done < len(behind):
        share = [one for one in behind[done : done + at_once] if one.format == behind[done].format]
        more, taken = True, 0
        while more:
            asked = await collector.ask(pipeline.transport, share, _PAGE)
            taken += asked.lines
            # Wait for the load of the previous batch before starting the next. Fetching runs one batch ahead of
            # loading; without this wait the spool would fill faster than the store loads.
            if loading is not None:
                lines += await loading
            loading = asyncio.create_task(pipeline.load_only())
            # Requests still under way count as more to come: leaving the group now would mix their answers into the
            # next group.
            more = asked.more > 0 or asked.paused or asked.under_way > 0
            report(Progress(done, total, lines))
        done += len(share)
        at_once = _next_size(len(share), taken, collector.limits.batch_lines)
    if loading is not None:
        lines += await loading
    report(Progress(total, total, lines))
    await pipeline.detect()
    # These lines were fetched hours or days after they were written. Their lag says nothing about the feeds and would
    # show them as late, so it is measured anew; cached feed reports are dropped as well.
    await asyncio.to_thread(batch_journal.forget_lags, pipeline.context.db)
    pipeline.context.memory.forget()
    await pipeline.close()
    return lines


def _order(address: FeedAddress) -> tuple[str, str]:
    return address.format, address.site


def _next_size(feeds: int, lines: int, batch_lines: int) -> int:
    """Return the number of feeds to ask together so that they fill a batch, given what the last group brought."""
    return min(_MOST, max(_LEAST, feeds * batch_lines // max(1, lines)))
