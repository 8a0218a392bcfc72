"""Which rules can match at all: each needs certain texts, and most batches do not hold them.

One query over the new events asks for the texts of all rules at once. A rule that lacks one cannot match and is left
out of the pass of its log source, which costs what the rules in it cost even when there is next to nothing to look at.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import Template

from secmon.rules.backend import RAW_LINE
from secmon.rules.batches import Batches
from secmon.rules.columns import event_columns
from secmon.rules.compile import Compiled, compile_rule
from secmon.rules.literals import text_list
from secmon.rules.mapping import log_sources
from secmon.rules.necessary import VENDOR_FIELDS, Text, clauses
from secmon.rules.rule import Rule
from secmon.store.client import Store
from secmon.store.sql import query

_LONG = {event_columns()[RAW_LINE].sql, VENDOR_FIELDS}
_MEANT = re.compile(r"([^0-9A-Za-z ])")


_MOST = 20_000
"""Combinations of texts looked at; where a batch has more, a rule can match that finds its texts anywhere in it."""


@dataclass(frozen=True)
class Possible:
    """The rules that can match, and the names of the log sources that have events."""

    rules: tuple[Compiled, ...]
    sources: frozenset[str]


@dataclass(frozen=True)
class _Prefilter:
    """The query; `texts` are what each of its columns looks for, in order.

    `needs` are the clauses of each rule as numbers of texts, by the log source's number.
    """

    query: str
    texts: tuple[tuple[int, ...], ...]
    needs: Mapping[int, tuple[tuple[Rule, tuple[frozenset[int], ...]], ...]]


def possible(store: Store, rules: Sequence[Compiled], batches: Batches) -> Possible:
    """Those of the rules that can match events of these batches; one that does is never left out."""
    prefilter = _prefilter(tuple(one.rule for one in rules))
    rows = store.rows(prefilter.query, {**batches.parameters, "most": _MOST})
    seen: set[tuple[int, frozenset[int]]] = set()
    for sources, *found in rows:
        texts = frozenset(
            of_place[place - 1] for of_place, places in zip(prefilter.texts, found, strict=True) for place in places
        )
        seen.update((source, texts) for source in sources)
    if len(rows) == _MOST:
        everything = frozenset(text for _, texts in seen for text in texts)
        seen = {(source, everything) for source in range(1, len(log_sources()) + 1)}
    can = _matching(prefilter, seen)
    names = [source.name for source in log_sources()]
    return Possible(tuple(one for one in rules if one.rule in can), frozenset(names[number - 1] for number, _ in seen))


def _matching(prefilter: _Prefilter, seen: Iterable[tuple[int, frozenset[int]]]) -> set[Rule]:
    """The rules that an event of one of these kinds may satisfy."""
    can: set[Rule] = set()
    for source, texts in seen:
        for rule, needs in prefilter.needs.get(source, ()):
            if rule not in can and all(not clause.isdisjoint(texts) for clause in needs):
                can.add(rule)
    return can


@lru_cache(maxsize=8)
def _prefilter(rules: tuple[Rule, ...]) -> _Prefilter:
    sources = [source.name for source in log_sources()]
    numbers: dict[Text, int] = {}
    asking: dict[str, dict[str, None]] = {}
    needs: dict[int, list[tuple[Rule, tuple[frozenset[int], ...]]]] = {}
    for rule in rules:
        source = compile_rule(rule).source
        needed = [
            frozenset(numbers.setdefault(text, len(numbers)) for text in sorted(clause))
            for clause in clauses(rule.sigma, source)
        ]
        needs.setdefault(sources.index(source.name) + 1, []).append((rule, tuple(needed)))
        for text in (text for clause in clauses(rule.sigma, source) for text in clause):
            asking.setdefault(text[0], {})[source.predicate] = None
    by_place: dict[str, list[Text]] = {}
    for text in numbers:
        by_place.setdefault(text[0], []).append(text)
    searches = (
        f",\n    arraySort(multiMatchAllIndices({_read(place, asking[place])}, [{_patterns(texts)}])) AS found_{number}"
        for number, (place, texts) in enumerate(by_place.items())
    )
    sql = Template(query("rules_possible")).substitute(
        sources=", ".join(f"if({source.predicate}, {number}, 0)" for number, source in enumerate(log_sources(), 1)),
        searches="".join(searches),
    )
    places = tuple(tuple(numbers[text] for text in texts) for texts in by_place.values())
    return _Prefilter(sql, places, {source: tuple(several) for source, several in needs.items()})


def _read(place: str, predicates: Iterable[str]) -> str:
    """The text of a place in small letters; long ones only in events of the log sources that ask for them."""
    if place not in _LONG:
        return f"lower({place})"
    return f"if({' OR '.join(f'({one})' for one in predicates)}, lower({place}), '')"


def _patterns(texts: Iterable[Text]) -> str:
    return text_list([_MEANT.sub(r"\\\1", text) for _, text in texts])
