"""Full disks, stores that are away, clocks that jump: recovered or reported, and every line once."""

import asyncio
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from simulated_sites import watching

from secmon.db.models import BatchState, FeedState
from secmon.errors import SpoolError
from secmon.ingest import batch_journal
from secmon.ingest.configured_feeds import listen_addresses
from secmon.ingest.transports.page import FeedAddress
from secmon.ingest.transports.syslog_server import listening
from secmon.pipeline.pipeline import Pipeline
from secmon.settings import Settings, load_settings
from secmon.store.client import Store

NOW = datetime.now(UTC)
LINE = "<38>1 {} bastion01 sshd {} - - Accepted password for kim from 10.1.1.1 port 40000 ssh2"
COUNTS = "SELECT (SELECT count() FROM events), (SELECT count() FROM quarantine), (SELECT sum(events) FROM events_15m)"


def lines(count: int, first: int = 1) -> list[str]:
    """So many different good lines."""
    return [LINE.format(NOW.isoformat(), number) for number in range(first, first + count)]


def file_feed(folder: Path) -> Settings:
    """A centre that reads each site's auth log from a folder."""
    feed = {"name": "auth", "format": "rfc5424", "url": f"file://{folder}/logs/{{site}}/auth.log*"}
    return load_settings(data=folder / "data", feeds=[feed], retry_first=0)


def only(pipeline: Pipeline, site: str) -> list[FeedAddress]:
    """The feed of one site."""
    return [address for address in pipeline.collector.addresses if address.site == site]


def log_of(folder: Path, *given: str, site: str = "11110") -> Path:
    """Append lines to a site's log."""
    path = folder / "logs" / site / "auth.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in given)
    return path


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"a small file system cannot be mounted here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.store
def test_a_full_spool_disk_takes_nothing_and_goes_on(store: Store, tmp_path: Path, small_disk: Path) -> None:
    """The round fails with what to do about it, no cursor moves; with room again every line comes once."""
    (small_disk / "ballast").write_bytes(b"x" * 2_050_000)
    log_of(tmp_path, *lines(20_000))
    with watching(store, file_feed(tmp_path)) as whole:
        pipeline = replace(whole, loader=replace(whole.loader, spool=small_disk / "spool"))
        pipeline.collector._spool = small_disk / "spool"

        async def round_of_one() -> int:
            return (await pipeline.collector.ask(pipeline.transport, only(pipeline, "11110"), 50_000)).lines

        with pytest.raises(SpoolError, match=r"No space left on device; nothing was taken"):
            asyncio.run(round_of_one())
        assert batch_journal.cursors(pipeline.loader.db) == {}
        assert batch_journal.waiting_batches(pipeline.loader.db).batches == 0
        (small_disk / "ballast").unlink()
        assert asyncio.run(round_of_one()) == 20_000
        assert pipeline.loader.drain() == 20_000
    assert store.rows(COUNTS) == [(20_000, 0, 20_000)]


@pytest.mark.store
def test_a_store_that_is_away_costs_nothing_but_time(store: Store, tmp_path: Path) -> None:
    """While nobody listens at the store's address batches wait, and /healthz says so; then each is loaded once."""
    log_of(tmp_path, *lines(100))
    with watching(store, file_feed(tmp_path)) as pipeline:
        away = Store("clickhouse://127.0.0.1:1", database="secmon")
        loader = replace(pipeline.loader, store=away)
        asyncio.run(pipeline.collector.ask(pipeline.transport, only(pipeline, "11110"), 50_000))
        for _ in range(2):
            with pytest.raises(Exception, match=r"127\.0\.0\.1"):
                loader.drain()
            [batch] = batch_journal.batches(pipeline.loader.db, BatchState.SPOOLED, BatchState.IN_FLIGHT)
            assert (batch.lines, batch.attempts) == (100, 1)
        log_of(tmp_path, *lines(50, first=101))
        asyncio.run(pipeline.collector.ask(pipeline.transport, only(pipeline, "11110"), 50_000))
        assert pipeline.loader.drain() == 150
    assert store.rows(COUNTS) == [(150, 0, 150)]


@pytest.mark.store
def test_a_clock_that_jumps_loses_and_doubles_nothing(store: Store, tmp_path: Path) -> None:
    """An hour back, a day forward, and back again between rounds: every line once, no feed is declared dead."""
    clock = [NOW]
    with watching(store, file_feed(tmp_path)) as pipeline:
        pipeline.collector._clock = lambda: clock[0]
        loader = replace(pipeline.loader, clock=lambda: clock[0])
        for number, jump in enumerate((0, -3600, 86_400, -86_400, 5)):
            clock[0] += timedelta(seconds=jump)
            log_of(tmp_path, *lines(10, first=number * 10))
            asyncio.run(pipeline.collector.ask(pipeline.transport, only(pipeline, "11110"), 50_000))
            assert loader.drain() == 10
        [report] = pipeline.context.reports("11110")
        assert (report.lines, report.failures) == (50, 0)
    assert store.rows(COUNTS) == [(50, 0, 50)]


@pytest.mark.store
def test_files_of_many_sites_arrive_with_their_rejects(store: Store, tmp_path: Path) -> None:
    """A watched folder a site; lines that cannot be read are in quarantine, in the feed's account and the totals."""
    for site in ("11110", "26110"):
        log_of(tmp_path, *lines(10), "this is no syslog", site=site)
    with watching(store, file_feed(tmp_path)) as pipeline:
        feeds = only(pipeline, "11110") + only(pipeline, "26110")
        asyncio.run(pipeline.collector.ask(pipeline.transport, feeds, 50_000))
        pipeline.loader.drain()
        reports = {one.site: one for one in pipeline.context.reports() if one.lines}
        with pipeline.loader.db.session() as session:
            rows = session.query(FeedState).all()
            accounts = {(row.site, row.lines, row.events, row.quarantined) for row in rows if row.lines}
    assert {site: (one.lines, one.rejected) for site, one in reports.items()} == {"11110": (11, 1), "26110": (11, 1)}
    assert accounts == {("11110", 11, 10, 1), ("26110", 11, 10, 1)}
    assert store.rows("SELECT DISTINCT reason, line FROM quarantine") == [("no syslog priority", "this is no syslog")]


@pytest.mark.store
def test_pushed_syslog_becomes_events_of_its_site(store: Store, tmp_path: Path) -> None:
    """From the socket to the store; an unknown sender's lines are quarantined under that reason."""
    senders = tmp_path / "senders.csv"
    senders.write_text("sender,site\nbastion01,11110\n", encoding="utf-8")
    listener = {"name": "syslog", "protocol": "tcp", "port": 0, "trust_names": True}
    settings = load_settings(data=tmp_path / "data", listeners=[listener], senders_file=senders)

    async def push(pipeline: Pipeline) -> int:
        async with listening(listen_addresses(settings), pipeline.reception) as (port,):
            text = "\n".join([*lines(30), "<38>1 2026-11-23T00:00:00Z stranger app - - - hello"]) + "\n"
            await asyncio.to_thread(_send, port, text.encode())
            kept = 0
            while kept < 31:
                kept += await pipeline.receive()
                await asyncio.sleep(0.02)
        await pipeline.load_only()
        return kept

    with watching(store, settings) as pipeline:
        assert asyncio.run(push(pipeline)) == 31
        [report] = pipeline.context.reports()
        assert (report.site, report.feed, report.lines) == ("11110", "syslog", 30)
        assert pipeline.healthy() == {}
    assert store.rows("SELECT site, feed, count() FROM events GROUP BY ALL") == [("11110", "syslog", 30)]
    assert store.rows("SELECT site, reason FROM quarantine") == [("00000", "unknown sender")]


def _send(port: int, data: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(data)


@pytest.mark.store
def test_pushed_lines_wait_while_the_store_has_to_catch_up(store: Store, tmp_path: Path) -> None:
    """With the spool at its limit nothing is taken from the inbox, whose size then stops the senders."""
    log_of(tmp_path, *lines(5))
    settings = Settings.model_validate({**file_feed(tmp_path).model_dump(), "spool_batches": 1})
    with watching(store, settings) as pipeline:
        asyncio.run(pipeline.collector.ask(pipeline.transport, only(pipeline, "11110"), 50_000))
        inbox = pipeline.receiver.inbox
        inbox.put("11110", "syslog", "rfc5424", lines(1)[0].encode())
        assert asyncio.run(pipeline.receive()) == 0
        assert inbox.held > 0
        pipeline.loader.drain()
        assert asyncio.run(pipeline.receive()) == 1
        assert inbox.held == 0
        pipeline.loader.drain()
    assert store.rows(COUNTS) == [(6, 0, 6)]
