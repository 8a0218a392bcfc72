"""Steps: the events that the rules under correlations match, kept apart so that a window is looked at without them.

A correlation looks back over its timespan at every run. What its rules matched there was found when it came in and is
kept as rows of a step, a few fields each; the events themselves are asked once.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from string import Template
from typing import Any

from secmon.errors import RuleError, StoreError
from secmon.rules.backend import ClickHouseBackend
from secmon.rules.batches import Batches, milliseconds
from secmon.rules.columns import Column
from secmon.rules.compile import Compiled, compile_rule
from secmon.rules.correlation import Correlation
from secmon.rules.literals import text_list
from secmon.rules.prefilter import Possible, possible
from secmon.rules.rule import Rule
from secmon.store.client import Store
from secmon.store.sql import query

LONGEST = 7 * 86_400
"""Seconds that steps are kept at least: a correlation that looks back further cannot be exact."""

_AT_ONCE = 100  # rules in one statement


@dataclass(frozen=True, eq=False)
class Step:
    """A rule under one or more correlations and the fields that they want of its events, in this order.

    `key` changes with the rule's condition and the fields, so that rows of an older edition are not mixed in.
    """

    compiled: Compiled
    fields: tuple[str, ...]
    key: str

    def place(self, field: str) -> int:
        """Where a field stands in a row, from 1."""
        return self.fields.index(field) + 1


@dataclass(frozen=True, eq=False)
class Steps:
    """Every step under some correlations, by rule; `unfit` says why a correlation cannot run, by its id."""

    by_rule: Mapping[Rule, Step]
    unfit: Mapping[str, str]


@dataclass(frozen=True)
class Taken:
    """From when to when (ms) a step was taken in the new events, by its key; `errors` by the rule's id."""

    spans: Mapping[str, tuple[int, int]]
    errors: Mapping[str, str]


def steps_of(correlations: Sequence[Correlation]) -> Steps:
    """The steps under these correlations, with every field that one of them wants."""
    wanted: dict[Rule, dict[str, None]] = {}
    unfit: dict[str, str] = {}
    for correlation in correlations:
        needed = list(_needed(correlation, ((),) * len(correlation.bases)))
        if correlation.margin > LONGEST:
            unfit[correlation.id] = f"looks back {correlation.margin} s, what its rules match is kept {LONGEST} s"
            continue
        try:
            for rule, _ in needed:
                compile_rule(rule)
        except RuleError as error:
            unfit[correlation.id] = str(error)
            continue
        for rule, fields in needed:
            wanted.setdefault(rule, {}).update(dict.fromkeys(fields))
    return Steps({rule: _step(rule, tuple(sorted(fields))) for rule, fields in wanted.items()}, unfit)


def take(
    store: Store, steps: Sequence[Step], batches: Batches, recorded_at: datetime, known: Possible | None = None
) -> Taken:
    """Keep the steps that the events of these batches are; taking them again replaces the rows.

    `known` are the rules that can match, where that is known.
    """
    known = known or possible(store, tuple(step.compiled for step in steps), batches)
    can = {one.rule for one in known.rules}
    by_source: dict[str, list[Step]] = {}
    for step in steps:
        if step.compiled.rule in can:
            by_source.setdefault(step.compiled.source.name, []).append(step)
    parameters = {**batches.parameters, "recorded_at": milliseconds(recorded_at)}
    errors: dict[str, str] = {}
    for several in by_source.values():
        for at in range(0, len(several), _AT_ONCE):
            errors |= _insert(store, several[at : at + _AT_ONCE], parameters)
    spans = {key: (first, last) for key, first, last in store.rows(query("steps_taken"), parameters)} if can else {}
    return Taken(spans, errors)


def columns_of(rule: Rule, fields: Sequence[str]) -> tuple[tuple[Column, ...], set[str]]:
    """The columns of these fields in the rule's log source, and which of the fields nobody knows."""
    backend = ClickHouseBackend(compile_rule(rule).source)
    return tuple(backend.column(field) for field in fields), backend.unmapped


def _needed(correlation: Correlation, carried: Sequence[tuple[str, ...]]) -> Iterator[tuple[Rule, tuple[str, ...]]]:
    """Each single rule under a correlation with the fields wanted of it; `carried` are those an outer one wants."""
    for base, keys, values, further in zip(
        correlation.bases, correlation.keys, correlation.values, carried, strict=True
    ):
        wanted = (*keys, *values, *further)
        if isinstance(base, Rule):
            yield base, wanted
        else:
            yield from _needed(base, (wanted,) * len(base.bases))


def _step(rule: Rule, fields: tuple[str, ...]) -> Step:
    compiled = compile_rule(rule)
    text = "\n".join((rule.id, compiled.source.predicate, compiled.condition, *fields))
    return Step(compiled, fields, hashlib.sha256(text.encode()).hexdigest()[:16])


def _insert(store: Store, steps: Sequence[Step], parameters: Mapping[str, Any]) -> dict[str, str]:
    """Insert what the rules of one log source match; if that fails, halve them to find whose fault it is."""
    try:
        store.command(_statement(steps), parameters)
    except StoreError as error:
        store.rows(query("rules_probe"), parameters)  # raises where the store is ill and no rule is to blame
        if len(steps) == 1:
            return {steps[0].compiled.rule.id: str(error)}
        middle = len(steps) // 2
        return _insert(store, steps[:middle], parameters) | _insert(store, steps[middle:], parameters)
    return {}


def _statement(steps: Sequence[Step]) -> str:
    conditions = (f"if({step.compiled.condition}, {number}, 0)" for number, step in enumerate(steps, start=1))
    return Template(query("steps_take")).substitute(
        keys=text_list([step.key for step in steps]),
        fields=", ".join(_fields(step) for step in steps),
        conditions=", ".join(conditions),
        source=steps[0].compiled.source.predicate,
    )


def _fields(step: Step) -> str:
    columns, _ = columns_of(step.compiled.rule, step.fields)
    texts = (f"if({one.present}, {one.text}, '')" if one.number else one.text for one in columns)
    return "[" + ", ".join(f"toString({text})" for text in texts) + "]::Array(String)"
