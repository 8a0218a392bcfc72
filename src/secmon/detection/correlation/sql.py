"""Correlations as SQL over the match cache.

Selects the cached matches of the base rules, groups them, and finds the events at which a group reaches the threshold.
"""

from collections.abc import Sequence
from functools import lru_cache
from string import Template
from typing import NamedTuple

from secmon.detection.correlation.match_cache import CachedRule, CachedRules, columns_of
from secmon.detection.sigma.compile import log_source_of
from secmon.detection.sigma.correlation_rule import Correlation
from secmon.detection.sigma.literals import literal
from secmon.detection.sigma.rule import Rule
from secmon.store.sql import query

_EVENT = "cityHash64(toString(batch), seq)"


class _Wanted(NamedTuple):
    """Fields of an event: those it is grouped by, those that are counted, and those carried to an outer correlation."""

    keys: tuple[str, ...]
    values: tuple[str, ...]
    carried: tuple[str, ...]


@lru_cache(maxsize=256)
def group_columns(correlation: Correlation) -> tuple[str, ...]:
    """Return the columns of `events` of the group's key, by the first rule; raises RuleError without a log source."""
    source = log_source_of(correlation.leaves[0])
    return tuple(source.fields.get(field, field) for field in correlation.keys[0])


def unmapped_keys(correlation: Correlation) -> tuple[str, ...]:
    """Return the group-by and counted fields that have no column in one of the log sources; raises RuleError."""
    unmapped: set[str] = set()
    for base, keys, values in zip(correlation.bases, correlation.keys, correlation.values, strict=True):
        for rule in base.leaves if isinstance(base, Correlation) else (base,):
            unmapped |= columns_of(rule, (*keys, *values))[1]
        if isinstance(base, Correlation):
            unmapped |= set(unmapped_keys(base))
    return tuple(sorted(unmapped))


@lru_cache(maxsize=256)
def episodes_query(correlation: Correlation, steps: CachedRules) -> str:
    """Return the SELECT of the sites' shares of the episodes around the new events.

    Its parameters seen_from and seen_to are in ms.
    """
    nothing: tuple[tuple[str, ...], ...] = ((),) * len(correlation.bases)
    return Template(query("rules_episodes")).substitute(
        enough=_enough(correlation, steps, nothing, margin=0, touched="max(fresh)"),
        covered=query("rules_covered_in_order" if correlation.ordered else "rules_covered"),
    )


def _enough(
    correlation: Correlation, steps: CachedRules, carried: Sequence[tuple[str, ...]], *, margin: int, touched: str
) -> str:
    """Return the SELECT of the correlation's events; `enough` marks those at which the threshold is reached.

    `carried` are fields of each base that an outer correlation needs; `margin` is the number of seconds before
    seen_from that are included.
    """
    # Unordered correlations are a running sum. A value enters the window when it occurs and leaves it a timespan after
    # its last occurrence; summing +1 and -1 in order of time gives the number of distinct values in the window at every
    # event. This is one sort per group; a self-join of each event with its window is quadratic in busy groups.
    selects = [_base(correlation, steps, number, carried[number], margin) for number in range(len(correlation.bases))]
    # Groups that cannot reach the threshold in the whole look-back are dropped before the window functions. If events
    # are counted, count() is enough for that; distinct values need an exact count, because an estimate could drop a
    # group that reaches it.
    several = correlation.together or any(correlation.values)
    parts = {
        "matched": " UNION DISTINCT ".join(selects),
        "size": "uniqExact(value)" if several else "count()",
        "threshold": correlation.threshold,
        "touched": touched,
        "timespan": correlation.timespan * 1000,
    }
    if not correlation.ordered:
        return Template(query("rules_enough")).substitute(parts)
    # Ordered correlations: each event carries the start of the latest chain that has come as far as its rule, taken
    # from the previous rule's events up to that time. Comparing this start with the time of the last rule's event is
    # exact. It takes one window pass per rule, where joining the rules' events would multiply them.
    chain = Template(query("rules_chain")).substitute(parts)
    for number in range(len(correlation.bases)):
        earlier = f"max(start_{number - 1}) OVER (PARTITION BY k ORDER BY t)" if number else "t"
        chain = Template(query("rules_step")).substitute(number=number, earlier=earlier, chain=chain)
    last = f"start_{len(correlation.bases) - 1}"
    return Template(query("rules_ordered")).substitute(parts, chain=chain, last=last)


def _base(correlation: Correlation, steps: CachedRules, number: int, carried: tuple[str, ...], margin: int) -> str:
    """Return the SELECT of what one base contributes."""
    base, keys, values = correlation.bases[number], correlation.keys[number], correlation.values[number]
    # The counted value: the number of the base if different rules must match, else a hash of the counted fields, else
    # the event itself. One window query then serves all three correlation types.
    if isinstance(base, Rule):
        step = steps.by_rule[base]
        value = str(number) if correlation.together else _hash(step, values) if values else _EVENT
        return _events(step, _Wanted(keys, values, carried), value, margin)
    # The edge of an inner correlation carries, in this order: group-by fields, counted fields, and fields for outer
    # correlations. An inner correlation contributes the events at which its threshold is reached, not its episodes: the
    # start of an episode would be too early and its end too late as a time.
    # The inner correlation needs its own timespan of events before the outer window, hence the larger margin. Without
    # it the first events of the window would miss a part of their look-back and seem to be below the threshold.
    wanted = (*keys, *values, *carried)
    counted = f"cityHash64(arraySlice(edge.carried, {len(keys) + 1}, {len(values)}))" if values else "event"
    return Template(query("rules_edges")).substitute(
        enough=_enough(base, steps, (wanted,) * len(base.bases), margin=margin + base.timespan, touched="true"),
        key=f"arraySlice(edge.carried, 1, {len(keys)})",
        carried=f"arraySlice(edge.carried, {len(keys) + len(values) + 1})",
        value=f"toUInt64({number if correlation.together else counted})",
    )


def _events(step: CachedRule, wanted: _Wanted, value: str, margin: int) -> str:
    """Return the SELECT of a cached rule's events that have all wanted fields.

    `margin` is the number of seconds before seen_from that are included.
    """
    # Events without a value for a group-by or counted field are left out: '' would otherwise join unrelated events into
    # one group, such as all events without a user name.
    present = [
        f"fields[{step.place(field)}] != ''" for field in dict.fromkeys((*wanted.keys, *wanted.values, *wanted.carried))
    ]
    return Template(query("rules_matched")).substitute(
        key=_texts(step, wanted.keys),
        carried=_texts(step, wanted.carried),
        value=f"toUInt64({value})",
        event=_EVENT,
        step=literal(step.key),
        scope=f"t >= {{seen_from:Int64}} - {1000 * margin} AND t < {{seen_to:Int64}}",
        present=" AND ".join(present) or "true",
    )


def _texts(step: CachedRule, fields: Sequence[str]) -> str:
    return "[" + ", ".join(f"fields[{step.place(field)}]" for field in fields) + "]::Array(String)"


def _hash(step: CachedRule, fields: Sequence[str]) -> str:
    return f"cityHash64({', '.join(f'fields[{step.place(field)}]' for field in fields)})"
