"""Spooled batches into the store, exactly once, whatever goes wrong on the way."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from simulated_sites import watching

from secmon.db.models import BatchState
from secmon.errors import StoreError, UsageError
from secmon.ingest import batch_journal
from secmon.live.pipeline_port import ImportResult
from secmon.pipeline.manual_import import chosen_format
from secmon.pipeline.pipeline import Pipeline
from secmon.pipeline.record_batch import spool_batch
from secmon.settings import load_settings
from secmon.store.client import Store
from secmon.store.load import Lines, insert_table, table_of
from secmon.store.repair import uneven_days

NOW = datetime.now(UTC)
GOOD = f"<34>1 {NOW.isoformat()} host app 1 - - text".encode()
EVE = f'{{"timestamp":"{NOW.isoformat()}","event_type":"http"}}'.encode()


@pytest.fixture
def pipeline(store: Store, tmp_path: Path) -> Iterator[Pipeline]:
    """The jobs over a centre without feeds."""
    with watching(store, load_settings(data=tmp_path)) as pipeline:
        yield pipeline


def add(pipeline: Pipeline, *lines: bytes) -> str:
    """A collected batch of one feed, waiting for the store; returns its id."""
    rows = table_of([Lines("11110", "auth", "rfc5424", NOW, lines)])
    batch = spool_batch(pipeline.loader.spool, rows, datetime.now(UTC))
    batch_journal.add_batch(pipeline.loader.db, batch)
    return str(batch.id)


def counts(store: Store) -> tuple[int, int]:
    """Events and quarantined lines in the store."""
    [(events, quarantined)] = store.rows("SELECT (SELECT count() FROM events), (SELECT count() FROM quarantine)")
    return events, quarantined


def spooled(pipeline: Pipeline) -> list[str]:
    """Batches whose file is in the spool."""
    return sorted(path.stem for path in pipeline.loader.spool.iterdir())


@pytest.mark.store
def test_what_waits_is_loaded_once(pipeline: Pipeline, store: Store) -> None:
    """Loading takes the batches oldest first, accounts for every line and forgets the files."""
    add(pipeline, GOOD, b"bad", GOOD)
    add(pipeline, GOOD)
    assert pipeline.loader.drain(most=1) == 3
    assert pipeline.loader.drain() == 1
    assert pipeline.loader.drain() == 0
    assert counts(store) == (3, 1)
    assert spooled(pipeline) == []
    found = batch_journal.backlog(pipeline.loader.db)
    assert (found.lines, found.events, found.quarantined, found.undetected) == (4, 3, 1, 2)


@pytest.mark.store
@pytest.mark.parametrize("damage", [b"not what was written", None])
def test_a_damaged_batch_is_parked_and_stops_no_other(pipeline: Pipeline, store: Store, damage: bytes | None) -> None:
    """It is shown as failed with its error, its file stays for somebody to look at, and health says so."""
    first, broken, last = (add(pipeline, GOOD) for _ in range(3))
    path = pipeline.loader.spool / f"{broken}.arrow"
    path.unlink() if damage is None else path.write_bytes(damage)
    assert pipeline.loader.drain() == 2
    assert {batch.id for batch in batch_journal.batches(pipeline.loader.db, BatchState.LOADED)} == {first, last}
    found = batch_journal.backlog(pipeline.loader.db)
    assert (found.spooled, found.failed, found.lines, found.events) == (0, 1, 3, 2)
    assert broken in found.error
    assert list(pipeline.healthy()) == ["load"]
    assert pipeline.loader.drain() == 0
    assert pipeline.loader.recover() == ()
    assert spooled(pipeline) == ([] if damage is None else [broken])
    assert counts(store) == (2, 0)


@pytest.mark.store
def test_a_store_that_refuses_is_tried_again_later_and_later(
    pipeline: Pipeline, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of a failed attempt stays in the store, waits grow to five minutes, and the batch is never given up."""
    batch_id = add(pipeline, GOOD, GOOD)
    now, waits = datetime.now(UTC), list[float]()
    loader = replace(pipeline.loader, clock=lambda: now)

    def half(store: Store, batch_id: str, rows: Any, attempt: int) -> None:
        insert_table(store, batch_id, rows.slice(1), attempt)
        raise StoreError.literal("the disk is full")

    monkeypatch.setattr("secmon.pipeline.load.insert_table", half)
    for attempt in range(1, 9):
        assert loader.drain() == loader.drain() == 0
        assert counts(store) == (0, 0)
        [waiting] = batch_journal.batches(pipeline.loader.db, BatchState.SPOOLED)
        assert (waiting.attempts, waiting.error) == (attempt, "the disk is full")
        assert waiting.retry_at is not None
        waits.append((waiting.retry_at - now).total_seconds())
        now = waiting.retry_at
    assert waits == sorted(waits)
    assert (waits[0] < 10, waits[-1]) == (True, 300)
    assert "the disk is full" in pipeline.healthy()["load"]
    monkeypatch.undo()
    assert loader.drain() == 2
    assert pipeline.healthy() == {}
    assert (counts(store), uneven_days(store), spooled(pipeline)) == ((2, 0), (), [])
    assert [batch.id for batch in batch_journal.batches(pipeline.loader.db, BatchState.LOADED)] == [batch_id]


@pytest.mark.store
def test_a_batch_whose_repair_failed_is_repaired_before_the_next_load(
    pipeline: Pipeline, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the store fails while half a batch is taken out again, the next try begins with taking it out."""
    add(pipeline, GOOD, b"bad")

    def half(store: Store, batch_id: str, rows: Any, attempt: int) -> None:
        insert_table(store, batch_id, rows.slice(1), attempt)
        raise StoreError("gone")

    def refuse(*_: Any) -> None:
        raise StoreError("still gone")

    monkeypatch.setattr("secmon.pipeline.load.insert_table", half)
    monkeypatch.setattr("secmon.store.repair.remove_batches", refuse)
    with pytest.raises(StoreError, match="still gone"):
        pipeline.loader.drain()
    monkeypatch.undo()
    assert counts(store) == (0, 1)
    assert pipeline.loader.drain() == 2
    assert counts(store) == (1, 1)


@pytest.mark.store
def test_lines_that_vanish_in_the_store_are_noticed(pipeline: Pipeline, store: Store) -> None:
    """When events and quarantine are fewer than the lines of the batch it is not called loaded."""
    store.command("DROP VIEW format_rfc5424 SYNC")
    add(pipeline, GOOD, GOOD)
    assert pipeline.loader.drain() == 0
    error = batch_journal.backlog(pipeline.loader.db).error
    assert "2 lines went in, 0 events and 0 quarantined came out" in error


@pytest.mark.store
@pytest.mark.parametrize("reached", ["nothing", "half", "all"])
def test_an_interrupted_batch_is_taken_out_and_loaded_again(pipeline: Pipeline, store: Store, reached: str) -> None:
    """However much of it a killed process had put in, afterwards it is there once; other batches are not touched."""
    add(pipeline, GOOD, b"bad")
    pipeline.loader.drain()
    batch_id = add(pipeline, GOOD, b"bad", GOOD)
    batch_journal.mark_in_flight(pipeline.loader.db, batch_id)
    rows = table_of([Lines("11110", "auth", "rfc5424", NOW, [GOOD, b"bad", GOOD])])
    insert_table(store, batch_id, rows.slice(0, {"nothing": 0, "half": 2, "all": 3}[reached]))
    (pipeline.loader.spool / "unfinished.part").write_bytes(b"half a file")
    assert pipeline.loader.recover() == (batch_id,)
    assert counts(store) == (1, 1)
    assert spooled(pipeline) == [batch_id]
    assert pipeline.loader.drain() == 3
    assert counts(store) == (3, 2)
    assert uneven_days(store) == ()


@pytest.mark.store
def test_lines_loaded_by_hand_go_the_same_way(pipeline: Pipeline, store: Store) -> None:
    """They are journalled, counted and quarantined like collected ones."""
    answer = asyncio.run(pipeline.import_lines("11110", "manual", "auto", GOOD + b"\n\n" + b"bad\n" + GOOD))
    assert answer == ImportResult(format="rfc5424", lines=3, events=2, quarantined=1)
    assert store.rows("SELECT DISTINCT site, feed, format FROM events") == [("11110", "manual", "rfc5424")]
    assert [batch.lines for batch in batch_journal.batches(pipeline.loader.db, BatchState.DETECTED)] == [3]


@pytest.mark.store
@pytest.mark.parametrize(
    ("feed", "name", "body", "said"),
    [
        ("Bad Feed", "auto", GOOD, "feed name 'Bad Feed'"),
        ("a" * 33, "auto", GOOD, "at most 32"),
        ("manual\n", "auto", GOOD, "feed name"),
        ("manual", "auto", b"\n\n", "the file has no lines"),
        ("manual", "auto", b"hello\nworld\n", "not recognised from the first 2 lines"),
        ("manual", "cobol", GOOD, "unknown format cobol"),
    ],
    ids=["feed-name", "long-name", "line-end", "no-line", "not-recognised", "unknown-format"],
)
def test_what_cannot_be_loaded_by_hand_is_said(
    pipeline: Pipeline, feed: str, name: str, body: bytes, said: str
) -> None:
    """Nothing is journalled, and the error says what to write instead."""
    with pytest.raises(UsageError, match=said):
        asyncio.run(pipeline.import_lines("11110", feed, name, body))
    assert batch_journal.backlog(pipeline.loader.db).lines == 0


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([EVE], "suricata_eve"),
        ([GOOD], "rfc5424"),
        ([b"# a comment", b"\xff", GOOD], "rfc5424"),
        ([EVE, GOOD, GOOD], "rfc5424"),
        ([b'{"timestamp":"x", "event_type" : "dns"}'], "suricata_eve"),
        ([GOOD] * 20 + [EVE] * 100, "rfc5424"),
    ],
    ids=["eve", "syslog", "comment", "mostly-syslog", "spaces", "twenty-lines"],
)
def test_the_format_is_the_one_most_first_lines_begin_as(lines: list[bytes], expected: str) -> None:
    """`auto` looks at the first twenty lines."""
    assert chosen_format("auto", lines) == expected
    assert chosen_format("rfc5424", lines) == "rfc5424"
