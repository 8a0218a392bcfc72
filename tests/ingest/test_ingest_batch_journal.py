"""The journal of batches and feeds, and what the feeds' states say."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError, StatementError

from migrated_database import migrated_database
from secmon.db.database import Database
from secmon.db.models import Batch, BatchState, FeedState
from secmon.feed_health.health import Health, HealthLimits, feed_reports, worst
from secmon.ingest import batch_journal
from secmon.ingest.batch_journal import FeedCounts, FeedResult

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
LIMITS = HealthLimits(late_after=60, silent_after=120)
IDS = ("11110", "ids", "suricata_eve")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A desk of its own, up to date."""
    db = migrated_database(tmp_path / "desk.sqlite3")
    yield db
    db.close()


def batch(batch_id: str, lines: int = 10) -> Batch:
    """A batch as collection journals it."""
    return Batch(
        id=batch_id,
        state=BatchState.SPOOLED,
        created_at=NOW,
        received_from=NOW,
        received_to=NOW,
        lines=lines,
        bytes=100,
        digest="d",
        attempts=0,
        events=0,
        quarantined=0,
        error="",
    )


def answered(cursor: str, lines: int = 10, at: datetime = NOW, feed: str = "ids") -> FeedResult:
    """A feed that answered."""
    return FeedResult("11110", feed, "suricata_eve", at, cursor=cursor, lines=lines)


def failed(at: datetime = NOW, error: str = "answered 503", feed: str = "ids") -> FeedResult:
    """A feed that did not."""
    return FeedResult("11110", feed, "suricata_eve", at, error=error)


def account(events: int, quarantined: int) -> FeedCounts:
    """What became of the lines of the feed."""
    return FeedCounts("11110", "ids", events, quarantined, ahead=0, newest=NOW, lag=2.5)


def state(db: Database, feed: str = "ids") -> FeedState:
    """What the journal knows of a feed."""
    with db.session() as session:
        return session.get_one(FeedState, ("11110", feed))


def health(db: Database, seconds: float) -> Health:
    """The state of the feed so many seconds after NOW."""
    [report] = feed_reports(db, [IDS], LIMITS, NOW + timedelta(seconds=seconds))
    return report.health


def test_a_round_moves_cursors_and_adds_its_batch(db: Database) -> None:
    """Afterwards the batch waits, and every feed that answered goes on behind it."""
    batch_journal.record_round(db, batch("b1"), [answered("c1"), failed(feed="auth")])
    assert batch_journal.cursors(db) == {("11110", "ids"): "c1", ("11110", "auth"): ""}
    assert [one.id for one in batch_journal.batches(db, BatchState.SPOOLED)] == ["b1"]
    assert batch_journal.waiting_batches(db).batches == 1
    batch_journal.record_round(db, None, [answered("c2", lines=0)])
    assert batch_journal.cursors(db)["11110", "ids"] == "c2"
    assert state(db).lines == 10


def test_no_cursor_moves_without_its_batch(db: Database) -> None:
    """When the batch cannot be journalled the cursors stay, so that its lines are asked for again."""
    batch_journal.record_round(db, batch("b1"), [answered("c1")])
    with pytest.raises(IntegrityError):
        batch_journal.record_round(db, batch("b1"), [answered("c2"), answered("c2", feed="auth")])
    assert batch_journal.cursors(db) == {("11110", "ids"): "c1"}
    assert state(db).lines == 10


def test_no_batch_stays_without_its_cursors(db: Database) -> None:
    """When a cursor cannot be kept the batch is not journalled either: its lines would come twice."""
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(StatementError, match="naive time"):
        batch_journal.record_round(db, batch("b1"), [answered("c1"), answered("c1", at=naive, feed="auth")])
    assert batch_journal.cursors(db) == {}
    assert batch_journal.waiting_batches(db).batches == 0


def test_a_failing_feed_keeps_its_cursor(db: Database) -> None:
    """Failures count up with the newest error, and the next answer ends them."""
    batch_journal.record_round(db, batch("b1"), [answered("c1")])
    for number in (1, 2):
        batch_journal.record_round(db, None, [failed(NOW + timedelta(seconds=number), f"error {number}")])
    found = state(db)
    assert (found.failures, found.error, found.cursor, found.lines) == (2, "error 2", "c1", 10)
    assert (found.asked_at, found.answered_at) == (NOW + timedelta(seconds=2), NOW)
    batch_journal.record_round(db, None, [answered("c2", lines=0, at=NOW + timedelta(seconds=3))])
    found = state(db)
    assert (found.failures, found.error, found.cursor) == (0, "", "c2")
    assert found.line_at == NOW


def test_a_batch_goes_its_way(db: Database) -> None:
    """Spooled, in flight, loaded: each attempt is counted, and events and quarantine are kept."""
    batch_journal.add_batch(db, batch("b1"))
    assert batch_journal.mark_in_flight(db, "b1") == 1
    assert batch_journal.waiting_batches(db).batches == 1
    batch_journal.mark_unloaded(db, "b1", "the store was full", NOW + timedelta(seconds=4))
    assert batch_journal.loadable(db, NOW + timedelta(seconds=3)) == []
    assert [one.id for one in batch_journal.loadable(db, NOW + timedelta(seconds=4))] == ["b1"]
    assert batch_journal.backlog(db).error == "the store was full"
    assert batch_journal.mark_in_flight(db, "b1") == 2
    batch_journal.mark_loaded(db, "b1", [account(7, 3)], NOW)
    [loaded] = batch_journal.batches(db, BatchState.LOADED)
    assert (loaded.events, loaded.quarantined, loaded.loaded_at, loaded.error) == (7, 3, NOW, "")
    assert batch_journal.waiting_batches(db).batches == 0


def test_batches_found_in_flight_wait_again(db: Database) -> None:
    """After a repair only the named batches are spooled again."""
    for name in ("b1", "b2", "b3"):
        batch_journal.add_batch(db, batch(name))
        batch_journal.mark_in_flight(db, name)
    batch_journal.mark_repaired(db, ["b1", "b3"])
    assert [one.id for one in batch_journal.batches(db, BatchState.SPOOLED)] == ["b1", "b3"]
    assert [one.id for one in batch_journal.batches(db, BatchState.IN_FLIGHT)] == ["b2"]


def test_batches_come_oldest_first_and_as_many_as_asked(db: Database) -> None:
    """Ids begin with the time, so their order is that of collection."""
    for name in ("b3", "b1", "b2"):
        batch_journal.add_batch(db, batch(name))
    assert [one.id for one in batch_journal.batches(db, BatchState.SPOOLED, limit=2)] == ["b1", "b2"]


def test_the_backlog_tells_where_the_batches_stand(db: Database) -> None:
    """Every state is counted, parked batches with the newest error, and lines over all of them."""
    empty = batch_journal.backlog(db)
    assert (empty.spooled, empty.undetected, empty.failed, empty.lines, empty.error) == (0, 0, 0, 0, "")
    for number, name in enumerate(("b1", "b2", "b3", "b4", "b5"), 1):
        batch_journal.add_batch(db, batch(name, lines=number))
    batch_journal.mark_in_flight(db, "b2")
    batch_journal.mark_unloaded(db, "b3", "old error", None)
    batch_journal.mark_unloaded(db, "b4", "damaged", None)
    batch_journal.mark_loaded(db, "b5", [account(4, 1)], NOW)
    found = batch_journal.backlog(db)
    assert (found.spooled, found.undetected, found.failed) == (2, 1, 2)
    assert (found.lines, found.events, found.quarantined, found.error) == (15, 4, 1, "damaged")


def test_silence_is_not_safety(db: Database) -> None:
    """A feed that answers without lines becomes late and then silent; a line makes it healthy again."""
    assert health(db, 0) is Health.NEVER_SEEN
    batch_journal.record_round(db, batch("b1"), [answered("c1")])
    assert [health(db, seconds) for seconds in (0, 60, 61, 120, 121)] == [
        Health.HEALTHY,
        Health.HEALTHY,
        Health.LATE,
        Health.LATE,
        Health.SILENT,
    ]
    batch_journal.record_round(db, None, [answered("c2", lines=0, at=NOW + timedelta(seconds=121))])
    assert health(db, 122) is Health.SILENT
    batch_journal.record_round(db, batch("b2"), [answered("c3", at=NOW + timedelta(seconds=123))])
    assert health(db, 124) is Health.HEALTHY


def test_failing_counts_more_than_silent(db: Database) -> None:
    """A feed that does not answer is failing, however long ago its last line came, also before its first."""
    batch_journal.record_round(db, None, [failed()])
    assert health(db, 1) is Health.FAILING
    batch_journal.record_round(db, batch("b1"), [answered("c1")])
    batch_journal.record_round(db, None, [failed()])
    assert [health(db, seconds) for seconds in (1, 1000)] == [Health.FAILING] * 2


def test_a_feed_that_answers_without_a_first_line(db: Database) -> None:
    """It has until it would be late to send one; after that it was never seen."""
    batch_journal.record_round(db, None, [answered("c1", lines=0)])
    assert [health(db, seconds) for seconds in (0, 60, 61)] == [Health.HEALTHY, Health.HEALTHY, Health.NEVER_SEEN]


def test_every_expected_feed_is_reported(db: Database) -> None:
    """Also one that was never asked; one that is no longer expected is left out."""
    batch_journal.record_round(db, batch("b1"), [answered("c1"), answered("c1", feed="retired")])
    reports = feed_reports(db, [IDS, ("11140", "ids", "rfc5424")], LIMITS, NOW)
    assert [(one.site, one.feed, one.format, one.health, one.lines) for one in reports] == [
        ("11110", "ids", "suricata_eve", Health.HEALTHY, 10),
        ("11140", "ids", "rfc5424", Health.NEVER_SEEN, 0),
    ]


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([], Health.NEVER_SEEN),
        ([Health.HEALTHY], Health.HEALTHY),
        ([Health.HEALTHY, Health.LATE], Health.LATE),
        ([Health.SILENT, Health.FAILING, Health.HEALTHY], Health.FAILING),
        ([Health.FAILING, Health.NEVER_SEEN], Health.NEVER_SEEN),
    ],
)
def test_a_site_is_shown_in_its_worst_state(states: Sequence[Health], expected: Health) -> None:
    """One healthy feed does not hide another."""
    assert worst(states) is expected
