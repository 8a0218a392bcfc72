"""Attacks inject exactly what the ground truth says."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from stream_reading import START, TOWNS, read_all

from secmon.errors import UsageError
from secmon.simulate.background import FEEDS
from secmon.simulate.plan import PlannedRun, load_plan, merge, parse_run, play, save_plan
from secmon.simulate.stream import Streams
from secmon.simulate.truth import truth

HOUR = timedelta(hours=1)
CODES = ("11110", "11140")
TEXTS = ("ssh-guessing:11110@+2m", "ssh-guessing@+9m", "sweep-scan@+5m")


def _plan(*texts: str) -> list[PlannedRun]:
    return [parse_run(text, START, [town.code for town in TOWNS]) for text in texts]


def _entries(content: bytes) -> list[dict[str, str]]:
    return [json.loads(line) for line in content.splitlines()]


def test_scenarios_inject_exactly_the_truth() -> None:
    """All attacked streams minus the quiet ones are the truth's lines, site by site and feed by feed."""
    played = play(_plan(*TEXTS), TOWNS, seed=9)
    attacked = Streams(seed=9, rate=60, since=START, injected=[line for run in played for line in run.lines])
    quiet = Streams(seed=9, rate=60, since=START)
    found: Counter[tuple[str, str, str]] = Counter()
    for town in TOWNS:
        for feed in FEEDS:
            for streams, sign in ((attacked, 1), (quiet, -1)):
                for line in read_all(streams, town, feed, START + HOUR / 2).decode().splitlines():
                    found[town.code, feed, line] += sign
    told = Counter((entry["site"], entry["feed"], entry["line"]) for entry in _entries(truth(played)))
    assert +found == told
    assert not -found


def test_truth_is_the_same_for_the_same_seed_and_plan() -> None:
    """Truth is byte-identical for a seed and differs for another; its times are those in the lines."""
    one, again, other = (truth(play(_plan(*TEXTS), TOWNS, seed)) for seed in (1, 1, 2))
    assert one == again
    assert one != other
    for entry in _entries(one):
        if entry["feed"] in {"ids", "auth"}:
            stamp = entry["line"][14:40] + "+09:00" if entry["feed"] == "ids" else entry["line"].split(" ")[1]
            assert datetime.fromisoformat(entry["time"]) == datetime.fromisoformat(stamp)


def test_truth_does_not_depend_on_the_order_of_the_plan() -> None:
    """A run is played the same whatever runs stand beside it."""
    there, back = (truth(play(_plan(*texts), TOWNS, 1)) for texts in (TEXTS, TEXTS[::-1]))
    assert there == back


def test_ssh_guessing_tells_its_story() -> None:
    """80 to 150 failures, one login from the same foreign source, root, a new account, the password file."""
    for seed in range(12):
        entries = _entries(truth(play(_plan(TEXTS[0]), TOWNS, seed)))
        (source,) = {entry["source"] for entry in entries}
        assert source.startswith("198.51.100.")
        assert {entry["site"] for entry in entries} == {"11110"}
        auth = [entry["line"] for entry in entries if entry["feed"] == "auth"]
        failures = [line for line in auth if f"from {source} port" in line and "Failed password" in line]
        assert 80 <= len(failures) <= 150
        order = ["Failed", "Accepted password", "COMMAND=/bin/bash", "new user: name=", "/etc/shadow"]
        places = [next(n for n, line in enumerate(auth) if text in line) for text in order]
        assert places == sorted(places)
        alerts = [line for entry in entries if '"event_type":"alert"' in (line := entry["line"])]
        assert len(alerts) == 1
        assert json.loads(alerts[0])["alert"]["severity"] == 2
        times = [datetime.fromisoformat(entry["time"]) for entry in entries]
        assert times[-1] - times[0] < timedelta(minutes=5)
        assert times[0] >= START + timedelta(minutes=2)


def test_sweep_scan_touches_many_sites() -> None:
    """One source at 24 sites of several provinces within eight minutes, with one or two severe alerts."""
    provinces = {town.code: town.province for town in TOWNS}
    for seed in range(12):
        entries = _entries(truth(play(_plan(TEXTS[2]), TOWNS, seed)))
        sites = {entry["site"] for entry in entries}
        assert len(sites) == 24
        assert len({provinces[site] for site in sites}) >= 5
        assert len({entry["source"] for entry in entries}) == 1
        severe = [entry for entry in entries if '"severity":1' in entry["line"]]
        assert 1 <= len(severe) <= 2
        assert {entry["attack_type"] for entry in severe} == {"privilege_acquisition"}
        times = [datetime.fromisoformat(entry["time"]) for entry in entries]
        assert times[-1] - times[0] < timedelta(minutes=8)
        assert {entry["feed"] for entry in entries} == {"ids", "waf", "web", "firewall"}


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("sweep-scan@+60s", START + timedelta(seconds=60)),
        ("sweep-scan@-3h", START - 3 * HOUR),
        ("ssh-guessing:11140@-15m", START - HOUR / 4),
        ("sweep-scan@2026-11-23T10:00:00+09:00", datetime(2026, 11, 23, 1, tzinfo=UTC)),
    ],
)
def test_times_may_be_relative_or_absolute(text: str, when: datetime) -> None:
    """Relative times count from the start of the process."""
    assert parse_run(text, START, CODES).run.start == when


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ddos@+60s", "ssh-guessing, stolen-certificates, sweep-scan"),
        ("sweep-scan", "write NAME@WHEN"),
        ("sweep-scan@", "units s, m, h"),
        ("sweep-scan@60s", "units s, m, h"),
        ("sweep-scan@+1d", "units s, m, h"),
        ("sweep-scan@2026-11-23T10:00:00", "with offset"),
        ("sweep-scan@-999999h", "."),
        ("sweep-scan@0001-01-01T00:00:00+09:00", "with offset"),
        ("sweep-scan:11110@+1s", "leave ':11110' out"),
        ("ssh-guessing:99999@+1s", "no site has the code '99999'"),
        ("ssh-guessing:@+1s", "no site has the code ''"),
    ],
)
def test_bad_scenario_texts_say_what_is_allowed(text: str, said: str) -> None:
    """A text that cannot be played is refused with what to write instead."""
    if text == "sweep-scan@-999999h":
        assert parse_run(text, START, CODES).run.start.year == 1912
        return
    with pytest.raises(UsageError) as refused:
        parse_run(text, START, CODES)
    assert said in str(refused.value)


def test_a_plan_file_keeps_the_past(tmp_path: Path) -> None:
    """A restart keeps runs that looked back where they were, and adds those that look ahead."""
    path = tmp_path / "deep" / "plan.json"
    first = merge((), [parse_run("sweep-scan@-3h", START, CODES), parse_run("ssh-guessing@+60s", START, CODES)])
    save_plan(path, first)
    later = START + HOUR
    asked = [parse_run("sweep-scan@-3h", later, CODES), parse_run("ssh-guessing@+60s", later, CODES)]
    kept = load_plan(path, CODES)
    assert kept == first
    assert [one.run.start for one in merge(kept, asked)] == [
        START - 3 * HOUR,
        START + timedelta(seconds=60),
        later + timedelta(seconds=60),
    ]
    assert merge(kept, [parse_run("ssh-guessing@+60s", START, CODES)]) == first


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"runs": 3}',
        '{"runs": [{"text": "x"}]}',
        '{"runs": ["x"]}',
        '{"runs": [{"scenario": "ddos", "site": "", "start": "2026-01-01T00:00:00+00:00", "text": "x"}]}',
    ],
)
def test_a_damaged_plan_is_refused(tmp_path: Path, content: str) -> None:
    """The message names the file and what to do."""
    path = tmp_path / "plan.json"
    path.write_text(content)
    with pytest.raises(UsageError, match="move it away"):
        load_plan(path, CODES)
