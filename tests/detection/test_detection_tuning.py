"""What is excepted, switched off, isolated, held back and weighed; campaigns over sites."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from secmon.alerts import queries as queue
from secmon.alerts.campaigns import campaigns, count
from secmon.alerts.flood_control import FloodLimits
from secmon.alerts.priority import Weights, priority, site_importance, weights
from secmon.alerts.triage import FoundGroup, triage
from secmon.db.audit_log import CENTRE
from secmon.db.database import Desk
from secmon.db.models import FLOOD_ACTOR
from secmon.detection import exceptions_registry, rule_states
from secmon.detection.engine.run_report import RuleOutcome
from secmon.detection.exceptions_registry import Left
from secmon.detection.rule_states import PROBATION, STRIKES, RuleState
from secmon.detection.sigma.rule_exception import Exemption
from secmon.detection.sigma.ruleset import load_rules
from secmon.errors import UsageError
from secmon.inventory.asset_register import Asset
from secmon.inventory.asset_register import replace as put
from secmon.sites.registry import load_sites
from secmon.sites.scope import EVERYTHING, Scope

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
QUIET = 6 * HOUR
GROUP = FoundGroup("rule-1", "11110", "203.0.113.9", False, 4, "malware", "", 1, 1, 1, NOW, NOW)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk of its own, up to date."""
    desk = Desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    desk.migrate()
    yield desk
    desk.close()


def test_an_exception_is_in_force_until_its_end(desk: Desk) -> None:
    """From its beginning up to the end that was given, or that somebody gives it earlier."""
    wanted = Exemption(0, "rule-1", "11110", "user", "kim")
    number = exceptions_registry.except_from(desk, wanted, NOW, NOW + DAY, reason="pentest", author="lee")
    assert exceptions_registry.in_force(desk, NOW - HOUR) == ()
    assert exceptions_registry.in_force(desk, NOW + HOUR) == (replace(wanted, id=number),)
    assert exceptions_registry.in_force(desk, NOW + DAY) == ()
    assert exceptions_registry.end(desk, number, NOW + HOUR)
    assert not exceptions_registry.end(desk, number, NOW + HOUR)
    assert exceptions_registry.in_force(desk, NOW + HOUR) == ()


@pytest.mark.parametrize(
    ("site", "end", "reason", "problem"),
    [
        ("", DAY, "why", "needs a site or a field"),
        ("11110", -DAY, "why", "before it begins"),
        ("11110", DAY, " ", "needs a reason"),
    ],
)
def test_an_exception_that_says_too_little_is_refused(
    desk: Desk, site: str, end: timedelta, reason: str, problem: str
) -> None:
    """A site or field, an end after the beginning, and a reason are needed."""
    wanted = Exemption(0, "rule-1", site)
    with pytest.raises(UsageError, match=problem):
        exceptions_registry.except_from(desk, wanted, NOW, NOW + end, reason=reason, author="lee")
    assert exceptions_registry.every(desk) == []


def test_what_an_exception_left_out_is_counted(desk: Desk) -> None:
    """Run after run, with the time of the newest."""
    number = exceptions_registry.except_from(
        desk, Exemption(0, "rule-1", "11110"), NOW, NOW + DAY, reason="pentest", author="lee"
    )
    for hours, matches in ((1, 3), (2, 4)):
        with desk.begin() as session:
            exceptions_registry.count(session, {number: Left(matches, NOW + hours * HOUR)})
    [kept] = exceptions_registry.every(desk, "rule-1")
    assert (kept.suppressed, kept.last_time) == (7, NOW + 2 * HOUR)
    assert exceptions_registry.suppressed_since(desk, NOW) == 7
    assert exceptions_registry.suppressed_since(desk, NOW + 3 * HOUR) == 0


def judged(desk: Desk, *outcomes: RuleOutcome, at: datetime = NOW) -> tuple[str, ...]:
    """The rules that these outcomes of a run isolate."""
    rules = {"rule-1": load_rules().rules[0]}
    with desk.begin() as session:
        return rule_states.judge(session, outcomes, rules, at)


BAD = RuleOutcome("rule-1", "one", error="the engine refused", pass_rules=1)
FLOOD = RuleOutcome("rule-1", "one", matches=10_000, held_back=5, pass_rules=1)
GOOD = RuleOutcome("rule-1", "one", matches=2, pass_rules=1)


def test_a_rule_that_fails_or_floods_again_and_again_is_isolated(desk: Desk) -> None:
    """After the third bad run in a row; the reason is kept, and an hour later it is tried once more."""
    assert [judged(desk, BAD), judged(desk, FLOOD), judged(desk, BAD)] == [(), (), ("rule-1",)]
    [standing] = rule_states.standings(desk)
    assert (standing.state, standing.strikes, standing.reason) == (RuleState.ISOLATED, STRIKES, "the engine refused")
    assert rule_states.not_asked(desk, NOW + HOUR / 2) == {"rule-1"}
    assert rule_states.not_asked(desk, NOW + PROBATION) == frozenset()
    assert judged(desk, BAD, at=NOW + PROBATION) == ("rule-1",)
    assert rule_states.not_asked(desk, NOW + PROBATION + HOUR / 2) == {"rule-1"}
    judged(desk, GOOD, at=NOW + 2 * PROBATION)
    assert rule_states.standings(desk) == ()


def test_a_good_run_forgives(desk: Desk) -> None:
    """Two bad runs, a good one and two bad ones isolate nothing."""
    for outcome in (BAD, BAD, GOOD, BAD, BAD):
        assert judged(desk, outcome) == ()
    assert rule_states.not_asked(desk, NOW) == frozenset()


def test_a_rule_that_was_not_asked_is_not_judged(desk: Desk) -> None:
    """Its log source is not collected: nothing to repeat, nothing to isolate."""
    for _ in range(5):
        assert judged(desk, replace(BAD, pass_rules=0)) == ()


def test_a_mended_rule_is_asked_again(desk: Desk) -> None:
    """When its file is another than at its isolation, or is gone."""
    for _ in range(STRIKES):
        judged(desk, BAD)
    rule = load_rules().rules[0]
    assert rule_states.enable_mended(desk, {"rule-1": rule}) == ()
    assert rule_states.enable_mended(desk, {"rule-1": load_rules().rules[1]}) == ("rule-1",)
    assert rule_states.not_asked(desk, NOW) == frozenset()


def test_a_disabled_rule_stays_so_until_somebody_enables_it(desk: Desk) -> None:
    """Neither time nor a good run brings it back."""
    rule_states.disable(desk, "rule-1", reason="too loud", author="lee", now=NOW)
    judged(desk, GOOD)
    assert rule_states.not_asked(desk, NOW + DAY) == {"rule-1"}
    assert rule_states.enable(desk, "rule-1")
    assert not rule_states.enable(desk, "rule-1")
    assert rule_states.not_asked(desk, NOW) == frozenset()


def test_a_flood_opens_so_many_alerts_and_one_that_counts_the_rest(desk: Desk) -> None:
    """Ten actors at a site, five alerts of their own; the sixth counts the others, each once, with their findings."""
    several = [replace(GROUP, actor=f"203.0.113.{number}") for number in range(10)]
    limits = FloodLimits(site=5, rule=100)
    first = triage(desk, several, [], quiet=QUIET, now=NOW, limits=limits)
    again = triage(desk, several, [], quiet=QUIET, now=NOW, limits=limits)
    assert (first.opened, first.held_back, again.opened, again.held_back) == (6, 5, 0, 0)
    alerts = queue.newest(desk, 100)
    [flood] = [alert for alert in alerts if alert.actor == FLOOD_ACTOR]
    assert (len(alerts), flood.held_back, flood.findings) == (6, 5, 10)


def test_another_site_or_hour_or_rule_is_no_part_of_the_flood(desk: Desk) -> None:
    """The limit is one of a rule at a site within an hour; a second one holds for all sites together."""
    limits = FloodLimits(site=2, rule=4)
    here = [replace(GROUP, actor=f"203.0.113.{number}") for number in range(2)]
    there = [replace(one, site="11140") for one in here]
    later = [replace(GROUP, actor="203.0.113.8", first_time=NOW + 2 * HOUR, last_time=NOW + 2 * HOUR)]
    other = [replace(GROUP, rule_id="rule-2")]
    assert triage(desk, [*here, *there, *other, *later], [], quiet=QUIET, now=NOW, limits=limits).held_back == 0
    assert triage(desk, [replace(GROUP, site="11170")], [], quiet=QUIET, now=NOW, limits=limits).held_back == 1


def test_priority_is_severity_by_confidence_by_importance(desk: Desk) -> None:
    """A host that matters raises it, a site of less importance and a rule that is not sure lower it."""
    weighed = Weights({"rule-1": 0.5}, {("11110", ""): 0.8, ("11110", "db01"): 1.0})
    triage(desk, [GROUP], [], quiet=QUIET, now=NOW, weights=weighed)
    [alert] = queue.newest(desk, 9)
    assert (alert.confidence, alert.importance, alert.priority) == (0.5, 0.8, priority(4, 0.5, 0.8)) == (0.5, 0.8, 32)
    triage(desk, [replace(GROUP, hosts=("pc1", "db01"))], [], quiet=QUIET, now=NOW, weights=weighed)
    [alert] = queue.newest(desk, 9)
    assert (alert.importance, alert.priority) == (1.0, 40)


def test_importance_comes_from_the_registry_unless_somebody_set_it(desk: Desk) -> None:
    """Every site has one between 0.7 and 1; a city's is above that of a county of the same size."""
    sites = load_sites()
    assert all(0.7 <= site_importance(site) <= 1 for site in sites)
    assert site_importance(replace(sites[0], kind="si")) > site_importance(replace(sites[0], kind="gun"))
    hosts = [Asset(site="11110", host="db01", importance=0.95), Asset(site="11110", host="pc1", importance=0.0)]
    put(desk, hosts, CENTRE, NOW)
    found = weights(desk, load_rules().signatures, sites)
    assert found.of_place("11110", ["pc1", "db01"]) == 0.95
    assert found.of_place("11110", ["pc1"]) == site_importance(next(site for site in sites if site.code == "11110"))


def test_alerts_of_one_group_at_several_sites_are_a_campaign(desk: Desk) -> None:
    """With its indicator, sites and span; a group at one site is none."""
    group = replace(GROUP, correlated=True, group_uid="g1", site_count=3)
    sites = ("11110", "11140", "26110")
    spread = [
        replace(group, site=site, first_time=NOW + at * HOUR, last_time=NOW + at * HOUR)
        for at, site in enumerate(sites)
    ]
    alone = replace(GROUP, rule_id="rule-2", correlated=True, group_uid="g2")
    triage(desk, [*spread, alone], [], quiet=QUIET, now=NOW)
    [found] = campaigns(desk, EVERYTHING, NOW)
    assert (found.group_uid, found.indicator, found.sites, found.open_alerts) == ("g1", "203.0.113.9", sites, 3)
    assert (found.first_time, found.last_time) == (NOW, NOW + 2 * HOUR)
    assert count(desk, EVERYTHING, NOW) == 1
    assert campaigns(desk, EVERYTHING, NOW + 3 * HOUR) == []


def test_a_municipality_sees_its_own_part_of_a_campaign(desk: Desk) -> None:
    """It learns how many others are touched, not which."""
    group = replace(GROUP, correlated=True, group_uid="g1", site_count=2)
    triage(desk, [group, replace(group, site="11140")], [], quiet=QUIET, now=NOW)
    [found] = campaigns(desk, Scope.of_sites(["11140"]), NOW)
    assert (found.sites, found.known_sites, len(found.alerts)) == (("11140",), 2, 1)
    assert campaigns(desk, Scope.of_sites(["26110"]), NOW) == []
