"""Run the single-event rules over the events of new batches: one pass for each log source, inside the engine."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from time import perf_counter

from secmon.detection.engine.batches import Batches, milliseconds
from secmon.detection.engine.isolation import isolate_failing
from secmon.detection.engine.match_spans import match_spans
from secmon.detection.engine.prefilter import Candidates, candidate_rules
from secmon.detection.engine.run_report import MatchReport, RuleOutcome
from secmon.detection.sigma.compile import Compiled, findings_statement, plan
from secmon.detection.sigma.field_mapping import LogSource, log_sources
from secmon.detection.sigma.rule import Rule
from secmon.detection.sigma.ruleset import RuleSet
from secmon.store.client import Store
from secmon.store.sql import query

# Rules in one statement. Each statement reads the events of the batches once, so few large statements are cheap; very
# large ones take long to plan.
RULES_AT_ONCE = 200

MOST_AT_ONCE = 10_000
"""Findings of one rule in one run. Further matches are only counted, so that one rule cannot drown the others."""


def match_events(
    store: Store,
    ruleset: RuleSet,
    batches: Batches,
    detected_at: datetime,
    *,
    again: bool = False,
    can: Candidates | None = None,
) -> MatchReport:
    """Write the findings of these batches. A rule that the engine cannot run is reported and does not stop the others.

    Running again replaces the findings and adds none; on request, for a set of one rule, existing findings stay
    as they are. The candidates are the result of the prefilter; it is computed here when omitted. Raises
    StoreError when the store itself fails.
    """
    parameters = {**batches.parameters, "detected_at": milliseconds(detected_at), "most": MOST_AT_ONCE}
    errors = {rule.id: problem for rule, problem in plan(ruleset).failed}
    every = plan(ruleset).every
    can = can or candidate_rules(store, every, batches)
    mine = {one.rule for one in every}
    asked = {one.rule.id: (0, len(every)) for one in every if one.source.name in can.sources}
    # The rules of a log source share one statement, which reads the events once. The candidates may contain rules that
    # only run under correlations; these write no findings of their own and are left out here.
    for source in log_sources():
        rules = [one for one in can.rules if one.source is source and one.rule in mine]
        for at in range(0, len(rules), RULES_AT_ONCE):
            together = rules[at : at + RULES_AT_ONCE]
            started = perf_counter()
            insert = partial(_insert, store, source, parameters, again)
            errors |= {bad.rule.id: error for bad, error in isolate_failing(store, together, parameters, insert)}
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
    """Return the number of matches that were not written, for each rule that reached the limit."""
    # Only rules that reached the limit are counted in full, since that needs another pass over the events.
    flooding = {rule_id for rule_id, count in matches.items() if count >= MOST_AT_ONCE}
    rules = [one for one in plan(ruleset).every if one.rule.id in flooding]
    counted = match_spans(store, rules, batches)
    return {rule_id: max(0, span.count - matches[rule_id]) for rule_id, span in counted.items()}


def _insert(
    store: Store, source: LogSource, parameters: Mapping[str, object], again: bool, rules: Sequence[Compiled]
) -> None:
    store.command(findings_statement(source, rules, again=again), parameters)
