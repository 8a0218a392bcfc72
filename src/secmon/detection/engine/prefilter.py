"""Prefilter: find the rules that can match at all, from the texts each of them requires.

One query over the new events searches for the required literals of all rules at once. A rule whose literals are
missing cannot match and is left out of the pass of its log source. The planning of that pass costs time for every
rule in it, even when there are hardly any events.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import Template

from secmon.detection.engine.batches import Batches
from secmon.detection.sigma.backend import RAW_LINE
from secmon.detection.sigma.columns import event_columns
from secmon.detection.sigma.compile import Compiled, log_source_of
from secmon.detection.sigma.field_mapping import log_sources
from secmon.detection.sigma.literals import text_list
from secmon.detection.sigma.required_literals import VENDOR_FIELDS, Text, required_literals
from secmon.detection.sigma.rule import Rule
from secmon.store.client import Store
from secmon.store.sql import query

_LONG = {event_columns()[RAW_LINE].sql, VENDOR_FIELDS}
# The texts are passed to multiMatchAllIndices, which takes regular expressions: escape every character that could have
# a meaning there.
_MEANT = re.compile(r"([^0-9A-Za-z ])")


_MOST = 20_000
"""Limit on combinations of log sources and texts.

Beyond it, a rule counts as possible if its texts occur anywhere in the batch.
"""


@dataclass(frozen=True)
class Candidates:
    """The rules that can match, and the names of the log sources that have events."""

    rules: tuple[Compiled, ...]
    sources: frozenset[str]


@dataclass(frozen=True)
class _Prefilter:
    """The query, and what each of its columns searches for.

    `texts` are the numbers of the texts of each column, in order; `needs` are the clauses of each rule as numbers
    of texts, by the number of the log source.
    """

    query: str
    texts: tuple[tuple[int, ...], ...]
    needs: Mapping[int, tuple[tuple[Rule, tuple[frozenset[int], ...]], ...]]


def candidate_rules(store: Store, rules: Sequence[Compiled], batches: Batches) -> Candidates:
    """Return the rules that can match events of these batches. A rule that matches is never left out."""
    prefilter = _prefilter(tuple(one.rule for one in rules))
    rows = store.rows(prefilter.query, {**batches.parameters, "most": _MOST})
    # The query groups the events by the log sources and texts found in them, so even a large batch gives few rows. The
    # texts must be compared per combination: if they were collected over the whole batch, a rule that needs two texts
    # would pass when they occur in two different events, and most rules would pass.
    seen: set[tuple[int, frozenset[int]]] = set()
    for sources, *found in rows:
        texts = frozenset(
            of_place[place - 1] for of_place, places in zip(prefilter.texts, found, strict=True) for place in places
        )
        seen.update((source, texts) for source in sources)
    if len(rows) == _MOST:
        # The answer was cut off, so it is not known which texts occur together. Pair every text found with every log
        # source, so that rather too many rules pass than too few.
        everything = frozenset(text for _, texts in seen for text in texts)
        seen = {(source, everything) for source in range(1, len(log_sources()) + 1)}
    can = _matching(prefilter, seen)
    names = [source.name for source in log_sources()]
    return Candidates(
        tuple(one for one in rules if one.rule in can), frozenset(names[number - 1] for number, _ in seen)
    )


def _matching(prefilter: _Prefilter, seen: Iterable[tuple[int, frozenset[int]]]) -> set[Rule]:
    """Return the rules that an event with one of these combinations of log source and texts may satisfy."""
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
        source = log_source_of(rule)
        needed = [
            frozenset(numbers.setdefault(text, len(numbers)) for text in sorted(clause))
            for clause in required_literals(rule.sigma, source)
        ]
        needs.setdefault(sources.index(source.name) + 1, []).append((rule, tuple(needed)))
        for text in (text for clause in required_literals(rule.sigma, source) for text in clause):
            asking.setdefault(text[0], {})[source.predicate] = None
    # One multiMatchAllIndices for each column: it finds all texts of the column in one scan. A LIKE for each rule would
    # scan it once per rule.
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
    """Return the SQL of a column in lower case. Long columns are read only in events of log sources that need them."""
    if place not in _LONG:
        return f"lower({place})"
    # The raw line and the vendor fields are most of an event. To lower and search them for log sources whose rules
    # never look there would cost more than the rest of the query.
    return f"if({' OR '.join(f'({one})' for one in predicates)}, lower({place}), '')"


def _patterns(texts: Iterable[Text]) -> str:
    return text_list([_MEANT.sub(r"\\\1", text) for _, text in texts])
