"""Lines into the store: nothing lost, nothing changed, totals that agree."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from secmon.store import sql
from secmon.store.client import Store
from secmon.store.formats import FORMATS
from secmon.store.load import AT_ONCE, Lines, insert_lines, table_of
from secmon.store.repair import rebuild_day, remove_batches, uneven_days

RECEIVED = datetime(2026, 11, 23, 1, tzinfo=UTC)
NAMES = [entry.name for entry in FORMATS]
WITH_TIME = {
    "suricata_eve": '{"timestamp":"%s","event_type":"http","http":{"url":"/%s"}}',
    "zeek_json": '{"_path":"http","ts":"%s","uri":"/%s"}',
    "modsecurity": '{"transaction":{"client_ip":"203.0.113.9","time_stamp":"%s","request":{"uri":"/%s"}}}',
    "winlogbeat": '{"@timestamp":"%s","winlog":{"event_id":4688,"event_data":{"CommandLine":"%s"}}}',
    "evtx_json": '{"Event":{"System":{"EventID":1,"TimeCreated":{"#attributes":{"SystemTime":"%s"}}},'
    '"EventData":{"CommandLine":"%s"}}}',
    "rspamd": '{"unix_time":"%s","action":"reject","subject":"%s"}',
    "db_access": '{"time":"%s","event":"query","db_user":"u","statement":"%s"}',
    "rfc5424": "<34>1 %s host app 1 - - %s",
}
"""A readable line of each format that may write its time in ISO 8601, to be filled with time and text."""

_SLOT = "toStartOfFifteenMinutes(time) AS slot"

ANY_LINE = st.binary(min_size=1, max_size=300).map(lambda line: line.replace(b"\n", b"\x0b"))
NEAR_EVE = st.builds(
    lambda time, kind, rest: b'{"timestamp":"%s","event_type":"%s",%s}' % (time, kind, rest),
    st.sampled_from([b"2026-11-23T09:40:00.000000+0900", b"0000-00-00", b"9999-12-31T23:59:59Z", b"-1", b"1e400", b""]),
    st.sampled_from([b"alert", b"http", b"dns", b"x", b"\xff", b"\\u0000"]),
    st.one_of(
        st.sampled_from([b'"alert":[]', b'"alert":{"severity":-1}', b'"dns":{"queries":[null]}', b'"http":"\xff"']),
        ANY_LINE,
    ),
)
NEAR_SYSLOG = st.builds(
    lambda priority, time, app, text: b"<%d>1 %s host %s 1 - - %s" % (priority, time, app, text),
    st.integers(0, 1200),
    st.sampled_from([b"2026-11-23T09:26:00Z", b"-", b"1700-01-01T00:00:00Z", b"9999-12-31T23:59:59Z", b"\xff"]),
    st.sampled_from([b"sshd", b"sudo", b"su", b"CRON", b"\x00"]),
    ANY_LINE,
)


def load(store: Store, *lines: bytes, name: str = "rfc5424", site: str = "11110", feed: str = "auth") -> str:
    """Lines as a batch of their own, received at RECEIVED; returns the batch's id."""
    batch_id = uuid4().hex
    insert_lines(store, batch_id, [Lines(site, feed, name, RECEIVED, lines)])
    return batch_id


def kept(store: Store, batch_id: str) -> list[bytes]:
    """The lines of a batch as the store keeps them, in events and quarantine together."""
    rows = store.rows(
        "SELECT hex(line) FROM (SELECT seq, raw_data AS line FROM events WHERE batch_id = {batch_id:String}"
        " UNION ALL SELECT seq, line FROM quarantine WHERE batch_id = {batch_id:String}) ORDER BY seq",
        {"batch_id": batch_id},
    )
    return [bytes.fromhex(row[0]) for row in rows]


def intake(store: Store, batch_id: str) -> int:
    """Events and quarantined lines of a batch, as the intake account has them."""
    ((events, quarantined),) = store.rows(sql.query("batch_totals"), {"batch_id": batch_id})
    return int(events) + int(quarantined)


def counted(store: Store) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Quarter-hour totals as kept, and as counted from the events."""
    columns = "site, feed, attack_type, severity_id"
    totals = f"SELECT slot, {columns}, sum(events), sum(bytes) FROM events_15m GROUP BY slot, {columns} ORDER BY ALL"
    events = f"SELECT {_SLOT}, {columns}, count(), sum(length(raw_data)) FROM events GROUP BY ALL ORDER BY ALL"
    return store.rows(totals), store.rows(events)


@pytest.mark.store
@pytest.mark.parametrize("name", [*NAMES, "unheard_of"])
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.one_of(ANY_LINE, NEAR_EVE, NEAR_SYSLOG), min_size=1, max_size=60))
def test_whatever_is_sent_is_kept_byte_for_byte(store: Store, name: str, lines: Sequence[bytes]) -> None:
    """Lines in = events + quarantine, and each line is the same bytes as received."""
    batch_id = load(store, *lines, name=name)
    assert intake(store, batch_id) == len(lines)
    assert kept(store, batch_id) == list(lines)


@pytest.mark.store
@pytest.mark.parametrize("name", WITH_TIME)
def test_very_long_and_deep_lines_are_kept(store: Store, name: str) -> None:
    """Megabytes in one line, and nesting no parser follows, disturb neither themselves nor their neighbours."""
    good = WITH_TIME[name].encode() % (b"2026-11-23T09:40:00Z", b"%s")
    lines = [
        good % b"a",
        good % (b"b" * 3_000_000),
        b"x" * 3_000_000,
        b"[" * 200_000,
        b'{"a":' * 50_000,
        good.replace(b"%s", b"") + b"\x00" * 100_000,
        good % b"c",
    ]
    batch_id = load(store, *lines, name=name)
    assert intake(store, batch_id) == len(lines)
    assert kept(store, batch_id) == lines
    ends = store.rows("SELECT seq FROM events WHERE batch_id = {b:String} ORDER BY seq", {"b": batch_id})
    assert {(0,), (1,), (6,)} <= set(ends)


@pytest.mark.store
@pytest.mark.parametrize("name", WITH_TIME)
def test_a_time_that_cannot_be_true_is_replaced(store: Store, name: str) -> None:
    """A day ahead or 400 days back is a broken clock: the time of receipt stands in, what was told is kept."""
    for stamp in ("1970-01-01T00:00:00Z", "2025-10-18T00:59:59Z", "2026-11-24T01:00:01Z", "2105-01-01T00:00:00Z"):
        event = only_event(store, name, stamp)
        assert event["time"] == RECEIVED
        assert event["unmapped"]["original_time"] == stamp.replace("T", " ").replace("Z", ".000")


@pytest.mark.store
@pytest.mark.parametrize("name", WITH_TIME)
def test_a_time_that_can_be_true_is_kept(store: Store, name: str) -> None:
    """Late lines and slightly fast clocks keep their time, whatever their zone."""
    for stamp in ("2025-10-20T01:00:00Z", "2026-11-24T00:59:59Z", "2026-11-23T10:00:00+09:00"):
        event = only_event(store, name, stamp)
        assert event["time"] == datetime.fromisoformat(stamp)
        assert "original_time" not in event["unmapped"]


def only_event(store: Store, name: str, stamp: str) -> dict[str, Any]:
    """The event of one line with this time."""
    line = WITH_TIME[name] % (stamp, "text")
    [event] = store.records(sql.query("batch_events"), {"batch_id": load(store, line.encode(), name=name)})
    return event


@pytest.mark.store
def test_one_batch_may_hold_many_days(store: Store) -> None:
    """Lines of 200 different days arrive whole in one load, as after a long outage of a site."""
    days = [RECEIVED - timedelta(days=number) for number in range(200)]
    load(store, *(f"<34>1 {day.isoformat()} host app 1 - - text".encode() for day in days))
    assert store.rows("SELECT uniqExact(toDate(time)), count() FROM events") == [(200, 200)]
    assert uneven_days(store) == ()


@pytest.mark.store
def test_totals_are_those_of_the_events(store: Store) -> None:
    """Quarter-hour totals agree with the events by slot, site, feed, attack type and severity, over several loads."""
    text = "Failed password for root from 203.0.113.9 port 1 ssh2"
    for number in range(4):
        lines = [
            f"<{34 + second % 3}>1 {(RECEIVED - timedelta(seconds=second)).isoformat()} h {app} 1 - - {text}".encode()
            for second in range(0, 7200, 97)
            for app in ("sshd", "other")
        ]
        load(store, *lines, b"garbage", site=f"1111{number % 2}", feed=f"feed{number % 3}")
    totals, events = counted(store)
    assert len(events) > 20
    assert totals == events


@pytest.mark.store
def test_a_batch_larger_than_one_insert(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers within the batch go on over its inserts and its parts, and the intake counts all of them."""
    monkeypatch.setattr("secmon.store.load.AT_ONCE", 10)
    assert AT_ONCE > 10
    lines = [b"<34>1 2026-11-23T00:00:00Z h app 1 - - %d" % number for number in range(25)]
    parts = [
        Lines("11110", "auth", "rfc5424", RECEIVED, lines),
        Lines("11140", "ids", "suricata_eve", RECEIVED, [b"x"]),
    ]
    insert_lines(store, "large", parts)
    assert store.rows("SELECT seq FROM events ORDER BY seq") == [(number,) for number in range(25)]
    assert store.rows("SELECT seq, site, feed FROM quarantine") == [(25, "11140", "ids")]
    assert intake(store, "large") == 26


def test_no_lines_are_an_empty_table() -> None:
    """A batch of nothing has the columns of any other."""
    assert table_of([]).num_rows == 0
    assert table_of([]).schema == table_of([Lines("a", "b", "c", RECEIVED, [b"x"])]).schema


@pytest.mark.store
def test_a_removed_batch_leaves_no_trace(store: Store) -> None:
    """Events, quarantine, intake and totals are as if the batch had never come; others stay."""
    line = b"<34>1 2026-11-23T00:00:00Z h app 1 - - x"
    keep = load(store, line, b"bad")
    gone = load(store, line, line, b"bad", b"worse", b"<34>1 2026-11-20T00:00:00Z h app 1 - - x")
    assert remove_batches(store, [gone]) == ("2026-11-20", "2026-11-23")
    assert kept(store, gone) == []
    assert intake(store, gone) == 0
    assert kept(store, keep) == [line, b"bad"]
    totals, events = counted(store)
    assert totals == events
    assert len(events) == 1


@pytest.mark.store
def test_totals_of_half_a_batch_are_counted_again(store: Store) -> None:
    """After a crash between views the totals may know events that are not there: removal finds those days too."""
    load(store, b"<34>1 2026-11-23T00:00:00Z h app 1 - - x")
    store.command(
        "INSERT INTO events_15m VALUES ('2026-11-21 00:00:00', '11110', 'auth', '', 5, 3, 90),"
        " ('2026-11-23 00:00:00', '11110', 'auth', '', 5, 1, 30)"
    )
    assert uneven_days(store) == ("2026-11-21", "2026-11-23")
    remove_batches(store, ["interrupted"])
    assert uneven_days(store) == ()
    totals, events = counted(store)
    assert totals == events


@pytest.mark.store
def test_removing_nothing_does_nothing(store: Store) -> None:
    """No batch to remove, no day to rebuild."""
    load(store, b"<34>1 2026-11-23T00:00:00Z h app 1 - - x")
    assert remove_batches(store, []) == ()
    rebuild_day(store, "2026-11-23")
    assert uneven_days(store) == ()
