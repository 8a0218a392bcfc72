"""Single-event rules over the events of new batches: one pass a log source, findings made in the engine."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from time import perf_counter

from secmon.errors import StoreError
from secmon.rules.batches import Batches, milliseconds
from secmon.rules.compile import Compiled, findings_statement, plan
from secmon.rules.mapping import LogSource, log_sources
from secmon.rules.prefilter import Possible, possible
from secmon.rules.report import MatchReport, RuleOutcome
from secmon.rules.rule import Rule
from secmon.rules.ruleset import RuleSet
from secmon.rules.touched import spans
from secmon.store.client import Store
from secmon.store.sql import query

RULES_AT_ONCE = 200

MOST_AT_ONCE = 10_000
"""Findings of one rule in one run; matches beyond are counted, not written, so that one rule cannot drown all."""


def match(
    store: Store,
    ruleset: RuleSet,
    batch_ids: Sequence[str],
    received_from: datetime,
    received_to: datetime,
    detected_at: datetime,
    *,
    again: bool = False,
    can: Possible | None = None,
) -> MatchReport:
    """Write the findings of these batches; a rule the engine cannot run is reported and stops no other.

    Running again replaces the findings and adds none; with `again`, for a set of one rule, they stay as they are. `can`
    are the rules that can match, where that is known.
    Raises StoreError when the store itself refuses.
    """
    batches = Batches.of(batch_ids, received_from, received_to)
    parameters = {**batches.parameters, "detected_at": milliseconds(detected_at), "most": MOST_AT_ONCE}
    errors = {rule.id: problem for rule, problem in plan(ruleset).failed}
    every = plan(ruleset).every
    can = can or possible(store, every, batches)
    mine = {one.rule for one in every}
    asked = {one.rule.id: (0, len(every)) for one in every if one.source.name in can.sources}
    for source in log_sources():
        rules = [one for one in can.rules if one.source is source and one.rule in mine]
        for at in range(0, len(rules), RULES_AT_ONCE):
            together = rules[at : at + RULES_AT_ONCE]
            started = perf_counter()
            errors |= _insert(store, source, together, parameters, again=again)
            took = round((perf_counter() - started) * 1000)
            asked |= {one.rule.id: (took, len(together)) for one in together}
    matches = dict(store.rows(query("rules_matches"), parameters))
    held_back = _held_back(store, ruleset, matches, batches)
    return MatchReport("event", tuple(_outcome(rule, matches, held_back, asked, errors) for rule in ruleset.rules))


def _outcome(
    rule: Rule,
    matches: Mapping[str, int],
    held_back: Mapping[str, int],
    asked: Mapping[str, tuple[int, int]],
    errors: Mapping[str, str],
) -> RuleOutcome:
    took, together = asked.get(rule.id, (0, 0))
    return RuleOutcome(
        rule.id, rule.name, matches.get(rule.id, 0), errors.get(rule.id, ""), held_back.get(rule.id, 0), took, together
    )


def _held_back(store: Store, ruleset: RuleSet, matches: Mapping[str, int], batches: Batches) -> dict[str, int]:
    """How many matches were not written of the rules that flood."""
    flooding = {rule_id for rule_id, count in matches.items() if count >= MOST_AT_ONCE}
    rules = [one for one in plan(ruleset).every if one.rule.id in flooding]
    counted, _ = spans(store, rules, batches) if rules else ({}, {})
    return {rule_id: max(0, span.count - matches[rule_id]) for rule_id, span in counted.items()}


def _insert(
    store: Store, source: LogSource, rules: Sequence[Compiled], parameters: dict[str, object], *, again: bool
) -> dict[str, str]:
    """Insert what the rules match; if that fails, halve them to find whose fault it is (id -> problem)."""
    try:
        store.command(findings_statement(source, rules, again=again), parameters)
    except StoreError as error:
        store.rows(query("rules_probe"), parameters)  # raises where the store is ill and no rule is to blame
        if len(rules) == 1:
            return {rules[0].rule.id: str(error)}
        middle = len(rules) // 2
        halves = rules[:middle], rules[middle:]
        first, second = (_insert(store, source, half, parameters, again=again) for half in halves)
        return first | second
    return {}
