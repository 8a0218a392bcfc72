"""Findings of correlations: windows, late events, campaigns, episodes."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from writing_rules import DETECTED, FROM, START, TO, failed_login, ruleset, write_correlation

from secmon.detection.correlation.engine import correlate
from secmon.detection.correlation.episodes import EpisodeShare, LookBack, changed_findings
from secmon.detection.engine.batches import Batches
from secmon.detection.sigma.ruleset import RuleSet
from secmon.store.client import Store
from secmon.store.load import Lines, insert_lines

FAILED = {"selection": {"status_id": 2}, "condition": "selection"}
GUESSING = {
    "type": "event_count",
    "rules": ["base"],
    "group-by": ["site", "src_ip"],
    "timespan": "60s",
    "condition": {"gte": 4},
}
CAMPAIGN = {
    "type": "value_count",
    "rules": ["base"],
    "group-by": ["src_ip"],
    "timespan": "60s",
    "condition": {"field": "site", "gte": 3},
}


@pytest.fixture
def guessing(tmp_path: Path) -> RuleSet:
    """Four failures within a minute at one site."""
    return ruleset(write_correlation(tmp_path, "guessing", GUESSING, FAILED))


@pytest.fixture
def campaign(tmp_path: Path) -> RuleSet:
    """Failures at three sites within a minute."""
    return ruleset(write_correlation(tmp_path, "campaign", CAMPAIGN, FAILED))


def batch(store: Store, rules: RuleSet, batch_id: str, seconds: Sequence[float], site: str = "11110") -> int:
    """Failed logins of one source at these seconds as a new batch; returns the findings written."""
    sites = [(site, seconds)]
    return batch_at(store, rules, batch_id, sites)


def batch_at(store: Store, rules: RuleSet, batch_id: str, sites: Sequence[tuple[str, Sequence[float]]]) -> int:
    """The same at several sites."""
    parts = [
        Lines(site, "linux", "rfc5424", START + timedelta(minutes=30), [*map(failed_login, seconds)])
        for site, seconds in sites
    ]
    insert_lines(store, batch_id, parts)
    return again(store, rules, batch_id)


def again(store: Store, rules: RuleSet, *batch_ids: str) -> int:
    """The correlations over batches that are loaded already."""
    report = correlate(store, rules, Batches.of(batch_ids, FROM, TO), DETECTED)
    assert not report.errors
    return report.findings


def findings(store: Store) -> list[tuple[Any, ...]]:
    """Site, first and last second, events, sites, number of evidence, in order."""
    return store.rows(
        "SELECT site, dateDiff('second', {start:DateTime('UTC')}, time),"
        " dateDiff('second', {start:DateTime('UTC')}, last_time), event_count, site_count, length(evidence)"
        " FROM findings FINAL ORDER BY time, site",
        {"start": START.replace(tzinfo=None)},
    )


@pytest.mark.store
def test_a_full_window_is_one_finding(store: Store, guessing: RuleSet) -> None:
    """As many events as asked for within the timespan raise one finding with the group as actor and evidence."""
    assert batch(store, guessing, "b1", [0, 10, 20, 30, 40]) == 1
    assert findings(store) == [("11110", 0, 40, 5, 1, 5)]
    assert store.rows("SELECT actor, kind, severity_id FROM findings FINAL") == [("203.0.113.9", "correlation", 4)]


@pytest.mark.store
def test_the_window_is_exact(store: Store, guessing: RuleSet) -> None:
    """Events exactly a timespan apart are no longer in one window; a millisecond less and they are."""
    assert batch(store, guessing, "b1", [0, 20, 40, 60]) == 0
    assert batch(store, guessing, "b2", [1000.001, 1020, 1040, 1060]) == 1
    assert findings(store) == [("11110", 1000, 1060, 4, 1, 4)]


@pytest.mark.store
def test_events_of_one_moment_all_count(store: Store, guessing: RuleSet) -> None:
    """Events with the same time are all in the window that ends there."""
    assert batch(store, guessing, "b1", [5, 5, 5, 5]) == 1


@pytest.mark.store
def test_a_window_may_span_batches(store: Store, guessing: RuleSet) -> None:
    """Earlier batches are looked at as far back as a window reaches."""
    assert batch(store, guessing, "b1", [0, 10]) == 0
    assert batch(store, guessing, "b2", [20, 30]) == 1
    assert findings(store) == [("11110", 0, 30, 4, 1, 4)]


@pytest.mark.store
def test_a_late_event_completes_a_window(store: Store, guessing: RuleSet) -> None:
    """An event that arrives after younger ones counts where it belongs."""
    assert batch(store, guessing, "b1", [0, 20, 30]) == 0
    assert batch(store, guessing, "b2", [600]) == 0
    assert batch(store, guessing, "b3", [10]) == 1
    assert findings(store) == [("11110", 0, 30, 4, 1, 4)]


@pytest.mark.store
def test_running_again_adds_nothing(store: Store, guessing: RuleSet) -> None:
    """The same batches, together or one by one, in any order, write no further finding."""
    batch(store, guessing, "b1", [0, 10, 20, 30])
    batch(store, guessing, "b2", [40, 50])
    before = store.rows("SELECT * FROM findings FINAL")
    assert again(store, guessing, "b1") == again(store, guessing, "b2") == again(store, guessing, "b1", "b2") == 0
    assert store.rows("SELECT * FROM findings FINAL") == before


@pytest.mark.store
def test_a_continuing_episode_keeps_its_identity(store: Store, guessing: RuleSet) -> None:
    """An attack that goes on through many batches stays one finding, with its first time and all its events."""
    for number in range(8):
        batch(store, guessing, f"b{number}", [number * 60 + second for second in (0, 15, 30, 45)])
    assert findings(store) == [("11110", 0, 465, 32, 1, 20)]


@pytest.mark.store
def test_after_a_pause_a_new_episode_begins(store: Store, guessing: RuleSet) -> None:
    """More than a timespan of silence ends an episode."""
    assert batch(store, guessing, "b1", [0, 1, 2, 3, 100, 101, 102, 103]) == 2
    assert [row[:3] for row in findings(store)] == [("11110", 0, 3), ("11110", 100, 103)]


@pytest.mark.store
def test_an_earlier_late_event_does_not_change_the_identity(store: Store, guessing: RuleSet) -> None:
    """An event that turns out to have been first moves the time of the finding, not its uid."""
    batch(store, guessing, "b1", [10, 20, 30, 40])
    uid = store.rows("SELECT finding_uid FROM findings FINAL")
    assert batch(store, guessing, "b2", [5]) == 1
    assert store.rows("SELECT finding_uid FROM findings FINAL") == uid
    assert findings(store) == [("11110", 5, 40, 5, 1, 5)]


@pytest.mark.store
def test_groups_by_site_do_not_mix(store: Store, guessing: RuleSet) -> None:
    """With the site in the group, two sites with too few events each raise nothing."""
    assert batch_at(store, guessing, "b1", [("11110", [0, 1]), ("11140", [0, 1])]) == 0


@pytest.mark.store
def test_a_campaign_is_a_finding_at_each_site(store: Store, campaign: RuleSet) -> None:
    """Without the site in the group, every site touched gets a finding; all share the group and its size."""
    sites = [("11110", [0, 1]), ("11140", [10]), ("11170", [20])]
    assert batch_at(store, campaign, "b1", sites) == 3
    assert findings(store) == [("11110", 0, 1, 2, 3, 2), ("11140", 10, 10, 1, 3, 1), ("11170", 20, 20, 1, 3, 1)]
    assert store.rows("SELECT uniqExact(group_uid) FROM findings FINAL") == [(1,)]


@pytest.mark.store
def test_later_sites_join_a_campaign(store: Store, campaign: RuleSet) -> None:
    """A site that is touched later gets a finding in the same group, and the others learn of it."""
    batch_at(store, campaign, "b1", [("11110", [0]), ("11140", [10]), ("11170", [20])])
    for number in range(4):
        batch(store, campaign, f"b{number + 2}", [40 + number * 20], site=f"1120{number}")
    assert {row[4] for row in findings(store)} == {7}
    assert store.rows("SELECT uniqExact(group_uid), count() FROM findings FINAL") == [(1, 7)]


@pytest.mark.store
def test_values_count_once_within_a_window(store: Store, campaign: RuleSet) -> None:
    """Many events at few sites are no campaign, nor are enough sites over too long a time."""
    assert batch_at(store, campaign, "b1", [("11110", range(50)), ("11140", range(50))]) == 0
    assert batch(store, campaign, "b2", [115], site="11170") == 0
    assert batch(store, campaign, "b3", [108], site="11200") == 3


@pytest.mark.store
def test_evidence_is_the_first_twenty(store: Store, guessing: RuleSet) -> None:
    """A finding of many events names twenty of them, the earliest."""
    batch(store, guessing, "b1", range(40))
    [row] = findings(store)
    assert row[3:] == (40, 1, 20)


@pytest.mark.store
def test_an_event_of_two_rules_counts_once(store: Store, tmp_path: Path) -> None:
    """A correlation over two rules that match the same events does not count them twice."""
    twice = GUESSING | {"rules": ["base", "again"]}
    path = write_correlation(tmp_path, "twice", twice, FAILED)
    other = "title: a\nname: again\nid: 11111111-1111-4111-8111-111111111111\n"
    source = "logsource: {product: linux, service: auth}\n"
    detection = "detection: {selection: {User: root}, condition: selection}\n"
    path.write_text(path.read_text() + "---\n" + other + source + detection)
    rules = ruleset(path)
    assert not rules.rejected
    assert batch(store, rules, "b1", [0, 1, 2]) == 0
    assert batch(store, rules, "b2", [3]) == 1


@pytest.mark.store
def test_hostile_fields_of_a_correlation_are_only_values(store: Store, tmp_path: Path) -> None:
    """What a correlation groups by or counts can be any text; without such a field there is no group."""
    hostile = CAMPAIGN | {
        "group-by": ["src_ip", "'] OR {timespan:Int64} $scope --"],
        "condition": {"field": "`\\'", "gte": 1},
    }
    rules = ruleset(write_correlation(tmp_path, "hostile", hostile, FAILED))
    assert batch(store, rules, "b1", [0, 1, 2, 3]) == 0


def test_an_episode_that_joins_two_carries_on_the_earlier() -> None:
    """When late events connect two findings, the earlier one grows and the later one stays as it was."""
    look = LookBack("rule", timespan=60, seen_from=0, actor=0)
    evidence = (("b", 0),)
    early, late = (EpisodeShare(("a",), "11110", first, first + 10, 4, 4, 500, evidence) for first in (100, 200))
    stored = changed_findings([early, late], [], look)
    assert [finding.first for finding in stored] == [100, 200]
    [joined] = changed_findings([EpisodeShare(("a",), "11110", 100, 210, 10, 2, 600, evidence)], stored, look)
    assert (joined.finding_uid, joined.first, joined.last, joined.event_count) == (stored[0].finding_uid, 100, 210, 10)
