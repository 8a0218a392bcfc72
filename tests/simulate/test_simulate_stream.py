"""Streams are a pure function of seed, site, feed and time, however they are read."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stream_reading import START, TOWNS, read_all

from secmon.errors import UsageError
from secmon.simulate.background import FEEDS
from secmon.simulate.plan import parse_run, play
from secmon.simulate.stream import Cursor, Streams

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("feed", list(FEEDS))
def test_same_seed_same_bytes(feed: str) -> None:
    """Streams of one seed hold the same bytes, wherever history begins and whatever else was read."""
    early = Streams(seed=1, rate=200, since=START - HOUR)
    late = Streams(seed=1, rate=200, since=START)
    read_all(early, TOWNS[5], feed, START)
    boundary = early.lines(TOWNS[0], feed, None, 50_000, START - timedelta(microseconds=1)).cursor
    tail = early.lines(TOWNS[0], feed, boundary, 50_000, START + HOUR / 6).lines
    assert tail == read_all(late, TOWNS[0], feed, START + HOUR / 6)


def test_different_seed_differs() -> None:
    """Another seed is another day."""
    one, other = (Streams(seed=seed, rate=200, since=START) for seed in (1, 2))
    assert read_all(one, TOWNS[0], "ids", START + HOUR) != read_all(other, TOWNS[0], "ids", START + HOUR)


@settings(max_examples=25, deadline=None)
@given(limit=st.integers(1, 400), site=st.integers(0, 225), feed=st.sampled_from(list(FEEDS)))
def test_paging_with_any_limit_gives_the_same_lines(limit: int, site: int, feed: str) -> None:
    """Pages of any size add up to the one big page."""
    streams = Streams(seed=3, rate=150, since=START)
    now = START + timedelta(minutes=12, seconds=34.567)
    assert read_all(streams, TOWNS[site], feed, now, limit) == read_all(streams, TOWNS[site], feed, now)


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(st.integers(1, 40_000_000), min_size=5, max_size=30))
def test_nothing_is_lost_or_doubled_across_the_edge_of_now(steps: list[int]) -> None:
    """Polling at any moments, in the middle of lines' seconds, gives each line once."""
    town, now = TOWNS[0], START
    polled = Streams(seed=4, rate=400, since=START)
    cursor, parts = None, list[bytes]()
    for step in steps:
        now += timedelta(microseconds=step)
        page = polled.lines(town, "ids", cursor, 50_000, now)
        assert not page.more
        cursor = page.cursor
        parts.append(page.lines)
    assert b"".join(parts) == read_all(Streams(seed=4, rate=400, since=START), town, "ids", now)


def test_lines_are_released_when_their_time_has_come() -> None:
    """Nothing later than now is shown, and what is shown is in time order."""
    now = START + timedelta(minutes=3, seconds=17)
    lines = read_all(Streams(seed=5, rate=900, since=START), TOWNS[0], "ids", now).decode().splitlines()
    stamps = [line[14:40] for line in lines]
    assert stamps == sorted(stamps)
    assert stamps[-1] <= "2026-03-04T11:03:17.000000"
    assert stamps[-1] > "2026-03-04T11:03:00.000000"


def test_no_new_lines_keep_the_cursor() -> None:
    """An empty page gives back the cursor it was asked with."""
    streams = Streams(seed=5, rate=100, since=START)
    first = streams.lines(TOWNS[0], "ids", None, 50_000, START + HOUR)
    again = streams.lines(TOWNS[0], "ids", first.cursor, 50_000, START + HOUR)
    assert (again.lines, again.cursor, again.more) == (b"", first.cursor, False)


def test_injected_lines_do_not_move_the_background() -> None:
    """Without the attack's lines an attacked stream is the quiet stream."""
    run = parse_run("ssh-guessing:11110@+10m", START, ["11110"])
    injected = [line for played in play([run], TOWNS, 6) for line in played.lines]
    quiet = Streams(seed=6, rate=100, since=START)
    attacked = Streams(seed=6, rate=100, since=START, injected=injected)
    added = {line.line for line in injected if line.feed == "auth"}
    lines = read_all(attacked, TOWNS[0], "auth", START + HOUR).decode().splitlines(keepends=True)
    assert (
        "".join(line for line in lines if line not in added) == read_all(quiet, TOWNS[0], "auth", START + HOUR).decode()
    )
    assert sum(line in added for line in lines) == len(added)


@pytest.mark.parametrize("text", ["", "x", "12", "12.", ".3", "-1.2", "1.-2", "1.2.3", "١.٢", "9" * 13 + ".0"])
def test_a_cursor_of_somebody_else_is_refused(text: str) -> None:
    """Only the text that was given out is taken back."""
    with pytest.raises(UsageError, match="malformed cursor"):
        Cursor.parse(text)


def test_a_cursor_from_long_before_the_history_is_refused() -> None:
    """A reader cannot make the simulator walk through decades."""
    with pytest.raises(UsageError, match="more than a year"):
        Streams(seed=1, rate=1, since=START).lines(TOWNS[0], "ids", Cursor(0, 0), 10, START)


def test_a_reader_who_waits_for_long_loses_nothing() -> None:
    """Empty answers for hours, then lines: each once, in a feed that hardly ever writes."""
    streams, town = Streams(seed=8, rate=3, since=START), TOWNS[40]
    cursor, parts = None, list[bytes]()
    for minute in range(0, 24 * 60, 7):
        page = streams.lines(town, "db", cursor, 3, START + timedelta(minutes=minute))
        cursor = page.cursor
        parts.append(page.lines)
    assert parts.count(b"") > 100
    read = b"".join(parts) + streams.lines(town, "db", cursor, 10_000, START + 24 * HOUR).lines
    assert read == read_all(Streams(seed=8, rate=3, since=START), town, "db", START + 24 * HOUR)
    assert read.count(b"\n") > 5
