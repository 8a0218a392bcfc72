"""Collection of all 226 sites from the real simulator."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from simulated_sites import (
    Simulation,
    counted_in,
    drain,
    fingerprint,
    journalled,
    one_round,
    simulating,
    stored,
    watching,
)

from secmon.errors import SpoolError
from secmon.feed_health.health import Health
from secmon.ingest import batch_journal
from secmon.ingest.configured_feeds import in_shard
from secmon.pipeline.backfill import Progress, backfill
from secmon.pipeline.pipeline import Pipeline
from secmon.sites.registry import load_sites
from secmon.store.client import Store

BOTH = 2 * 226


def assert_whole(pipeline: Pipeline, store: Store, simulation: Simulation) -> None:
    """What the sites sent, the journal counted and the store holds is the same, line by line."""
    counts = journalled(pipeline.loader.db)
    sent = {key: fingerprint(lines) for key, lines in simulation.first_lines(counts).items()}
    assert {key: value for key, value in sent.items() if value[0]} == stored(store)
    backlog = batch_journal.backlog(pipeline.loader.db)
    assert backlog.lines == sum(counts.values()) == backlog.events + backlog.quarantined
    assert (backlog.spooled, backlog.failed) == (0, 0)
    assert counted_in(store, "events").total() == backlog.events
    assert list(pipeline.loader.spool.glob("*")) == []


@pytest.mark.store
def test_rounds_over_all_sites_lose_and_double_nothing(store: Store, tmp_path: Path) -> None:
    """Two feeds of 226 sites, page by page over several rounds and two starts of the jobs."""
    with simulating(tmp_path / "simulator", rate=300.0) as simulation:
        settings = simulation.settings(tmp_path / "data", batch_lines=5_000)
        with watching(store, settings) as pipeline:
            for _ in range(3):
                done, lines = asyncio.run(one_round(pipeline))
                assert (done.sites, done.feeds, done.failed) == (226, BOTH, 0)
                assert done.more > 0
                assert done.lines == lines > 0
        with watching(store, settings) as pipeline:
            asyncio.run(drain(pipeline))
            reports = pipeline.context.reports()
            assert len(reports) == BOTH
            assert {report.health for report in reports if report.lines} == {Health.HEALTHY}
            assert_whole(pipeline, store, simulation)


@pytest.mark.store
def test_a_site_that_is_down_delays_nobody_and_catches_up(store: Store, tmp_path: Path) -> None:
    """It is failing while the others are complete; when it is back all of its lines come."""
    with (
        simulating(tmp_path / "simulator", "down:11110", history=timedelta(minutes=30)) as simulation,
        watching(store, simulation.settings(tmp_path / "data")) as pipeline,
    ):
        asyncio.run(drain(pipeline))
        down = [report for report in pipeline.context.reports() if report.health is Health.FAILING]
        assert [(report.site, report.feed, report.error) for report in down] == [
            ("11110", "ids", "answered 503"),
            ("11110", "auth", "answered 503"),
        ]
        assert len({site for site, _ in stored(store)}) >= 200
        assert "11110" not in {site for site, _ in stored(store)}
        assert_whole(pipeline, store, simulation)
        simulation.stop()
        simulation.start()
        asyncio.run(drain(pipeline))
        assert Health.FAILING not in {report.health for report in pipeline.context.reports()}
        assert journalled(pipeline.loader.db)["11110", "ids"] > 0
        assert_whole(pipeline, store, simulation)


@pytest.mark.store
def test_sites_that_go_away_in_the_middle_come_back_where_they_were(store: Store, tmp_path: Path) -> None:
    """While nobody answers every feed is failing and no cursor moves; afterwards nothing is missing or doubled."""
    with (
        simulating(tmp_path / "simulator", rate=200.0, history=timedelta(minutes=5)) as simulation,
        watching(store, simulation.settings(tmp_path / "data", batch_lines=5_000)) as pipeline,
    ):
        asyncio.run(one_round(pipeline))
        cursors = batch_journal.cursors(pipeline.loader.db)
        simulation.stop()
        done, lines = asyncio.run(one_round(pipeline))
        assert (done.failed, lines) == (BOTH, 0)
        assert batch_journal.cursors(pipeline.loader.db) == cursors
        assert {report.health for report in pipeline.context.reports()} == {Health.FAILING}
        simulation.start()
        asyncio.run(drain(pipeline))
        assert_whole(pipeline, store, simulation)


@pytest.mark.store
def test_catching_up_takes_everything_there_is(store: Store, tmp_path: Path) -> None:
    """History comes whole, in large pages, and the progress ends at all feeds."""
    told: list[Progress] = []
    with (
        simulating(tmp_path / "simulator", rate=300.0) as simulation,
        watching(store, simulation.settings(tmp_path / "data", batch_lines=10_000)) as pipeline,
    ):
        lines = asyncio.run(backfill(pipeline, told.append))
        assert lines == told[-1].lines == counted_in(store, "events").total()
        assert (told[-1].done, told[-1].feeds) == (BOTH, BOTH)
        assert [one.done for one in told] == sorted(one.done for one in told)
        assert_whole(pipeline, store, simulation)


@pytest.mark.store
def test_collection_pauses_while_too_much_waits_for_the_store(store: Store, tmp_path: Path) -> None:
    """Nobody is asked, the sites keep their lines, health says so; it goes on when the store has caught up."""
    with (
        simulating(tmp_path / "simulator", history=timedelta(minutes=5)) as simulation,
        watching(store, simulation.settings(tmp_path / "data", spool_batches=1)) as pipeline,
    ):

        async def rounds() -> None:
            await pipeline.collect()
            cursors = batch_journal.cursors(pipeline.loader.db)
            paused = await pipeline.collect()
            assert (paused.paused, paused.feeds, paused.lines) == (True, 0, 0)
            assert batch_journal.cursors(pipeline.loader.db) == cursors
            assert pipeline.healthy() == {"collect": "paused: 1 batches wait for the store"}
            await pipeline.load_only()
            assert not (await pipeline.collect()).paused
            assert pipeline.healthy() == {}
            await pipeline.load_only()
            await pipeline.close()

        asyncio.run(rounds())
        assert_whole(pipeline, store, simulation)


@pytest.mark.store
def test_a_spool_that_cannot_be_written_takes_nothing(store: Store, tmp_path: Path) -> None:
    """The round fails as a whole: no cursor moves, and the next round takes the same lines."""
    with (
        simulating(tmp_path / "simulator", history=timedelta(minutes=5)) as simulation,
        watching(store, simulation.settings(tmp_path / "data")) as pipeline,
    ):
        pipeline.loader.spool.write_text("in the way", encoding="utf-8")
        with pytest.raises(SpoolError, match="nothing was taken"):
            asyncio.run(one_round(pipeline))
        assert batch_journal.cursors(pipeline.loader.db) == {}
        pipeline.loader.spool.unlink()
        asyncio.run(drain(pipeline))
        assert_whole(pipeline, store, simulation)


def test_shards_divide_the_sites() -> None:
    """Every site is in exactly one share, and no share is empty."""
    for shares in (1, 2, 4, 7):
        members = [[site.code for site in load_sites() if in_shard(site.code, (k + 1, shares))] for k in range(shares)]
        assert sorted(code for share in members for code in share) == sorted(site.code for site in load_sites())
        assert all(members)
