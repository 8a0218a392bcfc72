"""Quality of each rule: findings, outcomes and runs; and the rule set of a context."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from secmon.detection import exceptions_registry, rule_states
from secmon.detection.rule_states import Standing
from secmon.detection.sigma.correlation_rule import Correlation
from secmon.detection.sigma.rule import Rule, Signature
from secmon.detection.sigma.ruleset import RuleSet
from secmon.live.context import CentreContext
from secmon.operations.metric_samples import Period
from secmon.operations.period_summary import RuleAlerts, rule_outcomes
from secmon.store.sql import query

SPAN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs of a rule: `milliseconds` is its mean share of a pass, `held_back` the matches above a run's write limit.

    `error` is the newest error, '' if there was none.
    """

    runs: int = 0
    errors: int = 0
    error: str = ""
    milliseconds: float = 0.0
    held_back: int = 0
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class RuleQuality:
    """A rule with its findings in SPAN; `standing` is None for a rule that simply runs."""

    rule: Signature
    standing: Standing | None
    findings: int
    sites: int
    last: datetime | None
    outcome: RuleAlerts
    runs: Runs
    exceptions: int


def signatures(context: CentreContext) -> Sequence[Signature]:
    """Return the rules of the context, including the built-in detectors, by title."""
    return [one for one in context.rules.values() if isinstance(one, Signature)]


def rule_set(context: CentreContext) -> RuleSet:
    """Return the rules of the context as a rule set."""
    every = signatures(context)
    rules = tuple(one for one in every if isinstance(one, Rule))
    return RuleSet(rules, tuple(one for one in every if isinstance(one, Correlation)), ())


def read_rules(context: CentreContext) -> list[RuleQuality]:
    """Read every rule, most findings first; raise StoreError if the store does not answer."""
    now = context.clock()
    span: Mapping[str, Any] = {"since": now - SPAN, "until": now + timedelta(seconds=1)}
    seen = {str(row[0]): row[1:] for row in context.store.rows(query("rules_seen"), span)}
    runs = {str(row[0]): _runs(row) for row in context.store.rows(query("rules_quality"), span)}
    closed = rule_outcomes(context.db, Period(now - SPAN, now + timedelta(seconds=1)))
    standing = {one.rule_id: one for one in rule_states.rule_standings(context.db)}
    excepted: dict[str, int] = {}
    for one in exceptions_registry.rule_exceptions_in_force(context.db, now):
        excepted[one.rule_id] = excepted.get(one.rule_id, 0) + 1
    found = []
    for rule in signatures(context):
        number, sites, last = seen.get(rule.id, (0, (), None))
        found.append(
            RuleQuality(
                rule,
                standing.get(rule.id),
                int(number),
                len(sites),
                last,
                closed.get(rule.id, RuleAlerts()),
                runs.get(rule.id, Runs()),
                excepted.get(rule.id, 0),
            )
        )
    return sorted(found, key=lambda one: (-one.findings, -one.outcome.alerts, one.rule.name))


def _runs(row: Sequence[Any]) -> Runs:
    _, runs, errors, error, milliseconds, held_back, last = row
    return Runs(int(runs), int(errors), str(error), float(milliseconds), int(held_back), last)
