"""Single-event rules over the events of new batches: one pass a log source, findings made in the engine."""

from collections.abc import Sequence
from datetime import datetime
from time import perf_counter

from secmon.errors import StoreError
from secmon.rules.batches import Batches, milliseconds
from secmon.rules.compile import Compiled, findings_statement, plan
from secmon.rules.mapping import LogSource
from secmon.rules.report import MatchReport, RuleOutcome
from secmon.rules.ruleset import RuleSet
from secmon.store.client import Store
from secmon.store.sql import query

RULES_AT_ONCE = 200


def match(
    store: Store,
    ruleset: RuleSet,
    batch_ids: Sequence[str],
    received_from: datetime,
    received_to: datetime,
    detected_at: datetime,
) -> MatchReport:
    """Write the findings of these batches; a rule the engine cannot run is reported and stops no other.

    Running again replaces the findings and adds none. Raises StoreError when the store itself refuses.
    """
    batches = Batches.of(batch_ids, received_from, received_to)
    parameters = {**batches.parameters, "detected_at": milliseconds(detected_at)}
    errors = {rule.id: problem for rule, problem in plan(ruleset).failed}
    timings: list[tuple[str, int]] = []
    for source, rules in plan(ruleset).sources:
        started = perf_counter()
        for at in range(0, len(rules), RULES_AT_ONCE):
            errors |= _insert(store, source, rules[at : at + RULES_AT_ONCE], parameters)
        timings.append((source.name, round((perf_counter() - started) * 1000)))
    matches = dict(store.rows(query("rules_matches"), parameters))
    return MatchReport(
        tuple(
            RuleOutcome(rule.id, rule.name, matches.get(rule.id, 0), errors.get(rule.id, "")) for rule in ruleset.rules
        ),
        tuple(timings),
    )


def _insert(
    store: Store, source: LogSource, rules: Sequence[Compiled], parameters: dict[str, object]
) -> dict[str, str]:
    """Insert what the rules match; if that fails, halve them to find whose fault it is (id -> problem)."""
    try:
        store.command(findings_statement(source, rules), parameters)
    except StoreError as error:
        store.rows(query("rules_probe"), parameters)  # raises where the store is ill and no rule is to blame
        if len(rules) == 1:
            return {rules[0].rule.id: str(error)}
        middle = len(rules) // 2
        return _insert(store, source, rules[:middle], parameters) | _insert(store, source, rules[middle:], parameters)
    return {}
