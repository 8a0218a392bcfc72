"""What the new batches are about: which log sources have events in them, and when which rules matched."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from string import Template
from typing import Any

from secmon.errors import StoreError
from secmon.rules.batches import Batches
from secmon.rules.compile import Compiled
from secmon.rules.mapping import LogSource
from secmon.rules.prefilter import possible
from secmon.store.client import Store
from secmon.store.sql import query


@dataclass(frozen=True)
class Span:
    """From when to when (ms) a rule matched in the new batches, and how often."""

    first: int
    last: int
    count: int = 0


def spans(store: Store, rules: Iterable[Compiled], batches: Batches) -> tuple[dict[str, Span], dict[str, str]]:
    """When each rule that matched did so, and what is wrong with those that the engine cannot ask, by rule id."""
    found: dict[str, Span] = {}
    errors: dict[str, str] = {}
    by_source: dict[str, dict[str, Compiled]] = {}
    for one in possible(store, tuple(rules), batches).rules:
        by_source.setdefault(one.source.name, {})[one.rule.id] = one
    for several in by_source.values():
        _ask(store, tuple(several.values()), batches.parameters, found, errors)
    return found, errors


def _ask(
    store: Store,
    rules: Sequence[Compiled],
    parameters: dict[str, Any],
    found: dict[str, Span],
    errors: dict[str, str],
) -> None:
    """Ask all rules of one source at once; if that fails, halve them to find whose fault it is."""
    try:
        ((counts, firsts, lasts),) = store.rows(_span_query(rules[0].source, rules), parameters)
    except StoreError as error:
        store.rows(query("rules_probe"), parameters)  # raises where the store is ill and no rule is to blame
        if len(rules) == 1:
            errors[rules[0].rule.id] = str(error)
            return
        middle = len(rules) // 2
        _ask(store, rules[:middle], parameters, found, errors)
        _ask(store, rules[middle:], parameters, found, errors)
        return
    for one, count, first, last in zip(rules, counts, firsts, lasts, strict=True):
        if count:
            found[one.rule.id] = Span(int(first), int(last), int(count))


def _span_query(source: LogSource, rules: Sequence[Compiled]) -> str:
    places = range(1, len(rules) + 1)
    return Template(query("rules_span")).substitute(
        counts=", ".join(f"countIf(matched[{place}])" for place in places),
        firsts=", ".join(f"minIf(t, matched[{place}])" for place in places),
        lasts=", ".join(f"maxIf(t, matched[{place}])" for place in places),
        conditions=", ".join(f"toBool({one.condition})" for one in rules),
        source=source.predicate,
    )
