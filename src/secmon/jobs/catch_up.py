"""Round after round until the sites have nothing older to send: how history is filled, and a gap after a stop."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from secmon.jobs.watch import Watch
from secmon.store import sql


@dataclass(frozen=True, slots=True)
class Progress:
    """How many lines have been loaded, and the event time that every feed has reached (None: not one line yet)."""

    lines: int
    reached: datetime | None


async def catch_up(watch: Watch, report: Callable[[Progress], None]) -> int:
    """Collect and load until no site has further lines ready; returns the number of lines loaded.

    One round is fetched while the one before it is loaded.
    """
    lines = 0
    loading: asyncio.Task[int] | None = None
    while True:
        done = await watch.collect()
        if loading is not None:
            lines += await loading
            report(Progress(lines, await asyncio.to_thread(_reached, watch)))
        loading = asyncio.create_task(watch.load())
        if not done.more and not done.paused:
            break
    lines += await loading
    report(Progress(lines, await asyncio.to_thread(_reached, watch)))
    await watch.close()
    return lines


def _reached(watch: Watch) -> datetime | None:
    ((reached,),) = watch.console.store.rows(sql.query("slowest_feed"))
    return reached if isinstance(reached, datetime) and reached.year > 1970 else None  # 1970: no rows
