"""Some sites after the others until they have nothing older to send: how history is filled, and a gap after a stop."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from secmon.alerts import journal
from secmon.feeds.page import FeedAddress
from secmon.jobs.watch import Watch

_PAGE = 5_000  # lines asked of a feed at a time
_FIRST, _LEAST, _MOST = 40, 10, 226  # feeds asked together


@dataclass(frozen=True, slots=True)
class Progress:
    """How many feeds have been fetched up to now, of how many, and the lines loaded so far."""

    done: int
    feeds: int
    lines: int


async def catch_up(watch: Watch, report: Callable[[Progress], None]) -> int:
    """Collect and load until every feed has nothing older to send; returns the number of lines loaded.

    One ordinary round tells whether there is a backlog at all.
    A few feeds with large pages cost far fewer requests than many with small ones. One batch is fetched while the
    one before it is loaded, and the rules run over many batches together at the end: a correlation costs about the
    same for one batch as for twenty.
    """
    collector, lines, done = watch.collector, 0, 0
    total = len(collector.addresses)
    first = await watch.collect()
    # feeds of one format together: a batch then needs one insert instead of one for each format
    behind = sorted(collector.addresses, key=_order) if first.more or first.paused or first.under_way else []
    loading: asyncio.Task[int] | None = asyncio.create_task(watch.load_only())
    at_once = _FIRST
    while done < len(behind):
        share = [one for one in behind[done : done + at_once] if one.format == behind[done].format]
        more, taken = True, 0
        while more:
            asked = await collector.ask(watch.transport, share, _PAGE)
            taken += asked.lines
            if loading is not None:
                lines += await loading
            loading = asyncio.create_task(watch.load_only())
            more = asked.more > 0 or asked.paused or asked.under_way > 0
            report(Progress(done, total, lines))
        done += len(share)
        at_once = _next_size(len(share), taken, collector.limits.batch_lines)
    if loading is not None:
        lines += await loading
    report(Progress(total, total, lines))
    await watch.detect()
    await asyncio.to_thread(journal.forget_lags, watch.console.desk)
    watch.console.memory.forget()
    await watch.close()
    return lines


def _order(address: FeedAddress) -> tuple[str, str]:
    return address.format, address.site


def _next_size(feeds: int, lines: int, batch_lines: int) -> int:
    """How many feeds to ask together so that they fill a batch, when these brought so many lines."""
    return min(_MOST, max(_LEAST, feeds * batch_lines // max(1, lines)))
