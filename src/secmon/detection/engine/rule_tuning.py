"""The rule set as it is run: without disabled rules, and with rule exceptions applied."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from secmon.detection.engine.batches import Batches
from secmon.detection.engine.match_spans import MatchSpan, match_spans
from secmon.detection.engine.prefilter import candidate_rules
from secmon.detection.sigma.compile import Compiled, compile_rule, log_source_of
from secmon.detection.sigma.correlation_rule import Correlation
from secmon.detection.sigma.rule import Rule, Signature
from secmon.detection.sigma.rule_exception import RuleException, exception_condition
from secmon.detection.sigma.ruleset import RuleSet
from secmon.errors import RuleError, UsageError
from secmon.store.client import Store


def tuned_rules(
    ruleset: RuleSet, exemptions: Sequence[RuleException], not_asked: frozenset[str] = frozenset()
) -> RuleSet:
    """Return the rule set to run.

    An exception from a correlation applies to each of its base rules, within that correlation only.
    """
    if not exemptions and not not_asked:
        return ruleset
    by_rule: dict[str, list[RuleException]] = defaultdict(list)
    for exemption in exemptions:
        by_rule[exemption.rule_id].append(exemption)
    rules = tuple(_rule(rule, by_rule[rule.id]) for rule in ruleset.rules if rule.id not in not_asked)
    correlations = tuple(_correlation(one, by_rule[one.id]) for one in ruleset.correlations if one.id not in not_asked)
    return replace(ruleset, rules=rules, correlations=correlations)


def suppressed_matches(store: Store, ruleset: RuleSet, batches: Batches) -> Mapping[int, MatchSpan]:
    """Return the number and times of matches in these batches that each rule exception left out.

    For a correlation, events are counted.
    """
    asked = _left_out(ruleset)
    found = match_spans(store, candidate_rules(store, asked, batches).rules, batches) if asked else {}
    totals: dict[int, MatchSpan] = {}
    for key, span in found.items():
        number = int(key.split(":")[0])
        before = totals.get(number)
        totals[number] = span if before is None else _together(before, span)
    return totals


def check_rule_exception(ruleset: RuleSet, exemption: RuleException) -> Signature:
    """Return the rule of an exception; raises UsageError when there is none, or its field is unusable there."""
    rule = next((one for one in ruleset.signatures if exemption.rule_id in {one.id, one.name}), None)
    if rule is None:
        raise UsageError("rule.unknown", name=exemption.rule_id)
    try:
        for leaf in rule.leaves if isinstance(rule, Correlation) else (rule,):
            assert isinstance(leaf, Rule)
            exception_condition(log_source_of(leaf), exemption)
    except RuleError as error:
        raise UsageError("exception.field_not_valid", reason=str(error)) from error
    return rule


def _rule(rule: Rule, exemptions: Sequence[RuleException]) -> Rule:
    return replace(rule, exempt=tuple(exemptions)) if exemptions else rule


def _correlation(correlation: Correlation, exemptions: Sequence[RuleException]) -> Correlation:
    if not exemptions:
        return correlation
    bases = tuple(
        _correlation(base, exemptions) if isinstance(base, Correlation) else _rule(base, exemptions)
        for base in correlation.bases
    )
    return replace(correlation, bases=bases)


@lru_cache(maxsize=4)
def _left_out(ruleset: RuleSet) -> tuple[Compiled, ...]:
    """Return a rule for each exception that matches the events the exception removes from its rule."""
    return tuple({one.rule.id: one for one in _exempted(ruleset)}.values())


def _exempted(ruleset: RuleSet) -> Iterator[Compiled]:
    leaves = (leaf for correlation in ruleset.correlations for leaf in correlation.leaves)
    for rule in (*ruleset.rules, *leaves):
        if not rule.exempt:
            continue
        whole = compile_rule(replace(rule, exempt=()))
        for exemption in rule.exempt:
            condition = f"({whole.condition}) AND {exception_condition(whole.source, exemption)}"
            named = replace(rule, id=f"{exemption.id}:{rule.id}")
            yield replace(whole, rule=named, condition=condition)


def _together(one: MatchSpan, other: MatchSpan) -> MatchSpan:
    return MatchSpan(min(one.first, other.first), max(one.last, other.last), one.count + other.count)
