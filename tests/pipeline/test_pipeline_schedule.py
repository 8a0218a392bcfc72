"""The job boundary: a failure is recorded and shown, and spreads no further."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from simulated_sites import watching

from secmon.db.models import Batch, BatchState
from secmon.errors import StoreError
from secmon.ingest import batch_journal
from secmon.pipeline.record_batch import spool_batch
from secmon.pipeline.scheduler import guarded, schedule
from secmon.settings import load_settings
from secmon.store.client import Store
from secmon.store.load import Lines, table_of


@pytest.mark.store
def test_a_failing_job_is_shown_until_it_succeeds(store: Store, tmp_path: Path) -> None:
    """Health names the job and its error; the next success takes it back."""
    with watching(store, load_settings(data=tmp_path)) as pipeline:
        fails = True

        async def job() -> None:
            if fails:
                raise StoreError.literal("the disk is full")

        run = guarded(pipeline, "load", job)
        asyncio.run(run())  # type: ignore[arg-type]  # a coroutine, as every job
        assert pipeline.healthy() == {"load": "StoreError: the disk is full"}
        fails = False
        asyncio.run(run())  # type: ignore[arg-type]
        assert pipeline.healthy() == {}


@pytest.mark.store
async def test_the_table_has_every_job_once_at_a_time(store: Store, tmp_path: Path) -> None:
    """Collection at its own pace, loading and publishing each second, the others less often; none twice at once."""
    with_feeds = load_settings(data=tmp_path)
    from_table = {}
    manager = watching(store, with_feeds)
    pipeline = await asyncio.to_thread(manager.__enter__)
    for job in schedule(pipeline, 7.5).get_jobs():
        from_table[job.id] = (job.trigger.interval, job.max_instances, job.coalesce)
    await asyncio.to_thread(manager.__exit__, None, None, None)
    assert from_table == {
        "collect": (timedelta(seconds=7.5), 1, True),
        "receive": (timedelta(seconds=1), 1, True),
        "load": (timedelta(seconds=1), 1, True),
        "detect": (timedelta(seconds=1), 1, True),
        "publish": (timedelta(seconds=1), 1, True),
        "rules": (timedelta(seconds=10), 1, True),
        "deadlines": (timedelta(seconds=10), 1, True),
        "words": (timedelta(minutes=1), 1, True),
    }


@pytest.mark.store
async def test_an_index_that_cannot_be_built_is_left_for_ten_minutes(store: Store, tmp_path: Path) -> None:
    """It stays shown meanwhile, and is not tried each minute; then it is."""
    manager = watching(store, load_settings(data=tmp_path))
    pipeline = await asyncio.to_thread(manager.__enter__)
    now = [pipeline.clock()]
    pipeline.clock = lambda: now[0]
    run = schedule(pipeline, 7.5).get_job("words").func
    await asyncio.to_thread(store.command, "RENAME TABLE words_indexed TO elsewhere")
    await run()
    assert "words_indexed" in pipeline.healthy()["words"]
    await asyncio.to_thread(store.command, "RENAME TABLE elsewhere TO words_indexed")
    now[0] += timedelta(minutes=9)
    await run()
    assert "words_indexed" in pipeline.healthy()["words"]
    now[0] += timedelta(minutes=2)
    await run()
    assert pipeline.healthy() == {}
    await asyncio.to_thread(manager.__exit__, None, None, None)


@pytest.mark.store
def test_news_is_published_and_nothing_else(store: Store, tmp_path: Path) -> None:
    """A snapshot goes out at first, and after that when something came or the last one has grown old."""
    with watching(store, load_settings(data=tmp_path)) as pipeline:
        now = pipeline.clock()
        pipeline.clock = lambda: now

        async def published() -> bool:
            before = pipeline.published_at
            await pipeline.publish()
            return pipeline.published_at != before

        assert asyncio.run(published())
        assert not asyncio.run(published())
        pipeline.clock = lambda: now + timedelta(seconds=6)
        assert asyncio.run(published())


@pytest.mark.store
async def test_what_has_come_is_loaded_looked_at_and_shown_at_once(store: Store, tmp_path: Path) -> None:
    """Jobs that are an hour from their own tick begin because the one before them has brought something."""
    manager = watching(store, load_settings(data=tmp_path))
    pipeline = await asyncio.to_thread(manager.__enter__)
    line = f"<34>1 {pipeline.clock().isoformat()} host app 1 - - text".encode()
    batch = spool_batch(
        pipeline.loader.spool, table_of([Lines("11110", "auth", "rfc5424", pipeline.clock(), [line])]), pipeline.clock()
    )
    batch_journal.add_batch(pipeline.loader.db, batch)
    scheduler = schedule(pipeline, 3600)
    scheduler.start()
    now = datetime.now(UTC)
    for name in ("load", "detect", "publish"):
        scheduler.modify_job(name, next_run_time=now + timedelta(hours=1))
    scheduler.modify_job("collect", next_run_time=now)
    detected: Sequence[Batch] = []
    for _ in range(600):
        detected = await asyncio.to_thread(batch_journal.batches, pipeline.context.db, BatchState.DETECTED)
        if detected and pipeline.published_at:
            break
        await asyncio.sleep(0.05)
    scheduler.shutdown(wait=False)
    assert [one.id for one in detected] == [batch.id]
    assert pipeline.published_at is not None
    await asyncio.to_thread(manager.__exit__, None, None, None)
