"""Some sites after the others until they have nothing older to send: how history is filled, and a gap after a stop."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from secmon.feeds.page import FeedAddress
from secmon.jobs.watch import Watch

_PAGE = 5_000  # lines asked of a feed at a time


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
    first = await watch.collect()
    behind = collector.addresses if first.more or first.paused else ()
    loading: asyncio.Task[int] | None = asyncio.create_task(watch.load_only())
    for share in _shares(behind, max(1, 2 * collector.limits.batch_lines // _PAGE)):
        more = True
        while more:
            asked = await collector.ask(watch.transport, share, _PAGE)
            if loading is not None:
                lines += await loading
            loading = asyncio.create_task(watch.load_only())
            more = asked.more > 0 or asked.paused
            report(Progress(done, len(collector.addresses), lines))
        done += len(share)
    if loading is not None:
        lines += await loading
    report(Progress(len(collector.addresses), len(collector.addresses), lines))
    await watch.detect()
    await watch.close()
    return lines


def _shares(addresses: Sequence[FeedAddress], feeds: int) -> Iterator[Sequence[FeedAddress]]:
    for start in range(0, len(addresses), feeds):
        yield addresses[start : start + feeds]
