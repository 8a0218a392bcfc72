"""Correlations as SQL: which steps they are about, in which groups, and where a group has enough of them."""

from collections.abc import Sequence
from functools import lru_cache
from string import Template
from typing import NamedTuple

from secmon.rules.compile import compile_rule
from secmon.rules.correlation import Correlation
from secmon.rules.literals import lit
from secmon.rules.rule import Rule
from secmon.rules.steps import Step, Steps, columns_of
from secmon.store.sql import query

_EVENT = "cityHash64(toString(batch), seq)"


class _Wanted(NamedTuple):
    """Fields of an event: what it is grouped by, what is counted, what is carried to an outer correlation."""

    keys: tuple[str, ...]
    values: tuple[str, ...]
    carried: tuple[str, ...]


@lru_cache(maxsize=256)
def group_columns(correlation: Correlation) -> tuple[str, ...]:
    """What the group's key is in `events`, by the first rule; raises RuleError if that cannot be compiled."""
    base = compile_rule(correlation.leaves[0])
    return tuple(base.source.fields.get(field, field) for field in correlation.keys[0])


def unmapped_keys(correlation: Correlation) -> tuple[str, ...]:
    """Fields it groups by or counts that are no column in one of its log sources; raises RuleError."""
    unmapped: set[str] = set()
    for base, keys, values in zip(correlation.bases, correlation.keys, correlation.values, strict=True):
        for rule in base.leaves if isinstance(base, Correlation) else (base,):
            unmapped |= columns_of(rule, (*keys, *values))[1]
        if isinstance(base, Correlation):
            unmapped |= set(unmapped_keys(base))
    return tuple(sorted(unmapped))


@lru_cache(maxsize=256)
def episodes_query(correlation: Correlation, steps: Steps) -> str:
    """SELECT of the sites' shares of the episodes around the new events, with parameters seen_from and seen_to (ms)."""
    nothing: tuple[tuple[str, ...], ...] = ((),) * len(correlation.bases)
    return Template(query("rules_episodes")).substitute(
        enough=_enough(correlation, steps, nothing, margin=0, touched="max(fresh)"),
        covered=query("rules_covered_in_order" if correlation.ordered else "rules_covered"),
    )


def _enough(
    correlation: Correlation, steps: Steps, carried: Sequence[tuple[str, ...]], *, margin: int, touched: str
) -> str:
    """SELECT of the correlation's events; `enough` says at which of them the group has enough.

    `carried` are fields of each base that an outer correlation wants; `margin` seconds are looked at before seen_from.
    """
    selects = [_base(correlation, steps, number, carried[number], margin) for number in range(len(correlation.bases))]
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
    chain = Template(query("rules_chain")).substitute(parts)
    for number in range(len(correlation.bases)):
        earlier = f"max(start_{number - 1}) OVER (PARTITION BY k ORDER BY t)" if number else "t"
        chain = Template(query("rules_step")).substitute(number=number, earlier=earlier, chain=chain)
    last = f"start_{len(correlation.bases) - 1}"
    return Template(query("rules_ordered")).substitute(parts, chain=chain, last=last)


def _base(correlation: Correlation, steps: Steps, number: int, carried: tuple[str, ...], margin: int) -> str:
    """SELECT of what one base contributes."""
    base, keys, values = correlation.bases[number], correlation.keys[number], correlation.values[number]
    if isinstance(base, Rule):
        step = steps.by_rule[base]
        value = str(number) if correlation.together else _hash(step, values) if values else _EVENT
        return _events(step, _Wanted(keys, values, carried), value, margin)
    # an edge carries what it is grouped by, what is counted of it and what is carried further, in this order
    wanted = (*keys, *values, *carried)
    counted = f"cityHash64(arraySlice(edge.carried, {len(keys) + 1}, {len(values)}))" if values else "event"
    return Template(query("rules_edges")).substitute(
        enough=_enough(base, steps, (wanted,) * len(base.bases), margin=margin + base.timespan, touched="true"),
        key=f"arraySlice(edge.carried, 1, {len(keys)})",
        carried=f"arraySlice(edge.carried, {len(keys) + len(values) + 1})",
        value=f"toUInt64({number if correlation.together else counted})",
    )


def _events(step: Step, wanted: _Wanted, value: str, margin: int) -> str:
    """SELECT of the events of a step that say what is wanted; `margin` seconds are looked at before seen_from."""
    present = [
        f"fields[{step.place(field)}] != ''" for field in dict.fromkeys((*wanted.keys, *wanted.values, *wanted.carried))
    ]
    return Template(query("rules_matched")).substitute(
        key=_texts(step, wanted.keys),
        carried=_texts(step, wanted.carried),
        value=f"toUInt64({value})",
        event=_EVENT,
        step=lit(step.key),
        scope=f"t >= {{seen_from:Int64}} - {1000 * margin} AND t < {{seen_to:Int64}}",
        present=" AND ".join(present) or "true",
    )


def _texts(step: Step, fields: Sequence[str]) -> str:
    return "[" + ", ".join(f"fields[{step.place(field)}]" for field in fields) + "]::Array(String)"


def _hash(step: Step, fields: Sequence[str]) -> str:
    return f"cityHash64({', '.join(f'fields[{step.place(field)}]' for field in fields)})"
