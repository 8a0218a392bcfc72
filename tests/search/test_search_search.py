"""Searching events: the language, what it finds, and what it never finds."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from secmon.errors import StoreError, UsageError
from secmon.search.query import LONGEST, condition
from secmon.search.search import Search, event, histogram, page, parts, slot_seconds, spans, top
from secmon.search.text_index import index_day, index_days
from secmon.sites.scope import EVERYTHING, Scope
from secmon.store.client import Store
from secmon.store.load import Lines, insert_lines
from secmon.store.migrate import migrate
from secmon.store.scratch import scratch_store

pytestmark = pytest.mark.store
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
TWO_DAYS = (NOON - timedelta(days=2), NOON + timedelta(minutes=1))


def line(at: datetime, text: str, program: str = "sshd") -> bytes:
    """A line of RFC 5424."""
    return f"<86>1 {at.isoformat()} web01 {program} 7 - - {text}".encode()


LINES = {
    "11110": [
        line(NOON - timedelta(hours=30), "Failed password for root from 203.0.113.9 port 40022 ssh2"),
        line(NOON - timedelta(hours=3), "Accepted password for kim.yj from 198.51.100.7 port 50022 ssh2"),
        line(NOON - timedelta(hours=2), "Failed password for invalid user admin from 2001:db8::7 port 40022 ssh2"),
        line(NOON - timedelta(hours=1), "100%_sure it's {query:String} 'quoted' \\ back", "app"),
    ],
    "26110": [line(NOON - timedelta(hours=1), "Failed password for root from 203.0.113.77 port 40022 ssh2")],
}


@contextmanager
def filling(engine: Store) -> Iterator[Store]:
    """A store with a few lines of two sites over two days."""
    with scratch_store(beside=engine) as store:
        migrate(store)
        given = [Lines(site, "auth", "rfc5424", NOON, tuple(lines)) for site, lines in LINES.items()]
        insert_lines(store, "b1", given)
        yield store


@pytest.fixture(scope="module")
def filled(engine: Store) -> Iterator[Store]:
    """Such a store, to search in."""
    with filling(engine) as store:
        yield store


@pytest.fixture
def changing(engine: Store) -> Iterator[Store]:
    """Such a store for one test, which may change it."""
    with filling(engine) as store:
        yield store


def found(store: Store, query: str, scope: Scope = EVERYTHING) -> list[str]:
    """Lines that a query finds, oldest first."""
    search = Search(condition(query), scope, *TWO_DAYS)
    return [str(row["raw_data"]) for row in reversed(page(store, search, 100))]


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("", 5),
        ("*", 5),
        ("failed", 3),
        ("FAILED password", 3),
        ('"failed password"', 3),
        ('"password failed"', 0),
        ("fail", 0),
        ("fail*", 3),
        ("failed -site:26110", 2),
        ("failed NOT root", 1),
        ("accepted OR sure", 2),
        ("site:11110", 4),
        ("site:(11110 26110)", 5),
        ("user:KIM.YJ", 1),
        ("user:kim*", 1),
        ("src:203.0.113.9", 1),
        ("203.0.113.9", 1),
        ("ip:203.0.113.0/24", 2),
        ("src:2001:db8::7", 1),
        ("2001:db8::7", 1),
        ("ip:2001:db8::/32", 1),
        ("src_endpoint_port:[50000 TO 60000]", 1),
        ("src_endpoint_port:>50022", 0),
        ("src_endpoint_port:>=50022", 1),
        ("raw:/port [45]0022/", 4),
        ('"100%_sure"', 1),
        ('"100x_sure"', 0),
        ('"{query:String}"', 1),
        ("\"it's {query:String} 'quoted'\"", 1),
        ("unmapped.nothing:1", 0),
        ("user:*", 4),
        ("status:500", 0),
    ],
)
def test_what_a_query_finds(filled: Store, query: str, number: int) -> None:
    """Words are whole words in any case, `*` goes on, fields are compared exactly or by range."""
    assert len(found(filled, query)) == number


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("nofield:1", "no field has the name nofield"),
        ("port:ssh", "dst_endpoint_port is a number"),
        ("(failed", "the query is not valid"),
        ("ip:203.0.113.0/99", "not a valid range of addresses"),
        ("[1 TO 2]", "needs a field"),
        ("failed~2", "is not valid here"),
        ("a" * (LONGEST + 1), "shorten it"),
        ("(" * 3000 + "a" + ")" * 500, "the query is not valid|simplify"),
    ],
)
def test_what_is_not_understood_is_said(query: str, said: str) -> None:
    """An error names the part that is wrong."""
    with pytest.raises(UsageError, match=said):
        condition(query)


@pytest.mark.parametrize(
    "query",
    [
        '"\' OR 1=1 --"',
        '"x\' UNION ALL SELECT * FROM system.users --"',
        "user:/'); DROP TABLE events; --/",
        "unmapped.x':1",
    ],
)
def test_hostile_queries_are_values(filled: Store, query: str) -> None:
    """Whatever a query carries is looked for, never run."""
    assert found(filled, query) == []
    assert len(found(filled, "")) == 5


def test_a_scope_is_never_left(filled: Store) -> None:
    """Somebody who sees one site finds nothing of another, however the query is built."""
    own = Scope.of_sites(["26110"])
    assert len(found(filled, "site:11110 OR site:26110 OR *", own)) == 1
    assert found(filled, "", Scope.of_sites([])) == []
    (one,) = page(filled, Search(condition("accepted"), EVERYTHING, *TWO_DAYS), 9)
    assert event(filled, own, one["batch_id"], one["seq"]) is None
    whole = event(filled, EVERYTHING, one["batch_id"], one["seq"])
    assert whole is not None
    assert whole["user_name"] == "kim.yj"


def test_results_come_some_days_at_a_time(filled: Store) -> None:
    """The newest day first, each part with its share of the way; enough is enough."""
    search = Search(condition("password"), EVERYTHING, *TWO_DAYS)
    got = list(parts(filled, search, 100))
    assert [len(part.events) for part in got] == [3, 1]
    assert [part.done for part in got] == sorted(part.done for part in got)
    assert got[-1].done == 1.0
    (first,) = parts(filled, search, 2)
    assert [row["site"] for row in first.events] == ["26110", "11110"]
    assert first.done == 1.0


def test_counts_agree_with_what_is_found(filled: Store) -> None:
    """Histogram and values count the events that the pages show."""
    search = Search(condition("password"), EVERYTHING, *TWO_DAYS)
    slots, step = histogram(filled, search)
    assert step == 3600
    assert int(slots.to_numpy().sum()) == 4
    assert top(filled, search, "site") == [("11110", 3), ("26110", 1)]
    with pytest.raises(KeyError):
        top(filled, search, "time; DROP TABLE events")
    nothing, _ = histogram(filled, Search(condition("absent"), EVERYTHING, *TWO_DAYS))
    assert int(nothing.to_numpy().sum()) == 0
    assert len(nothing) == len(slots)


def test_spans_cover_the_time_once() -> None:
    """From the newest to the oldest, cut at midnight UTC: a day, two, four, and never more than sixteen."""
    cut = list(spans(NOON - timedelta(days=90), NOON))
    assert cut[0] == (NOON.replace(hour=0), NOON)
    assert cut[-1][0] == NOON - timedelta(days=90)
    assert all(later[0] == earlier[1] for later, earlier in pairwise(cut))
    assert [(until - since).days for since, until in cut[1:]] == [2, 4, 8, 16, 16, 16, 16, 11]
    assert list(spans(NOON, NOON)) == []
    assert slot_seconds(NOON, NOON + timedelta(hours=1)) == 60


def test_words_of_closed_days_are_indexed(changing: Store) -> None:
    """Each call builds a day; today is left alone; a search finds the same before and after."""
    before = found(changing, "failed")
    assert index_days(changing, NOON) == ("2026-11-24",)
    assert index_days(changing, NOON) == ()
    assert found(changing, "failed") == before
    insert_lines(changing, "b2", [Lines("11110", "auth", "rfc5424", NOON, (line(NOON - timedelta(hours=29), "late"),))])
    assert len(found(changing, "late")) == 1
    assert index_days(changing, NOON + timedelta(days=1)) == ("2026-11-25",)
    assert index_days(changing, NOON + timedelta(days=1)) == ("2026-11-24",)
    assert index_days(changing, NOON + timedelta(days=1)) == ()  # a day that is indexed stays so when another is


def test_words_of_today_are_indexed_after_many_lines(changing: Store) -> None:
    """Today comes with the newest closed day once its new lines are enough, and again only after as many more."""
    today = rows_of(changing, "2026-11-25")
    assert index_days(changing, NOON, today + 1) == ("2026-11-24",)
    assert index_days(changing, NOON, today) == ("2026-11-25",)
    late = tuple(line(NOON - timedelta(minutes=minute), "late") for minute in range(3))
    insert_lines(changing, "b2", [Lines("11110", "auth", "rfc5424", NOON, late)])
    assert index_days(changing, NOON, 4) == ()
    assert index_days(changing, NOON, 3) == ("2026-11-25",)
    assert len(found(changing, "late")) == 3


def test_merged_parts_keep_the_index_of_addresses(changing: Store) -> None:
    """A merge leaves out the words only, which come afterwards; an address is looked for in its granules alone."""
    for batch in ("b2", "b3"):
        insert_lines(changing, batch, [Lines("11110", "auth", "rfc5424", NOON, (line(NOON, batch),))])
    changing.command("OPTIMIZE TABLE events FINAL")
    assert sizes(changing).keys() == {"time_range", "received_at_range", "endpoint_ips"}
    index_days(changing, NOON, 1)
    assert sizes(changing).keys() == {"time_range", "received_at_range", "endpoint_ips", "raw_data_words"}
    asked = condition("ip:192.0.2.99").sql
    plan = "\n".join(row[0] for row in changing.rows(f"EXPLAIN indexes = 1 SELECT count() FROM events WHERE {asked}"))
    assert "Name: endpoint_ips" in plan
    assert "Granules: 0/" in plan


def test_what_cannot_be_indexed_is_told(changing: Store) -> None:
    """The failure is raised and the day is not taken for indexed: the next call tries it again."""
    changing.command("RENAME TABLE events TO elsewhere")
    with pytest.raises(StoreError, match="events"):
        index_day(changing, 20261124)
    changing.command("RENAME TABLE elsewhere TO events")
    assert index_days(changing, NOON) == ("2026-11-24",)


def rows_of(store: Store, day: str) -> int:
    """Rows of a day."""
    return int(store.rows("SELECT count() FROM events WHERE toDate(time) = {day:Date}", {"day": day})[0][0])


def sizes(store: Store) -> dict[str, int]:
    """Bytes of each index of the events that has any."""
    asked = """SELECT name, data_compressed_bytes FROM system.data_skipping_indices
        WHERE database = {database:String} AND table = 'events' AND data_compressed_bytes > 0"""
    return {str(name): int(size) for name, size in store.rows(asked, {"database": store.database})}
