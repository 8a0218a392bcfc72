"""For each rule: first match, last match and number of matches in the new batches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from string import Template
from typing import Any

from secmon.detection.engine.batches import Batches
from secmon.detection.engine.prefilter import candidate_rules
from secmon.detection.sigma.compile import Compiled
from secmon.detection.sigma.field_mapping import LogSource
from secmon.errors import StoreError
from secmon.store.client import Store
from secmon.store.sql import query


@dataclass(frozen=True)
class MatchSpan:
    """First and last time (ms) at which a rule matched in the new batches, and the number of matches."""

    first: int
    last: int
    count: int = 0


def match_spans(
    store: Store, rules: Iterable[Compiled], batches: Batches
) -> tuple[dict[str, MatchSpan], dict[str, str]]:
    """Return the span of each rule that matched, and the errors of rules that the engine cannot run, by rule id."""
    found: dict[str, MatchSpan] = {}
    errors: dict[str, str] = {}
    # Only rules that pass the prefilter are asked, one statement for each log source: a statement is planned for all of
    # its rules even when nothing matches.
    by_source: dict[str, dict[str, Compiled]] = {}
    for one in candidate_rules(store, tuple(rules), batches).rules:
        by_source.setdefault(one.source.name, {})[one.rule.id] = one
    for several in by_source.values():
        _ask(store, tuple(several.values()), batches.parameters, found, errors)
    return found, errors


def _ask(
    store: Store,
    rules: Sequence[Compiled],
    parameters: dict[str, Any],
    found: dict[str, MatchSpan],
    errors: dict[str, str],
) -> None:
    """Query all rules of one log source at once. On failure, halve the rules until the faulty one is found."""
    try:
        ((counts, firsts, lasts),) = store.rows(_span_query(rules[0].source, rules), parameters)
    except StoreError as error:
        # re-raise if the store itself is failing; otherwise the error is the rule's
        store.rows(query("rules_probe"), parameters)
        if len(rules) == 1:
            errors[rules[0].rule.id] = str(error)
            return
        # One bad rule would leave all rules of its log source without a result. Halving finds it with about 2 log2(n)
        # statements and answers for the others on the way.
        middle = len(rules) // 2
        _ask(store, rules[:middle], parameters, found, errors)
        _ask(store, rules[middle:], parameters, found, errors)
        return
    for one, count, first, last in zip(rules, counts, firsts, lasts, strict=True):
        if count:
            found[one.rule.id] = MatchSpan(int(first), int(last), int(count))


def _span_query(source: LogSource, rules: Sequence[Compiled]) -> str:
    places = range(1, len(rules) + 1)
    return Template(query("rules_span")).substitute(
        counts=", ".join(f"countIf(matched[{place}])" for place in places),
        firsts=", ".join(f"minIf(t, matched[{place}])" for place in places),
        lasts=", ".join(f"maxIf(t, matched[{place}])" for place in places),
        conditions=", ".join(f"toBool({one.condition})" for one in rules),
        source=source.predicate,
    )
