"""Which rules can match at all: each needs certain texts, and most batches do not hold them.

One query over the new events asks for the texts of all rules at once. A rule that lacks one cannot match and is left
out of the pass of its log source, which costs what the rules in it cost even when there is next to nothing to look at.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import Template

from secmon.rules.batches import Batches
from secmon.rules.compile import Compiled, compile_rule
from secmon.rules.literals import text_list
from secmon.rules.mapping import log_sources
from secmon.rules.necessary import Clause, Text, clauses
from secmon.rules.rule import Rule
from secmon.store.client import Store
from secmon.store.sql import query

_MEANT = re.compile(r"([^0-9A-Za-z ])")


@dataclass(frozen=True)
class Possible:
    """The rules that can match, and the names of the log sources that have events."""

    rules: tuple[Compiled, ...]
    sources: frozenset[str]


@dataclass(frozen=True)
class _Prefilter:
    """The query; `texts` are what each of its columns looks for, in order, `needs` the clauses of each rule."""

    query: str
    texts: tuple[tuple[Text, ...], ...]
    needs: Mapping[str, tuple[Clause, ...]]


def possible(store: Store, rules: Sequence[Compiled], batches: Batches) -> Possible:
    """Those of the rules that can match events of these batches; one that does is never left out."""
    prefilter = _prefilter(tuple(one.rule for one in rules))
    ((counts, *found),) = store.rows(prefilter.query, batches.parameters)
    sources = frozenset(source.name for source, count in zip(log_sources(), counts, strict=True) if count)
    seen = {texts[place - 1] for texts, places in zip(prefilter.texts, found, strict=True) for place in places}
    can = (
        one
        for one in rules
        if one.source.name in sources and all(clause & seen for clause in prefilter.needs[one.rule.id])
    )
    return Possible(tuple(can), sources)


@lru_cache(maxsize=8)
def _prefilter(rules: tuple[Rule, ...]) -> _Prefilter:
    needs = {rule.id: clauses(rule.sigma, compile_rule(rule).source) for rule in rules}
    by_place: dict[str, dict[Text, None]] = {}
    for of_rule in needs.values():
        for text in sorted(text for clause in of_rule for text in clause):
            by_place.setdefault(text[0], {})[text] = None
    searches = (
        f",\n    groupUniqArrayArray(multiMatchAllIndices(lower({place}), [{_patterns(texts)}]))"
        for place, texts in by_place.items()
    )
    sql = Template(query("rules_possible")).substitute(
        counts=", ".join(f"countIf({source.predicate})" for source in log_sources()), searches="".join(searches)
    )
    return _Prefilter(sql, tuple(map(tuple, by_place.values())), needs)


def _patterns(texts: Mapping[Text, None]) -> str:
    return text_list([_MEANT.sub(r"\\\1", text) for _, text in texts])
