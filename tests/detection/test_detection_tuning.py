"""What is excepted, switched off, isolated, held back and weighed; campaigns over sites."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from migrated_database import migrated_database
from secmon.alerts import queries as alert_queries
from secmon.alerts.campaigns import campaigns, count_campaigns
from secmon.alerts.flood_control import FloodLimits
from secmon.alerts.priority import Weights, priority, site_importance, weights
from secmon.alerts.triage import FoundGroup, triage
from secmon.db.audit_log import CENTRE
from secmon.db.database import Database
from secmon.db.models import FLOOD_ACTOR
from secmon.db.transaction import Change
from secmon.detection import exceptions_registry, rule_states
from secmon.detection.engine.run_report import RuleOutcome
from secmon.detection.exceptions_registry import Suppressed
from secmon.detection.rule_states import PROBATION, STRIKES, RuleState
from secmon.detection.sigma.rule_exception import RuleException
from secmon.detection.sigma.ruleset import load_rules
from secmon.errors import UsageError
from secmon.inventory.asset_register import Asset
from secmon.inventory.asset_register import replace_register as put
from secmon.sites.registry import load_sites
from secmon.sites.scope import EVERYTHING, Scope

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
QUIET = 6 * HOUR
GROUP = FoundGroup("rule-1", "11110", "203.0.113.9", False, 4, "malware", "", 1, 1, 1, NOW, NOW)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A desk of its own, up to date."""
    db = migrated_database(tmp_path / "desk.sqlite3")
    yield db
    db.close()


def test_an_exception_is_in_force_until_its_end(db: Database) -> None:
    """From its beginning up to the end that was given, or that somebody gives it earlier."""
    wanted = RuleException(0, "rule-1", "11110", "user", "kim")
    number = exceptions_registry.add_rule_exception(db, wanted, NOW, NOW + DAY, reason="pentest", author="lee")
    assert exceptions_registry.rule_exceptions_in_force(db, NOW - HOUR) == ()
    assert exceptions_registry.rule_exceptions_in_force(db, NOW + HOUR) == (replace(wanted, id=number),)
    assert exceptions_registry.rule_exceptions_in_force(db, NOW + DAY) == ()
    assert exceptions_registry.end_rule_exception(db, number, NOW + HOUR)
    assert not exceptions_registry.end_rule_exception(db, number, NOW + HOUR)
    assert exceptions_registry.rule_exceptions_in_force(db, NOW + HOUR) == ()


@pytest.mark.parametrize(
    ("site", "end", "reason", "problem"),
    [
        ("", DAY, "why", "needs a site or a field"),
        ("11110", -DAY, "why", "before it starts"),
        ("11110", DAY, " ", "needs a reason"),
    ],
)
def test_an_exception_that_says_too_little_is_refused(
    db: Database, site: str, end: timedelta, reason: str, problem: str
) -> None:
    """A site or field, an end after the beginning, and a reason are needed."""
    wanted = RuleException(0, "rule-1", site)
    with pytest.raises(UsageError, match=problem):
        exceptions_registry.add_rule_exception(db, wanted, NOW, NOW + end, reason=reason, author="lee")
    assert exceptions_registry.all_rule_exceptions(db) == []


def test_what_an_exception_left_out_is_counted(db: Database) -> None:
    """Run after run, with the time of the newest."""
    number = exceptions_registry.add_rule_exception(
        db, RuleException(0, "rule-1", "11110"), NOW, NOW + DAY, reason="pentest", author="lee"
    )
    for hours, matches in ((1, 3), (2, 4)):
        with db.begin() as session:
            exceptions_registry.count_suppressed_matches(session, {number: Suppressed(matches, NOW + hours * HOUR)})
    [kept] = exceptions_registry.all_rule_exceptions(db, "rule-1")
    assert (kept.suppressed, kept.last_time) == (7, NOW + 2 * HOUR)
    assert exceptions_registry.suppressed_since(db, NOW) == 7
    assert exceptions_registry.suppressed_since(db, NOW + 3 * HOUR) == 0


def judged(db: Database, *outcomes: RuleOutcome, at: datetime = NOW) -> tuple[str, ...]:
    """The rules that these outcomes of a run isolate."""
    rules = {"rule-1": load_rules().rules[0]}
    with db.begin() as session:
        return rule_states.isolate_bad_rules(session, outcomes, rules, at)


BAD = RuleOutcome("rule-1", "one", error="the engine refused", pass_rules=1)
FLOOD = RuleOutcome("rule-1", "one", matches=10_000, held_back=5, pass_rules=1)
GOOD = RuleOutcome("rule-1", "one", matches=2, pass_rules=1)


def test_a_rule_that_fails_or_floods_again_and_again_is_isolated(db: Database) -> None:
    """After the third bad run in a row; the reason is kept, and an hour later it is tried once more."""
    assert [judged(db, BAD), judged(db, FLOOD), judged(db, BAD)] == [(), (), ("rule-1",)]
    [standing] = rule_states.rule_standings(db)
    assert (standing.state, standing.strikes, standing.reason) == (RuleState.ISOLATED, STRIKES, "the engine refused")
    assert rule_states.inactive_rules(db, NOW + HOUR / 2) == {"rule-1"}
    assert rule_states.inactive_rules(db, NOW + PROBATION) == frozenset()
    assert judged(db, BAD, at=NOW + PROBATION) == ("rule-1",)
    assert rule_states.inactive_rules(db, NOW + PROBATION + HOUR / 2) == {"rule-1"}
    judged(db, GOOD, at=NOW + 2 * PROBATION)
    assert rule_states.rule_standings(db) == ()


def test_a_good_run_forgives(db: Database) -> None:
    """Two bad runs, a good one and two bad ones isolate nothing."""
    for outcome in (BAD, BAD, GOOD, BAD, BAD):
        assert judged(db, outcome) == ()
    assert rule_states.inactive_rules(db, NOW) == frozenset()


def test_a_rule_that_was_not_asked_is_not_judged(db: Database) -> None:
    """Its log source is not collected: nothing to repeat, nothing to isolate."""
    for _ in range(5):
        assert judged(db, replace(BAD, pass_rules=0)) == ()


def test_a_mended_rule_is_asked_again(db: Database) -> None:
    """When its file is another than at its isolation, or is gone."""
    for _ in range(STRIKES):
        judged(db, BAD)
    rule = load_rules().rules[0]
    assert rule_states.enable_repaired_rules(db, {"rule-1": rule}) == ()
    assert rule_states.enable_repaired_rules(db, {"rule-1": load_rules().rules[1]}) == ("rule-1",)
    assert rule_states.inactive_rules(db, NOW) == frozenset()


def test_a_disabled_rule_stays_so_until_somebody_enables_it(db: Database) -> None:
    """Neither time nor a good run brings it back."""
    rule_states.disable_rule(db, "rule-1", reason="too loud", author="lee", now=NOW)
    judged(db, GOOD)
    assert rule_states.inactive_rules(db, NOW + DAY) == {"rule-1"}
    assert rule_states.enable_rule(db, "rule-1")
    assert not rule_states.enable_rule(db, "rule-1")
    assert rule_states.inactive_rules(db, NOW) == frozenset()


def test_a_flood_opens_so_many_alerts_and_one_that_counts_the_rest(db: Database) -> None:
    """Ten actors at a site, five alerts of their own; the sixth counts the others, each once, with their findings."""
    several = [replace(GROUP, actor=f"203.0.113.{number}") for number in range(10)]
    limits = FloodLimits(site=5, rule=100)
    first = triage(db, several, [], quiet=QUIET, now=NOW, limits=limits)
    again = triage(db, several, [], quiet=QUIET, now=NOW, limits=limits)
    assert (first.opened, first.held_back, again.opened, again.held_back) == (6, 5, 0, 0)
    alerts = alert_queries.newest_alerts(db, 100)
    [flood] = [alert for alert in alerts if alert.actor == FLOOD_ACTOR]
    assert (len(alerts), flood.held_back, flood.findings) == (6, 5, 10)


def test_another_site_or_hour_or_rule_is_no_part_of_the_flood(db: Database) -> None:
    """The limit is one of a rule at a site within an hour; a second one holds for all sites together."""
    limits = FloodLimits(site=2, rule=4)
    here = [replace(GROUP, actor=f"203.0.113.{number}") for number in range(2)]
    there = [replace(one, site="11140") for one in here]
    later = [replace(GROUP, actor="203.0.113.8", first_time=NOW + 2 * HOUR, last_time=NOW + 2 * HOUR)]
    other = [replace(GROUP, rule_id="rule-2")]
    assert triage(db, [*here, *there, *other, *later], [], quiet=QUIET, now=NOW, limits=limits).held_back == 0
    assert triage(db, [replace(GROUP, site="11170")], [], quiet=QUIET, now=NOW, limits=limits).held_back == 1


def test_priority_is_severity_by_confidence_by_importance(db: Database) -> None:
    """A host that matters raises it, a site of less importance and a rule that is not sure lower it."""
    weighed = Weights({"rule-1": 0.5}, {("11110", ""): 0.8, ("11110", "db01"): 1.0})
    triage(db, [GROUP], [], quiet=QUIET, now=NOW, weights=weighed)
    [alert] = alert_queries.newest_alerts(db, 9)
    assert (alert.confidence, alert.importance, alert.priority) == (0.5, 0.8, priority(4, 0.5, 0.8)) == (0.5, 0.8, 32)
    triage(db, [replace(GROUP, hosts=("pc1", "db01"))], [], quiet=QUIET, now=NOW, weights=weighed)
    [alert] = alert_queries.newest_alerts(db, 9)
    assert (alert.importance, alert.priority) == (1.0, 40)


def test_importance_comes_from_the_registry_unless_somebody_set_it(db: Database) -> None:
    """Every site has one between 0.7 and 1; a city's is above that of a county of the same size."""
    sites = load_sites()
    assert all(0.7 <= site_importance(site) <= 1 for site in sites)
    assert site_importance(replace(sites[0], kind="si")) > site_importance(replace(sites[0], kind="gun"))
    hosts = [Asset(site="11110", host="db01", importance=0.95), Asset(site="11110", host="pc1", importance=0.0)]
    put(Change(db, EVERYTHING, CENTRE, NOW), hosts)
    found = weights(db, load_rules().signatures, sites)
    assert found.of_place("11110", ["pc1", "db01"]) == 0.95
    assert found.of_place("11110", ["pc1"]) == site_importance(next(site for site in sites if site.code == "11110"))


def test_alerts_of_one_group_at_several_sites_are_a_campaign(db: Database) -> None:
    """With its indicator, sites and span; a group at one site is none."""
    group = replace(GROUP, correlated=True, group_uid="g1", site_count=3)
    sites = ("11110", "11140", "26110")
    spread = [
        replace(group, site=site, first_time=NOW + at * HOUR, last_time=NOW + at * HOUR)
        for at, site in enumerate(sites)
    ]
    alone = replace(GROUP, rule_id="rule-2", correlated=True, group_uid="g2")
    triage(db, [*spread, alone], [], quiet=QUIET, now=NOW)
    [found] = campaigns(db, EVERYTHING, NOW)
    assert (found.group_uid, found.indicator, found.sites, found.open_alerts) == ("g1", "203.0.113.9", sites, 3)
    assert (found.first_time, found.last_time) == (NOW, NOW + 2 * HOUR)
    assert count_campaigns(db, EVERYTHING, NOW) == 1
    assert campaigns(db, EVERYTHING, NOW + 3 * HOUR) == []


def test_a_municipality_sees_its_own_part_of_a_campaign(db: Database) -> None:
    """It learns how many others are touched, not which."""
    group = replace(GROUP, correlated=True, group_uid="g1", site_count=2)
    triage(db, [group, replace(group, site="11140")], [], quiet=QUIET, now=NOW)
    [found] = campaigns(db, Scope.of_sites(["11140"]), NOW)
    assert (found.sites, found.known_sites, len(found.alerts)) == (("11140",), 2, 1)
    assert campaigns(db, Scope.of_sites(["26110"]), NOW) == []
