"""Every fault does what it says, over real HTTP, and can be told."""

import json
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

import httpx
import pytest
from simulator_process import Simulator
from stream_reading import START, TOWNS, read_all

from secmon.errors import UsageError
from secmon.simulate.background import FEEDS
from secmon.simulate.corruptions import GARBAGE, skewed
from secmon.simulate.fault import KINDS, Faults, parse_fault
from secmon.simulate.stream import Streams

pytest_plugins = ("running_simulators",)

HOUR = timedelta(hours=1)
CODES = [town.code for town in TOWNS]
FAULTS = {
    "down": "down:11110",
    "refuse": "refuse:11140",
    "slow": "slow=1:11170/ids",
    "errors": "errors:11200",
    "truncated": "truncated:11215",
    "cut-line": "cut-line:11230/ids",
    "garbage": "garbage=4:11260",
    "duplicates": "duplicates:11290",
    "reordered": "reordered:11305",
    "skewed": "skewed=+7200:11320",
    "flood": "flood=30:11350/auth",
}


@pytest.fixture(scope="module")
def faulty(launch_shared: Callable[..., Simulator]) -> Simulator:
    """A simulator with one site for each fault."""
    return launch_shared(faults=list(FAULTS.values()), start=None, rate=3000.0)


@pytest.fixture(scope="module")
def healthy(launch_shared: Callable[..., Simulator]) -> Simulator:
    """The same without faults."""
    return launch_shared(start=None, rate=3000.0)


def _both(faulty: Simulator, healthy: Simulator, site: str, feed: str = "ids") -> tuple[list[bytes], list[bytes]]:
    """The same page with and without the fault; both are of minutes that are over."""
    after = f"{int(time.time()) // 60 - 30}.0"
    spoilt, good = (one.get(site, feed, after=after, limit=200).content for one in (faulty, healthy))
    return spoilt.splitlines(keepends=True), good.splitlines(keepends=True)


def test_the_faults_of_this_page_are_all_there_are() -> None:
    """Each kind is tested below."""
    assert set(FAULTS) == set(KINDS)


def test_down_answers_503(faulty: Simulator) -> None:
    """Whatever is asked of the site."""
    assert {faulty.get("11110", feed).status_code for feed in FEEDS} == {503}
    assert faulty.get("11110", "ids", token="").status_code == 503


def test_refuse_closes_the_connection(faulty: Simulator) -> None:
    """No answer at all."""
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        faulty.get("11140", "ids")


def test_slow_answers_late_and_lets_others_through(faulty: Simulator) -> None:
    """The feed that is hit takes its time, the site's others do not."""
    began = time.monotonic()
    assert faulty.get("11170", "ids").status_code == 200
    late = time.monotonic() - began
    assert late >= 1
    began = time.monotonic()
    assert faulty.get("11170", "auth").status_code == 200
    assert time.monotonic() - began < late


def test_errors_come_most_of_the_time(faulty: Simulator) -> None:
    """About three of four answers are 500, the others are good."""
    codes = Counter(faulty.get("11200", "auth", limit=5).status_code for _ in range(60))
    assert set(codes) == {200, 500}
    assert 32 <= codes[500] <= 56


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_truncated_breaks_off(faulty: Simulator, encoding: str) -> None:
    """The promised length does not come."""
    with pytest.raises(httpx.RemoteProtocolError):
        faulty.get("11215", "ids", encoding=encoding)


def test_cut_line_ends_inside_a_line(faulty: Simulator, healthy: Simulator) -> None:
    """Length and body agree, and the last line is not whole."""
    spoilt, good = _both(faulty, healthy, "11230")
    assert spoilt[:-1] == good[: len(spoilt) - 1]
    assert not spoilt[-1].endswith(b"\n")
    assert good[len(spoilt) - 1].startswith(spoilt[-1])


def test_garbage_lies_between_the_good_lines(faulty: Simulator, healthy: Simulator) -> None:
    """All good lines are there, in order, and some more."""
    spoilt, good = _both(faulty, healthy, "11260")
    assert [line for line in spoilt if line not in GARBAGE] == good
    assert 20 < len(spoilt) - len(good) < 100


def test_duplicates_come_twice(faulty: Simulator, healthy: Simulator) -> None:
    """The first quarter comes again at the end."""
    spoilt, good = _both(faulty, healthy, "11290")
    assert spoilt == [*good, *good[:50]]


def test_reordered_lines_are_the_same_lines(faulty: Simulator, healthy: Simulator) -> None:
    """Nothing is lost, but the order."""
    spoilt, good = _both(faulty, healthy, "11305")
    assert spoilt != good
    assert sorted(spoilt) == sorted(good)


def test_skewed_times_are_off(faulty: Simulator, healthy: Simulator) -> None:
    """Times in the lines are two hours late, their release is not."""
    spoilt, good = _both(faulty, healthy, "11320")
    assert len(spoilt) == len(good)
    for one, other in zip(spoilt, good, strict=True):
        late, right = (datetime.fromisoformat(json.loads(line)["timestamp"]) for line in (one, other))
        assert late - right == 2 * HOUR


def test_a_flood_is_many_lines(faulty: Simulator, healthy: Simulator) -> None:
    """Thirty times the usual, in the feed that is hit only."""
    after = f"{int(time.time()) // 60 - 30}.0"
    flooded, usual = (one.get("11350", "auth", after=after, limit=50_000).content for one in (faulty, healthy))
    assert flooded.count(b"\n") > 10 * usual.count(b"\n")
    other, same = (one.get("11350", "ids", after=after, limit=50).content for one in (faulty, healthy))
    assert other == same


def test_sites_without_faults_are_as_ever(faulty: Simulator, healthy: Simulator) -> None:
    """A fault does not spread."""
    spoilt, good = _both(faulty, healthy, "11500")
    assert spoilt == good


@pytest.mark.parametrize("feed", list(FEEDS))
def test_every_form_of_time_can_be_skewed(feed: str) -> None:
    """Whatever a format writes its times as, a skewed line differs in them, and back again it does not."""
    streams = Streams(seed=1, rate=3000, since=START)
    lines = read_all(streams, TOWNS[0], feed, START + timedelta(minutes=3)).splitlines(keepends=True)[:200]
    later, count = skewed(lines, 90_061, Random(0))
    assert count == len(lines) > 20
    assert [len(line) for line in later] == [len(line) for line in lines]
    assert skewed(later, -90_061, Random(0))[0] == lines


def test_a_flood_does_not_move_what_was_read() -> None:
    """Lines before a flood begins are the same with it; those after contain the quiet ones."""
    quiet, loud = (Streams(seed=4, rate=400, since=START) for _ in range(2))
    fault = parse_fault("flood=10:11110/ids@+4m..+6m", START, CODES)
    loud.flood([fault.flood])
    before = START + timedelta(minutes=4, microseconds=-1)
    assert read_all(quiet, TOWNS[0], "ids", before) == read_all(loud, TOWNS[0], "ids", before)
    was, now = (
        Counter(read_all(one, TOWNS[0], "ids", START + timedelta(minutes=10)).splitlines()) for one in (quiet, loud)
    )
    assert not was - now
    assert (now - was).total() > 1000


def test_faults_begin_and_end() -> None:
    """Without times a fault is always there; with them it is there from the first until before the last."""
    faults = Faults(parse_fault(text, START, CODES) for text in ("down:11110", "errors:*/vpn@+60s..+2m"))
    at = [START + timedelta(seconds=seconds) for seconds in (0, 60, 119, 120)]
    assert [set(faults.hitting("11110", "ids", moment)) for moment in at] == [{"down"}] * 4
    assert [set(faults.hitting("11140", "vpn", moment)) for moment in at] == [set(), {"errors"}, {"errors"}, set()]
    assert faults.hitting("11110", "ids", datetime(1999, 1, 1, tzinfo=UTC))
    assert faults.end(1, START)
    assert not faults.end(1, START)
    assert not faults.hitting("11110", "ids", START)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("up:11110", "write KIND:CODE"),
        ("down", "write KIND:CODE"),
        ("down:", "write KIND:CODE"),
        ("down:99999", "no site has the code '99999'"),
        ("down:11110@", "is not a time"),
        ("down:11110@soon", "is not a time"),
        ("down:11110@+60s..", "is not a time"),
        ("down:11110@+60s..+30s", "ends before it begins"),
        ("down=3:11110", "write KIND:CODE"),
        ("slow=:11110", "takes a number from 0 to 600"),
        ("slow=-1:11110", "takes a number from 0 to 600"),
        ("slow=1e9:11110", "takes a number"),
        ("flood=99999:11110", "takes a number from 1 to 1000"),
        ("slow:11110/phone", "no feed has the name 'phone'"),
        ("slow:11110/", "no feed has the name ''"),
        ("\x00:\x00", "write KIND:CODE"),
    ],
)
def test_bad_fault_texts_say_what_is_allowed(text: str, said: str) -> None:
    """A fault needs a known kind, site, feed and time."""
    with pytest.raises(UsageError) as refused:
        parse_fault(text, START, CODES)
    assert said in str(refused.value)
