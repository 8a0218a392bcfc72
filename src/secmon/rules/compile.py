"""Rules as SQL: one condition a rule, and one statement that asks all conditions of a log source at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import Template

from secmon.errors import RuleError
from secmon.rules.backend import ClickHouseBackend
from secmon.rules.columns import event_column
from secmon.rules.document import UNREADABLE, reason
from secmon.rules.exemption import exempt_condition
from secmon.rules.literals import text_list
from secmon.rules.mapping import LogSource, log_source
from secmon.rules.rule import Rule
from secmon.rules.ruleset import RuleSet
from secmon.store.sql import query


class UncollectedError(RuleError):
    """The rule is fine, but nothing here sends what it is about."""


@dataclass(frozen=True)
class Compiled:
    """A rule as a condition on the events of its log source; `unmapped` are fields without a column."""

    rule: Rule
    source: LogSource
    condition: str
    unmapped: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """The rules of a set that can run, and those that cannot, with the reason."""

    every: tuple[Compiled, ...]
    failed: tuple[tuple[Rule, str], ...]


def compile_rule(rule: Rule) -> Compiled:
    """The rule's condition; raises RuleError, or UncollectedError."""
    source = log_source(rule.sigma.logsource)
    if source is None:
        raise UncollectedError(f"log source not collected ({rule.logsource})")
    backend = ClickHouseBackend(source)
    try:
        condition = backend.condition(rule.sigma)
    except UNREADABLE as error:
        raise RuleError(reason(error)) from error
    if rule.exempt:
        exempt = " OR ".join(exempt_condition(source, exemption) for exemption in rule.exempt)
        condition = f"({condition}) AND NOT ({exempt})"
    return Compiled(rule, source, condition, tuple(sorted(backend.unmapped)))


@lru_cache(maxsize=8)
def plan(ruleset: RuleSet) -> Plan:
    """The single-event rules of a set, compiled once for as long as the set lives."""
    compiled: list[Compiled] = []
    failed: list[tuple[Rule, str]] = []
    for rule in ruleset.rules:
        try:
            compiled.append(compile_rule(rule))
        except RuleError as error:
            failed.append((rule, str(error)))
    return Plan(tuple(compiled), tuple(failed))


def findings_statement(source: LogSource, rules: Sequence[Compiled], *, again: bool = False) -> str:
    """INSERT of a finding for each event of some batches and each of these rules that it matches.

    `again` leaves out events that the rule (a single one) has a finding of already.
    """
    actors = sorted({one.rule.actor for one in rules})
    return Template(query("rules_match")).substitute(
        rule_ids=text_list([one.rule.id for one in rules]),
        severities=", ".join(str(int(one.rule.severity)) for one in rules),
        attack_types=text_list([one.rule.attack_type or "" for one in rules]),
        actors=", ".join(event_column(actor).text for actor in actors),
        actor_numbers=", ".join(str(actors.index(one.rule.actor) + 1) for one in rules),
        conditions=", ".join(f"if({one.condition}, {number}, 0)" for number, one in enumerate(rules, start=1)),
        source=source.predicate,
        known=f"AND {query('rules_not_found').format(rule=text_list([rules[0].rule.id]))}" if again else "",
    )
