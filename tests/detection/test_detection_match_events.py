"""Findings of single-event rules."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from writing_rules import DETECTED, FROM, START, TO, failed_login, rule_id, ruleset, write_rule

from secmon.detection.engine import match_events as match_module
from secmon.detection.engine import run_report
from secmon.detection.engine.batches import Batches
from secmon.detection.engine.match_events import match_events
from secmon.detection.engine.run_report import MatchReport
from secmon.detection.sigma.compile import Compiled, Plan, plan
from secmon.detection.sigma.ruleset import RuleSet
from secmon.errors import StoreError, UsageError
from secmon.store.client import Store
from secmon.store.load import Lines, insert_lines

ROOT = {"selection": {"User": "root"}, "condition": "selection"}
ADMIN = {"selection": {"User": "admin"}, "condition": "selection"}


def load(store: Store, batch_id: str, *lines: bytes) -> None:
    """Lines of one site as a batch received a minute after START."""
    insert_lines(store, batch_id, [Lines("11110", "linux", "rfc5424", START + timedelta(minutes=1), lines)])


def run(store: Store, rules: RuleSet, *batch_ids: str) -> MatchReport:
    """The rules over these batches."""
    return match_events(store, rules, Batches.of(batch_ids, FROM, TO), DETECTED)


@pytest.mark.store
def test_a_match_becomes_a_finding(store: Store, tmp_path: Path) -> None:
    """A finding says which rule, where, who, when, how bad, and which event is the evidence."""
    write_rule(tmp_path, "root", ROOT, secmon={"attack_type": "privilege_acquisition"})
    load(store, "b1", failed_login(0, user="kim"), failed_login(5))
    report = run(store, ruleset(tmp_path), "b1")
    assert [(outcome.name, outcome.matches, outcome.error) for outcome in report.outcomes] == [("root", 1, "")]
    [finding] = store.records("SELECT * FROM findings FINAL")
    assert finding["finding_uid"] == f"{rule_id('root')}:b1:1"
    assert (finding["kind"], finding["site"], finding["actor"]) == ("event", "11110", "203.0.113.9")
    assert (finding["severity_id"], finding["attack_type"]) == (4, "privilege_acquisition")
    assert finding["time"] == finding["last_time"] == START + timedelta(seconds=5)
    assert finding["received_at"] == START + timedelta(minutes=1)
    assert finding["detected_at"] == DETECTED
    assert (finding["event_count"], finding["site_count"], finding["group_uid"]) == (1, 1, "")
    [(evidence,)] = store.rows("SELECT toString(evidence) FROM findings FINAL")
    assert evidence == "[('b1',1)]"


@pytest.mark.store
def test_running_again_adds_no_finding(store: Store, tmp_path: Path) -> None:
    """The findings of a batch that is matched twice are replaced by themselves."""
    write_rule(tmp_path, "root", ROOT)
    load(store, "b1", failed_login(0), failed_login(1))
    rules = ruleset(tmp_path)
    first, second = run(store, rules, "b1"), run(store, rules, "b1")
    assert store.rows("SELECT count() FROM findings FINAL") == [(2,)]
    assert first.findings == 2
    assert second.findings >= 2  # counted before the engine merged the two runs of the same moment


@pytest.mark.store
def test_only_the_given_batches_are_looked_at(store: Store, tmp_path: Path) -> None:
    """Events of other batches raise nothing."""
    write_rule(tmp_path, "root", ROOT)
    load(store, "b1", failed_login(0))
    load(store, "b2", failed_login(1))
    run(store, ruleset(tmp_path), "b2")
    assert store.rows("SELECT DISTINCT batch_id FROM findings FINAL") == [("b2",)]


@pytest.mark.store
def test_the_event_names_the_attack_where_the_rule_does_not(store: Store, tmp_path: Path) -> None:
    """A rule without an attack type takes that of the event."""
    write_rule(tmp_path, "root", ROOT)
    load(store, "b1", failed_login(0))
    run(store, ruleset(tmp_path), "b1")
    assert store.rows("SELECT attack_type FROM findings FINAL") == [("unauthorised_access",)]


@pytest.mark.store
def test_each_rule_names_its_own_actor(store: Store, tmp_path: Path) -> None:
    """Rules of one pass may name different columns as who did it."""
    write_rule(tmp_path, "by-source", ROOT)
    write_rule(tmp_path, "by-host", ROOT, secmon={"actor": "device_hostname"})
    load(store, "b1", failed_login(0))
    run(store, ruleset(tmp_path), "b1")
    assert store.rows("SELECT actor FROM findings FINAL ORDER BY 1") == [("203.0.113.9",), ("web01.city.example",)]


@pytest.mark.store
def test_a_rule_the_engine_refuses_is_isolated(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Halving finds the one bad rule among many; it is reported and all others still find."""
    for number in range(7):
        write_rule(tmp_path, f"root-{number}", ROOT)
    rules = ruleset(tmp_path)
    broken = tuple(spoilt(one) if one.rule.name == "root-4" else one for one in plan(rules).every)
    monkeypatch.setattr(match_module, "plan", lambda _: Plan(broken, ()))
    load(store, "b1", failed_login(0))
    report = run(store, rules, "b1")
    assert [error.name for error in report.errors] == ["root-4"]
    assert "throwIf" in report.errors[0].error or "bad rule" in report.errors[0].error
    assert store.rows("SELECT count() FROM findings FINAL") == [(6,)]


def spoilt(one: Compiled) -> Compiled:
    """The rule with a condition that fails at run time."""
    return replace(one, condition="throwIf(1, 'bad rule')")


@pytest.mark.store
def test_an_ill_store_is_not_blamed_on_a_rule(store: Store, tmp_path: Path) -> None:
    """When events cannot be read at all the run fails instead of reporting every rule."""
    write_rule(tmp_path, "root", ROOT)
    load(store, "b1", failed_login(0))
    store.command("RENAME TABLE events TO events_gone")
    with pytest.raises(StoreError):
        run(store, ruleset(tmp_path), "b1")


@pytest.mark.store
def test_more_rules_than_one_statement_holds(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log source with many rules is asked in several statements, and every rule is asked."""
    for number in range(5):
        write_rule(tmp_path, f"root-{number}", ROOT)
    write_rule(tmp_path, "admin", ADMIN)
    monkeypatch.setattr(match_module, "RULES_AT_ONCE", 2)
    load(store, "b1", failed_login(0))
    assert run(store, ruleset(tmp_path), "b1").findings == 5


@pytest.mark.store
def test_a_rule_whose_log_source_is_not_collected_is_reported(store: Store, tmp_path: Path) -> None:
    """It is not run, and the report says why."""
    write_rule(tmp_path, "mac", ROOT, logsource={"product": "macos", "service": "unified"})
    load(store, "b1", failed_login(0))
    [outcome] = run(store, ruleset(tmp_path), "b1").outcomes
    assert outcome.error == "log source not collected (product: macos, service: unified)"


def test_times_must_be_aware() -> None:
    """Naive times of receipt are refused before the store is asked."""
    with pytest.raises(UsageError, match="aware"):
        match_events(
            Store("chdb:///nowhere"), RuleSet((), (), ()), Batches.of([], FROM.replace(tzinfo=None), TO), DETECTED
        )


@pytest.mark.store
@pytest.mark.parametrize("text", ["{batch_ids:Array(String)}", "$source", "') OR 1=1 --", "%s", "`", "\x00", "\\"])
def test_hostile_rules_run_beside_bound_parameters(store: Store, tmp_path: Path, text: str) -> None:
    """In the statement that production runs, a hostile rule finds nothing and disturbs no other rule."""
    hostile = {"selection": {"User": text, f"field {text}": text}, "condition": "selection"}
    write_rule(tmp_path, "hostile", hostile, description=text)
    write_rule(tmp_path, "root", ROOT)
    load(store, "b1", failed_login(0))
    report = run(store, ruleset(tmp_path), "b1")
    assert not report.errors
    assert [(outcome.name, outcome.matches) for outcome in report.outcomes] == [("hostile", 0), ("root", 1)]


@pytest.mark.store
def test_a_rule_that_floods_writes_no_more_than_its_share(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond it matches are counted and not written; the rule beside it is not touched."""
    monkeypatch.setattr(match_module, "MOST_AT_ONCE", 3)
    write_rule(tmp_path, "flood", {"selection": {"status_id": 2}, "condition": "selection"})
    write_rule(tmp_path, "quiet", {"selection": {"user_name": "kim"}, "condition": "selection"})
    load(store, "b1", *(failed_login(second) for second in range(9)), failed_login(10, user="kim"))
    outcomes = {one.name: one for one in run(store, ruleset(tmp_path), "b1").outcomes}
    assert (outcomes["flood"].matches, outcomes["flood"].held_back) == (3, 7)
    assert (outcomes["quiet"].matches, outcomes["quiet"].held_back) == (1, 0)


@pytest.mark.store
def test_every_run_of_a_rule_is_a_row(store: Store, tmp_path: Path) -> None:
    """With its matches and time; a rule whose log source was silent has none."""
    write_rule(tmp_path, "one", {"selection": {"status_id": 2}, "condition": "selection"})
    write_rule(tmp_path, "dns", {"selection": {"query": "x"}, "condition": "selection"}, logsource={"category": "dns"})
    load(store, "b1", failed_login(0), failed_login(1))
    run_report.write_run_history(
        store, run(store, ruleset(tmp_path), "b1"), datetime.now(UTC), 1
    )  # older than a month, they are dropped
    rows = store.rows("SELECT rule_id, kind, matches, held_back, pass_rules, batches, error FROM rule_runs")
    assert rows == [(rule_id("one"), "event", 2, 0, 1, 1, "")]
