"""For each rule: first match, last match and number of matches in the new batches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from string import Template

from secmon.detection.engine.batches import Batches
from secmon.detection.engine.isolation import isolate_failing
from secmon.detection.sigma.compile import Compiled
from secmon.detection.sigma.field_mapping import LogSource
from secmon.store.client import Store
from secmon.store.sql import query


@dataclass(frozen=True)
class MatchSpan:
    """First and last time (ms) at which a rule matched in the new batches, and the number of matches."""

    first: int
    last: int
    count: int = 0


def match_spans(store: Store, rules: Iterable[Compiled], batches: Batches) -> dict[str, MatchSpan]:
    """Return the span of each rule that matched, by rule id; rules that the engine cannot run are left out.

    A statement is planned for all of its rules even when nothing matches: pass only rules that can match.
    """
    found: dict[str, MatchSpan] = {}
    # One statement for each log source; of rules with the same id one is asked.
    by_source: dict[str, dict[str, Compiled]] = {}
    for one in rules:
        by_source.setdefault(one.source.name, {})[one.rule.id] = one

    def ask(several: Sequence[Compiled]) -> None:
        ((counts, firsts, lasts),) = store.rows(_span_query(several[0].source, several), batches.parameters)
        for one, count, first, last in zip(several, counts, firsts, lasts, strict=True):
            if count:
                found[one.rule.id] = MatchSpan(int(first), int(last), int(count))

    for several in by_source.values():
        isolate_failing(store, tuple(several.values()), batches.parameters, ask)
    return found


def _span_query(source: LogSource, rules: Sequence[Compiled]) -> str:
    places = range(1, len(rules) + 1)
    return Template(query("rules_span")).substitute(
        counts=", ".join(f"countIf(matched[{place}])" for place in places),
        firsts=", ".join(f"minIf(t, matched[{place}])" for place in places),
        lasts=", ".join(f"maxIf(t, matched[{place}])" for place in places),
        conditions=", ".join(f"toBool({one.condition})" for one in rules),
        source=source.predicate,
    )
