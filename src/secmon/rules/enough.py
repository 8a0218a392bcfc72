"""Which correlations can have enough at all: a plain count of steps by group, of all of them in one query."""

from collections.abc import Iterator, Mapping
from string import Template

from secmon.rules.batches import Batches
from secmon.rules.correlation import Correlation
from secmon.rules.literals import lit, text_list
from secmon.rules.rule import Rule
from secmon.rules.steps import Step, Steps
from secmon.store.client import Store
from secmon.store.sql import query

Around = tuple[int, int]
"""First and last time (ms) of the new steps of a correlation."""


def within_reach(
    store: Store, around: Mapping[Correlation, Around], steps: Steps, batches: Batches
) -> frozenset[Correlation]:
    """Those that have a group with new steps and as many as they ask for in the whole look-back, in whatever order.

    One that has enough is never left out; windows and orders are looked at afterwards.
    """
    asked = list(around)
    if not asked:
        return frozenset()
    parts = (_part(number, one, around[one], steps) for number, one in enumerate(asked))
    rows = store.rows("\nUNION ALL\n".join(parts), {"batch_ids": list(batches.ids)})
    return frozenset(asked[number] for (number,) in rows)


def _part(number: int, correlation: Correlation, around: Around, steps: Steps) -> str:
    leaves = list(_leaves(correlation, steps))
    first, last = around
    by_step = {step.key: fields for _, step, fields in leaves}
    return Template(query("correlation_reach")).substitute(
        number=number,
        key=_by_step(by_step, len(correlation.group_by)),
        steps=text_list(sorted(by_step)),
        since=first - 1000 * (correlation.timespan + correlation.margin),
        until=last + 1000 * correlation.timespan,
        enough=_enough(correlation, leaves),
    )


def _leaves(correlation: Correlation, steps: Steps) -> Iterator[tuple[int, Step, tuple[int, ...]]]:
    """Number of the base, step under it, and where the fields stand that the correlation groups by."""
    for number, (base, keys) in enumerate(zip(correlation.bases, correlation.keys, strict=True)):
        for leaf in (base,) if isinstance(base, Rule) else base.leaves:
            step = steps.by_rule[leaf]
            yield number, step, tuple(step.place(field) for field in keys)


def _by_step(places: Mapping[str, tuple[int, ...]], length: int) -> str:
    """The group's key, whose fields stand in other places in each step."""
    keys = list(places)
    columns = (
        f"fields[transform(step, [{text_list(keys)}], [{', '.join(str(places[key][at]) for key in keys)}], 0)]"
        for at in range(length)
    )
    return "[" + ", ".join(columns) + "]::Array(String)"


def _enough(correlation: Correlation, leaves: list[tuple[int, Step, tuple[int, ...]]]) -> str:
    if not correlation.together:
        least = correlation.threshold if all(isinstance(base, Rule) for base in correlation.bases) else 0
        return f"count() >= {max(least, *map(_least, correlation.bases))}"
    of_base = (
        (_least(base), [step.key for at, step, _ in leaves if at == number])
        for number, base in enumerate(correlation.bases)
    )
    reached = (f"(countIf(step IN ({', '.join(map(lit, keys))})) >= {least})" for least, keys in of_base)
    return f"{' + '.join(reached)} >= {correlation.threshold}"


def _least(base: Rule | Correlation) -> int:
    """Steps without which a base cannot have been reached once."""
    if isinstance(base, Rule):
        return 1
    inner = max(map(_least, base.bases))
    return max(inner, 1 if base.together else base.threshold) if all(isinstance(b, Rule) for b in base.bases) else inner
