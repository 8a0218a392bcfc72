"""Threshold prefilter: skip correlations that cannot reach their threshold.

Counts cached matches per group, for all correlations in one query.
"""

from collections.abc import Iterator, Mapping
from string import Template

from secmon.detection.correlation.match_cache import CachedRule, CachedRules
from secmon.detection.engine.batches import Batches
from secmon.detection.sigma.correlation_rule import Correlation
from secmon.detection.sigma.literals import literal, text_list
from secmon.detection.sigma.rule import Rule
from secmon.store.client import Store
from secmon.store.sql import query

Around = tuple[int, int]
"""First and last time (ms) of the new matches of a correlation."""


def may_reach_threshold(
    store: Store, around: Mapping[Correlation, Around], steps: CachedRules, batches: Batches
) -> frozenset[Correlation]:
    """Return the correlations that may reach their threshold.

    These have a group with new matches and, in the whole look-back, as many matches as the threshold needs, in
    any order. A correlation that reaches its threshold is never left out; windows and order are evaluated
    afterwards.
    """
    # The exact query of a correlation uses window functions over the whole look-back and costs planning time of its
    # own. Most correlations have a few new matches in every batch and far too few for the threshold, so one cheap query
    # with a plain count per group decides which exact queries run at all.
    asked = list(around)
    if not asked:
        return frozenset()
    parts = (_part(number, one, around[one], steps) for number, one in enumerate(asked))
    rows = store.rows("\nUNION ALL\n".join(parts), {"batch_ids": list(batches.ids)})
    return frozenset(asked[number] for (number,) in rows)


def _part(number: int, correlation: Correlation, around: Around, steps: CachedRules) -> str:
    leaves = list(_leaves(correlation, steps))
    first, last = around
    # Look back over the timespan and the margin of nested correlations, and ahead by a timespan: a late event may
    # complete a window whose other events came in earlier but happened later.
    by_step = {step.key: fields for _, step, fields in leaves}
    return Template(query("correlation_reach")).substitute(
        number=number,
        key=_by_step(by_step, len(correlation.group_by)),
        steps=text_list(sorted(by_step)),
        since=first - 1000 * (correlation.timespan + correlation.margin),
        until=last + 1000 * correlation.timespan,
        enough=_enough(correlation, leaves),
    )


def _leaves(correlation: Correlation, steps: CachedRules) -> Iterator[tuple[int, CachedRule, tuple[int, ...]]]:
    """Yield the number of the base, the cached rule under it, and the positions of the group-by fields in its rows."""
    for number, (base, keys) in enumerate(zip(correlation.bases, correlation.keys, strict=True)):
        for leaf in (base,) if isinstance(base, Rule) else base.leaves:
            step = steps.by_rule[leaf]
            yield number, step, tuple(step.place(field) for field in keys)


def _by_step(places: Mapping[str, tuple[int, ...]], length: int) -> str:
    """Return the SQL of the group's key; the positions of its fields differ between the cached rules."""
    keys = list(places)
    columns = (
        f"fields[transform(step, [{text_list(keys)}], [{', '.join(str(places[key][at]) for key in keys)}], 0)]"
        for at in range(length)
    )
    return "[" + ", ".join(columns) + "]::Array(String)"


def _enough(correlation: Correlation, leaves: list[tuple[int, CachedRule, tuple[int, ...]]]) -> str:
    # The filter must only use a lower bound. If a base is itself a correlation, one of its results may need fewer rows
    # than the threshold suggests, so then only the rows that the bases themselves need are required. Rows recorded
    # twice and not yet merged can only raise the count.
    if not correlation.together:
        least = correlation.threshold if all(isinstance(base, Rule) for base in correlation.bases) else 0
        return f"count() >= {max(least, *map(_least, correlation.bases))}"
    # Several rules together: count the bases that can have been reached at least once and compare that number with the
    # threshold. A sum of all matches would let one noisy rule stand for the others.
    of_base = (
        (_least(base), [step.key for at, step, _ in leaves if at == number])
        for number, base in enumerate(correlation.bases)
    )
    reached = (f"(countIf(step IN ({', '.join(map(literal, keys))})) >= {least})" for least, keys in of_base)
    return f"{' + '.join(reached)} >= {correlation.threshold}"


def _least(base: Rule | Correlation) -> int:
    """Return the minimum number of cached matches without which a base cannot be reached once."""
    if isinstance(base, Rule):
        return 1
    inner = max(map(_least, base.bases))
    return max(inner, 1 if base.together else base.threshold) if all(isinstance(b, Rule) for b in base.bases) else inner
