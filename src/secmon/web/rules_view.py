"""How good each rule is: what it found, what became of it, how it runs; and the rule set behind a console."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from secmon.alerts import exemptions, rule_states
from secmon.alerts.measure import Period
from secmon.alerts.rule_outcomes import RuleOutcome, outcomes
from secmon.alerts.rule_states import Standing
from secmon.rules.correlation import Correlation
from secmon.rules.rule import Rule, Signature
from secmon.rules.ruleset import RuleSet
from secmon.store.sql import query
from secmon.web.console import Console

SPAN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Runs:
    """How a rule ran: `milliseconds` is its mean share of a pass, `held_back` the matches beyond what a run may write.

    `error` is the newest one, '' when there was none.
    """

    runs: int = 0
    errors: int = 0
    error: str = ""
    milliseconds: float = 0.0
    held_back: int = 0
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class RuleQuality:
    """A rule with what it found in SPAN; `standing` is None for one that is simply asked."""

    rule: Signature
    standing: Standing | None
    findings: int
    sites: int
    last: datetime | None
    outcome: RuleOutcome
    runs: Runs
    exceptions: int


def signatures(console: Console) -> Sequence[Signature]:
    """The rules of the console, and the detectors that are no rules of a file, by title."""
    return [one for one in console.rules.values() if isinstance(one, Signature)]


def rule_set(console: Console) -> RuleSet:
    """The rules of the console as a set."""
    every = signatures(console)
    rules = tuple(one for one in every if isinstance(one, Rule))
    return RuleSet(rules, tuple(one for one in every if isinstance(one, Correlation)), ())


def read_rules(console: Console) -> list[RuleQuality]:
    """Every rule, the loudest first; StoreError when the store does not answer."""
    now = console.clock()
    span: Mapping[str, Any] = {"since": now - SPAN, "until": now + timedelta(seconds=1)}
    seen = {str(row[0]): row[1:] for row in console.store.rows(query("rules_seen"), span)}
    runs = {str(row[0]): _runs(row) for row in console.store.rows(query("rules_quality"), span)}
    closed = outcomes(console.desk, Period(now - SPAN, now + timedelta(seconds=1)))
    standing = {one.rule_id: one for one in rule_states.standings(console.desk)}
    excepted: dict[str, int] = {}
    for one in exemptions.in_force(console.desk, now):
        excepted[one.rule_id] = excepted.get(one.rule_id, 0) + 1
    found = []
    for rule in signatures(console):
        number, sites, last = seen.get(rule.id, (0, (), None))
        found.append(
            RuleQuality(
                rule, standing.get(rule.id), int(number), len(sites), last, closed.get(rule.id, RuleOutcome()),
                runs.get(rule.id, Runs()), excepted.get(rule.id, 0),
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (-one.findings, -one.outcome.alerts, one.rule.name))


def _runs(row: Sequence[Any]) -> Runs:
    _, runs, errors, error, milliseconds, held_back, last = row
    return Runs(int(runs), int(errors), str(error), float(milliseconds), int(held_back), last)
