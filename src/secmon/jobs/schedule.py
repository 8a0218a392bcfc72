"""The job table, and the boundary at which a job's failure is recorded instead of spreading."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from secmon.errors import SecmonError
from secmon.hunt.words import index_days
from secmon.jobs.deadlines import Kept, keep_deadlines
from secmon.jobs.digest import Digests
from secmon.jobs.watch import Watch

_log = structlog.get_logger(__name__)
_WORDS_REST = timedelta(minutes=10)
"""After an index that could not be built: trying costs as much as building."""

_NEXT = {"collect": ("load",), "receive": ("load",), "load": ("publish", "detect"), "detect": ("publish",)}
"""What has work to do once a job has brought something: it begins at once instead of at its own tick."""

_Job = Callable[[], Awaitable[Any]]


def schedule(watch: Watch, collect_seconds: float, digests: Digests | None = None) -> AsyncIOScheduler:
    """The scheduler with every job, not yet started."""
    scheduler = AsyncIOScheduler(timezone="UTC")

    async def deadlines() -> Kept:
        return await asyncio.to_thread(keep_deadlines, watch.console.desk, watch.clock())

    failed: list[tuple[SecmonError, datetime]] = []  # the last try, and when to try again

    async def words() -> tuple[str, ...]:
        now = watch.clock()
        if failed and now < failed[-1][1]:
            raise failed[-1][0]
        failed.clear()
        try:
            return await asyncio.to_thread(index_days, watch.console.store, now)
        except SecmonError as error:
            failed.append((error, now + _WORDS_REST))
            raise

    table: tuple[tuple[str, float, _Job], ...] = (
        ("collect", collect_seconds, watch.collect),
        ("receive", 1.0, watch.receive),
        ("load", 1.0, watch.load_only),
        ("detect", 1.0, watch.detect),
        ("publish", 1.0, watch.publish),
        ("rules", 10.0, watch.reload_rules),
        ("deadlines", 10.0, deadlines),
        ("words", 60.0, words),
    )
    if digests is not None:
        table += (
            ("digests", 60.0, digests.compose),
            ("notices", 15.0, digests.notify),
            ("deliver", 5.0, digests.deliver),
        )
    chain = _Chain(scheduler)
    for name, seconds, job in table:
        scheduler.add_job(
            guarded(watch, name, chain.link(name, job)),
            "interval",
            seconds=seconds,
            id=name,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
    return scheduler


@dataclass(frozen=True, slots=True)
class _Chain:
    """Lets jobs begin when the one before them is done."""

    scheduler: AsyncIOScheduler
    running: set[str] = field(default_factory=set)

    def link(self, name: str, job: _Job) -> _Job:
        """The job, and after it those that it has brought something for."""

        async def run() -> None:
            self.running.add(name)
            try:
                brought = await job()
            finally:
                self.running.discard(name)
            if brought:
                for other in _NEXT.get(name, ()):
                    self._begin(other)

        return run

    def _begin(self, name: str) -> None:
        """Let a job's time be now, unless it runs already."""
        if name not in self.running and self.scheduler.running:
            self.scheduler.modify_job(name, next_run_time=datetime.now(UTC))


def guarded(watch: Watch, name: str, job: _Job) -> _Job:
    """The job with its failure logged and shown by /healthz until it succeeds again."""

    async def run() -> None:
        try:
            await job()
        except asyncio.CancelledError:
            return  # the server ends; what was under way is in the journal and goes on at the next start
        except Exception as error:  # noqa: BLE001  # the job boundary: recorded, shown, tried again at the next tick
            watch.failures[name] = f"{type(error).__name__}: {error}"
            _log.exception("job failed", job=name)
        else:
            watch.failures.pop(name, None)

    return run
