"""Compile rules to SQL: a condition for each rule, and one statement for all rules of a log source."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import Template

from secmon.detection.sigma.backend import ClickHouseBackend
from secmon.detection.sigma.columns import event_column
from secmon.detection.sigma.document import UNREADABLE, reason
from secmon.detection.sigma.field_mapping import LogSource, log_source
from secmon.detection.sigma.literals import text_list
from secmon.detection.sigma.rule import Rule
from secmon.detection.sigma.rule_exception import exception_condition
from secmon.detection.sigma.ruleset import RuleSet
from secmon.errors import RuleError
from secmon.store.sql import query


class UncollectedError(RuleError):
    """The rule is valid, but no collected log source carries its events."""


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


def log_source_of(rule: Rule) -> LogSource:
    """Return the log source of a rule; raises UncollectedError when it is not collected."""
    source = log_source(rule.sigma.logsource)
    if source is None:
        raise UncollectedError.literal(f"log source not collected ({rule.logsource})")
    return source


def compile_rule(rule: Rule) -> Compiled:
    """Return the rule with its condition; raises RuleError, or UncollectedError."""
    source = log_source_of(rule)
    backend = ClickHouseBackend(source)
    try:
        condition = backend.condition(rule.sigma)
    except UNREADABLE as error:
        raise RuleError.literal(reason(error)) from error
    if rule.exempt:
        exempt = " OR ".join(exception_condition(source, exemption) for exemption in rule.exempt)
        condition = f"({condition}) AND NOT ({exempt})"
    return Compiled(rule, source, condition, tuple(sorted(backend.unmapped)))


@lru_cache(maxsize=8)
def plan(ruleset: RuleSet) -> Plan:
    """Compile the single-event rules of a set. The result is cached as long as the set is in use."""
    compiled: list[Compiled] = []
    failed: list[tuple[Rule, str]] = []
    for rule in ruleset.rules:
        try:
            compiled.append(compile_rule(rule))
        except RuleError as error:
            failed.append((rule, str(error)))
    return Plan(tuple(compiled), tuple(failed))


def findings_statement(source: LogSource, rules: Sequence[Compiled], *, again: bool = False) -> str:
    """Return the INSERT of a finding for each event of some batches and each of these rules that matches it.

    On request, events that the rule (then a single one) already has a finding for are left out.
    """
    # Rules name different actor columns. Put each distinct column into an array once and pick from it by index, instead
    # of repeating an expression for every rule.
    actors = sorted({one.rule.actor for one in rules})
    # The conditions become one array of the numbers of the rules that match. An event is read once for all rules, and
    # only events with at least one hit are expanded into findings.
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
