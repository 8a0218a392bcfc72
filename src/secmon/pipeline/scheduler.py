"""Scheduled jobs of the running centre, including escalations and reminders that are due."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from secmon.db.database import Database
from secmon.errors import SecmonError
from secmon.incidents import deadlines
from secmon.pipeline.pipeline import Pipeline
from secmon.reports.jobs import Digests
from secmon.response.blocklist import workflow as block_workflow
from secmon.response.requests import workflow as request_workflow
from secmon.search.text_index import index_days

_log = structlog.get_logger(__name__)
_WORDS_REST = timedelta(minutes=10)
"""Pause after an index that could not be built: trying costs as much as building."""

_NEXT = {"collect": ("load",), "receive": ("load",), "load": ("publish", "detect"), "detect": ("publish",)}
"""Jobs that have work to do after a job that brought something: they start at once instead of at their own tick."""

_Job = Callable[[], Awaitable[Any]]


def schedule(pipeline: Pipeline, collect_seconds: float, digests: Digests | None = None) -> AsyncIOScheduler:
    """Return the scheduler with every job, not yet started."""
    scheduler = AsyncIOScheduler(timezone="UTC")

    async def deadlines() -> DeadlineRun:
        return await asyncio.to_thread(process_deadlines, pipeline.context.db, pipeline.clock())

    failed: list[tuple[SecmonError, datetime]] = []  # the last failure, and when to try again

    async def words() -> tuple[str, ...]:
        now = pipeline.clock()
        if failed and now < failed[-1][1]:
            raise failed[-1][0]
        failed.clear()
        try:
            return await asyncio.to_thread(index_days, pipeline.context.store, now)
        except SecmonError as error:
            failed.append((error, now + _WORDS_REST))
            raise

    table: tuple[tuple[str, float, _Job], ...] = (
        ("collect", collect_seconds, pipeline.collect),
        ("receive", 1.0, pipeline.receive),
        ("load", 1.0, pipeline.load_only),
        ("detect", 1.0, pipeline.detect),
        ("publish", 1.0, pipeline.publish),
        ("rules", 10.0, pipeline.reload_rules),
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
            guarded(pipeline, name, chain.link(name, job)),
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
    """Starts jobs as soon as the job before them is done."""

    scheduler: AsyncIOScheduler
    running: set[str] = field(default_factory=set)

    def link(self, name: str, job: _Job) -> _Job:
        """Return the job, followed by the jobs that it brought work for."""

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
        """Make a job due now, unless it is already running."""
        if name not in self.running and self.scheduler.running:
            self.scheduler.modify_job(name, next_run_time=datetime.now(UTC))


def guarded(pipeline: Pipeline, name: str, job: _Job) -> _Job:
    """Return the job with its failure logged and shown by /healthz until it succeeds again."""

    async def run() -> None:
        try:
            await job()
        except asyncio.CancelledError:
            return  # the server stops; work under way is in the journal and continues at the next start
        except Exception as error:  # noqa: BLE001  # the job boundary: recorded, shown, tried again at the next tick
            pipeline.failures[name] = f"{type(error).__name__}: {error}"
            _log.exception("job failed", job=name)
        else:
            pipeline.failures.pop(name, None)

    return run


_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class DeadlineRun:
    """Ids of the incidents escalated, requests reminded and blocks ended in one run."""

    incidents: tuple[int, ...]
    requests: tuple[int, ...]
    blocks: tuple[int, ...]


def process_deadlines(db: Database, now: datetime) -> DeadlineRun:
    """Process what is due; expired blocks first, since a block in force too long does harm."""
    blocks = tuple(block_workflow.expire_blocks(db, now))
    incidents, requests = tuple(deadlines.escalate_overdue(db, now)), tuple(request_workflow.remind_overdue(db, now))
    if blocks or incidents or requests:
        _log.info("deadlines", blocks=blocks, incidents=incidents, requests=requests)
    return DeadlineRun(incidents, requests, blocks)
