"""Every definition loads, plays, and tells the truth."""

import json
from collections import Counter
from datetime import timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from stream_reading import START, TOWNS, read_all

from secmon.errors import UsageError
from secmon.simulate.background import FEEDS
from secmon.simulate.fault import KINDS
from secmon.simulate.plan import Played, merge, parse_run, parse_runs, play
from secmon.simulate.scenarios.definition import by_name, load_scenarios, parse_scenario, scenario_names
from secmon.simulate.scenarios.event_views import WHATS
from secmon.simulate.scenarios.script import Scenario
from secmon.simulate.stream import Streams
from secmon.simulate.truth import truth
from secmon.simulate.volume import FEED_SHARE

CODES = [town.code for town in TOWNS]
BY_CODE = {town.code: town for town in TOWNS}
ATTACKS = {
    *("ddos-wave", "dns-outage", "defacement", "web-shell-cms", "provider-ransomware", "vpn-ransomware"),
    *("rdp-guessing", "stolen-certificates", "phishing", "resident-data-leak", "sweep-scan", "sensor-silenced"),
    "ssh-guessing",
}
DECOYS = {
    *("planned-maintenance", "authorised-scan", "forgotten-password", "backup-job", "portal-rush", "link-down"),
}
VISIBLE = {
    "ddos-wave": {"firewall", "web", "waf", "ids"},
    "dns-outage": {"dns"},
    "defacement": {"waf", "web", "endpoint"},
    "web-shell-cms": {"endpoint", "waf", "web", "vpn"},
    "provider-ransomware": {"endpoint", "firewall"},
    "vpn-ransomware": {"vpn", "endpoint"},
    "rdp-guessing": {"firewall", "endpoint"},
    "stolen-certificates": {"vpn", "db"},
    "phishing": {"mail", "endpoint", "dns", "firewall"},
    "resident-data-leak": {"waf", "web", "db", "firewall"},
    "sweep-scan": {"ids", "waf", "firewall"},
    "sensor-silenced": {"vpn", "endpoint"},
}
MANY_SITES = {
    "ddos-wave": 5,
    "dns-outage": 4,
    "web-shell-cms": 3,
    "provider-ransomware": 5,
    "stolen-certificates": 3,
    "phishing": 3,
    "sweep-scan": 10,
}
GOOD = """
name: example
kind: attack
title: {ko: 예, en: Example}
precedent: None.
sites: {choose: one}
source: $intruder
cast: {intruder: {is: address}, victim: {is: staff}}
phases:
  - name: one
    seconds: [0, 10]
    attack_type: malware
    technique: T1059.001
    occurs: [{what: vpn-login, seen: [vpn], source: $intruder, user: $victim}]
expects: []
"""


@cache
def _played(name: str, seed: int = 5) -> Played:
    (played,) = play([parse_run(f"{name}@+60s", START, CODES)], TOWNS, seed)
    return played


def test_all_scenarios_and_decoys_are_there() -> None:
    """Twelve scenarios of the field, the first one of all, and six decoys."""
    assert {one.name for one in load_scenarios() if one.kind == "attack"} == ATTACKS
    assert {one.name for one in load_scenarios() if one.kind == "decoy"} == DECOYS
    assert set(scenario_names()) == ATTACKS | DECOYS
    used = {occurs.what for one in load_scenarios() for step in one.steps for occurs in step.occurs}
    assert set(WHATS) == used


@pytest.mark.parametrize("scenario", load_scenarios(), ids=lambda scenario: scenario.name)
def test_a_definition_says_what_it_is(scenario: Scenario) -> None:
    """Titles in both languages; attacks have types, techniques and something to expect, decoys none of it."""
    assert scenario.title_ko != scenario.title_en
    assert scenario.precedent
    for step in scenario.steps:
        assert bool(step.phase.attack_type) == bool(step.phase.technique) == (scenario.kind == "attack")
    assert bool(scenario.expects) == (scenario.kind == "attack")


@pytest.mark.parametrize("name", sorted(ATTACKS | DECOYS))
def test_a_scenario_plays(name: str) -> None:
    """Its lines lie in its time, come from planned addresses, are of its feeds' formats, and repeat."""
    played = _played(name)
    assert played.lines or played.silences
    again = play([parse_run(f"{name}@+60s", START, CODES), parse_run("link-down@+9h", START, CODES)], TOWNS, 5)
    assert again[0].lines == played.lines
    start = (START + timedelta(seconds=60)).timestamp() * 10**6
    for line in played.lines:
        assert 0 <= line.at - start <= (by_name()[name].seconds + 30) * 10**6
        assert line.line.count("\n") == 1
        assert line.line.endswith("\n")
        if FEEDS[line.feed].format in {"suricata_eve", "modsecurity", "winlogbeat", "rspamd", "db_access", "zeek_json"}:
            json.loads(line.line)
        assert "$" not in line.line.replace("${jndi", "").replace("FS01$", "")
    assert VISIBLE.get(name, set()) <= {line.feed for line in played.lines}
    sites = {line.site for line in played.lines} | {silence.site for silence in played.silences}
    assert len(sites) >= MANY_SITES.get(name, 1)
    assert (len(sites) == 1) == (by_name()[name].sites.choose == "one")


@pytest.mark.parametrize("name", ["web-shell-cms", "dns-outage", "phishing", "sensor-silenced", "planned-maintenance"])
def test_the_truth_is_what_is_served(name: str) -> None:
    """With its silences, a played stream is the quiet one without the silences' lines and with the truth's."""
    played = _played(name)
    kept = {"seed": 9, "rate": 200.0, "since": START}
    loud = Streams(**kept, injected=played.lines, silences=played.silences)  # type: ignore[arg-type]
    quiet = Streams(**kept)  # type: ignore[arg-type]
    entries = [json.loads(line) for line in truth([played]).splitlines()]
    told = Counter((entry["site"], entry["feed"], entry["line"]) for entry in entries if "until" not in entry)
    found: Counter[tuple[str, str, str]] = Counter()
    sites = {line.site for line in played.lines} | {silence.site for silence in played.silences}
    for site in sorted(sites)[:5]:
        for feed in FEEDS:
            now = START + timedelta(minutes=45)
            there, was = (read_all(one, BY_CODE[site], feed, now).decode().splitlines() for one in (loud, quiet))
            found.update({(site, feed, line): count for line, count in (Counter(there) - Counter(was)).items()})
            lost = Counter(was) - Counter(there)
            assert bool(lost) == any(silence.site == site and silence.feed == feed for silence in played.silences)
    expected = Counter({key: count for key, count in told.items() if key[0] in sorted(sites)[:5]})
    assert found == expected


def test_silences_are_told_and_kept() -> None:
    """In a silence a feed writes nothing, not even another scenario's lines; before and after it does."""
    runs = [parse_run(f"{text}@+60s", START, CODES) for text in ("sensor-silenced:11110", "ssh-guessing:11110")]
    played = play(runs, TOWNS, 5)
    silence = next(one for one in played[0].silences if one.feed == "auth")
    assert not any(silence.covers(one.site, one.feed, one.at) for run in played for one in run.lines)
    assert len(played[1].lines) < len(play(runs[1:], TOWNS, 5)[0].lines)
    entries = [json.loads(line) for line in truth(played).splitlines()]
    silences = [entry for entry in entries if "until" in entry]
    assert {entry["feed"] for entry in silences} == {"endpoint", "ids", "auth"}
    assert {(entry["kind"], entry["technique"]) for entry in silences} == {("attack", "T1562.001")}
    streams = Streams(
        seed=1, rate=5000, since=START, injected=[], silences=[one for run in played for one in run.silences]
    )
    times = [
        line.split(" ")[1]
        for line in read_all(streams, TOWNS[0], "auth", START + timedelta(hours=1)).decode().splitlines()
    ]
    assert not [time for time in times if "2026-03-04T11:03:15" < time < "2026-03-04T11:33:00"]
    assert [time for time in times if time < "2026-03-04T11:03:00"]
    assert [time for time in times if time > "2026-03-04T11:34:00"]


def test_groups_share_what_they_are_said_to_share() -> None:
    """Sites of a vendor's or provider's scenario share it; a site that was asked for is one of them."""
    for name, key in (("web-shell-cms", "vendor"), ("provider-ransomware", "provider"), ("dns-outage", "province")):
        (played,) = play([parse_run(f"{name}:26110@+60s", START, CODES)], TOWNS, 5)
        sites = {line.site for line in played.lines}
        assert "26110" in sites
        assert len({getattr(BY_CODE[site], key) for site in sites}) == 1
    assert len({town.vendor for town in TOWNS}) == 9
    assert len({town.provider for town in TOWNS}) == 6


def test_everything_can_be_played_one_after_the_other() -> None:
    """`all` runs every scenario once, none beside another; a restart repeats the past and does not double it."""
    runs = parse_runs("all@-6h", START, CODES)
    assert [one.run.scenario for one in runs] == sorted(ATTACKS | DECOYS)
    for one, following in pairwise(runs):
        length = timedelta(seconds=by_name()[one.run.scenario].seconds)
        assert one.run.start + length < following.run.start
    kept = merge((), runs)
    assert len(kept) == len(runs)
    assert merge(kept, parse_runs("all@-6h", START + timedelta(hours=1), CODES)) == kept


def test_a_definition_of_ones_own_loads() -> None:
    """The smallest useful definition."""
    assert parse_scenario("example.yml", GOOD).steps[0].occurs[0].seen == ("vpn",)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("name: example\n", "name: other\n", "must be called other.yml"),
        ("kind: attack", "kind: joke", "must be one of attack, decoy"),
        ("kind: attack", "kind: decoy", "neither attack_type nor technique"),
        ("choose: one", "choose: all", "must be one of one, spread"),
        ("choose: one", "choose: spread", "count is needed"),
        ("[0, 10]", "[10, 0]", "seconds must rise"),
        ("[0, 10]", "soon", "must be \\[begin, end\\]"),
        ("T1059.001", "T1", "must look like"),
        ("malware", "bad", "must be one of denial_of_service"),
        ("what: vpn-login", "what: dance", "must be one of request"),
        ("seen: [vpn]", "seen: [web]", "seen must name feeds"),
        ("user: $victim", "user: $nobody", "nobody is called"),
        ("user: $victim", "user: a$", "lone \\$"),
        (", user: $victim", "", "user is missing"),
        ("user: $victim", "user: $victim, colour: red", "is not known here"),
        ("user: $victim", "user: $victim, times: 0", "times must be"),
        ("user: $victim", "user: $victim, times: 9-3", "times must be"),
        ("user: $victim", "user: [x]", "must be a text"),
        ("is: staff", "is: king", "must be one of address"),
        ("is: staff", "is: text", "a text needs it"),
        ("expects: []", "expects: [1]", "write a mapping"),
        ("expects: []", "silence: []", "is not known here"),
        ("title:", "title: [", "not valid YAML"),
        ("    occurs:", "    silence: [phone]\n    occurs:", "no feed"),
    ],
)
def test_mistakes_in_definitions_are_named(old: str, new: str, said: str) -> None:
    """A definition with a mistake is refused with file and place."""
    assert old in GOOD
    with pytest.raises(UsageError, match=said) as refused:
        parse_scenario("example.yml", GOOD.replace(old, new, 1))
    assert str(refused.value).startswith("example.yml")


@pytest.mark.parametrize("text", ["", "3", "[]", "name: example\n", "!!python/object/apply:os.system [ls]"])
def test_what_is_no_definition_is_refused(text: str) -> None:
    """Hostile or empty files are errors, and run nothing."""
    with pytest.raises(UsageError, match=r"example\.yml"):
        parse_scenario("example.yml", text)


def test_the_page_tells_of_everything() -> None:
    """docs/simulate.md names every feed with its format and share, every scenario, decoy and fault."""
    page = (Path(__file__).parents[2] / "docs" / "simulate.md").read_text("utf-8")
    for name, feed in FEEDS.items():
        assert f"| `{name}` | `{feed.format}` | {FEED_SHARE[name]:.0%} |".replace("%", " %") in page
    for scenario in load_scenarios():
        row = f"| `{scenario.name}` | {scenario.title_en}" if scenario.kind == "attack" else f"`{scenario.name}`"
        assert row in page
    for kind, does in KINDS.items():
        assert f"| `{kind}` | {does} |" in page
