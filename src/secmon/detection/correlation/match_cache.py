"""Match cache: rows of the events that the rules under correlations match.

A correlation looks back over its timespan at every run. What its rules matched there was found when the events
came in and is stored as rows of a few fields each, so the events themselves are scanned only once.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from string import Template

from secmon.detection.engine.batches import Batches, milliseconds
from secmon.detection.engine.isolation import isolate_failing
from secmon.detection.engine.prefilter import Candidates, candidate_rules
from secmon.detection.sigma.backend import ClickHouseBackend
from secmon.detection.sigma.columns import Column
from secmon.detection.sigma.compile import Compiled, compile_rule, log_source_of
from secmon.detection.sigma.correlation_rule import Correlation
from secmon.detection.sigma.literals import text_list
from secmon.detection.sigma.rule import Rule
from secmon.errors import RuleError
from secmon.store.client import Store
from secmon.store.sql import query

LONGEST = 7 * 86_400
"""Minimum time in seconds that cached matches are stored.

A correlation that looks back further cannot be exact.
"""

_AT_ONCE = 100  # rules in one statement


@dataclass(frozen=True, eq=False)
class CachedRule:
    """A rule under one or more correlations and the fields that they need of its events, in this order.

    `key` changes with the rule's condition and the fields, so that rows of an older version of the rule are not
    mixed in.
    """

    compiled: Compiled
    fields: tuple[str, ...]
    key: str

    def place(self, field: str) -> int:
        """Return the position of a field in a row, from 1."""
        return self.fields.index(field) + 1


@dataclass(frozen=True, eq=False)
class CachedRules:
    """All cached rules under some correlations, by rule.

    `unfit` gives the reason why a correlation cannot run, by id.
    """

    by_rule: Mapping[Rule, CachedRule]
    unfit: Mapping[str, str]


@dataclass(frozen=True)
class RecordedMatches:
    """First and last time (ms) of each cached rule's matches in the new events, by key; `errors` by rule id."""

    spans: Mapping[str, tuple[int, int]]
    errors: Mapping[str, str]


def cached_rules(correlations: Sequence[Correlation]) -> CachedRules:
    """Return the rules to cache for these correlations, each with every field that a correlation needs."""
    # A rule under several correlations is cached once, with the union of their fields. One row set for each correlation
    # would match and store the same events several times.
    compiled: dict[Rule, Compiled] = {}
    wanted: dict[Rule, dict[str, None]] = {}
    unfit: dict[str, str] = {}
    for correlation in correlations:
        needed = list(_needed(correlation, ((),) * len(correlation.bases)))
        # The cache is shorter than this look-back. A count over a part of the window would look exact and be too low,
        # so the correlation is refused with the reason.
        if correlation.margin > LONGEST:
            unfit[correlation.id] = f"looks back {correlation.margin} s, what its rules match is kept {LONGEST} s"
            continue
        try:
            for rule, _ in needed:
                compiled[rule] = compiled.get(rule) or compile_rule(rule)
        except RuleError as error:
            unfit[correlation.id] = str(error)
            continue
        for rule, fields in needed:
            wanted.setdefault(rule, {}).update(dict.fromkeys(fields))
    return CachedRules({rule: _step(compiled[rule], tuple(sorted(fields))) for rule, fields in wanted.items()}, unfit)


def record_matches(
    store: Store, steps: Sequence[CachedRule], batches: Batches, recorded_at: datetime, known: Candidates | None = None
) -> RecordedMatches:
    """Record which events of these batches the cached rules match. Recording them again replaces the rows.

    The candidates are the result of the prefilter; it is computed here when omitted.
    """
    known = known or candidate_rules(store, tuple(step.compiled for step in steps), batches)
    can = {one.rule for one in known.rules}
    by_source: dict[str, list[CachedRule]] = {}
    for step in steps:
        if step.compiled.rule in can:
            by_source.setdefault(step.compiled.source.name, []).append(step)
    # The time of recording identifies this run: the query after the inserts finds the new rows by it. It is also the
    # version by which ReplacingMergeTree drops the older copy of a row that is recorded again.
    parameters = {**batches.parameters, "recorded_at": milliseconds(recorded_at)}
    errors: dict[str, str] = {}

    def insert(together: Sequence[CachedRule]) -> None:
        store.command(_statement(together), parameters)

    for several in by_source.values():
        for at in range(0, len(several), _AT_ONCE):
            together = several[at : at + _AT_ONCE]
            failed = isolate_failing(store, together, parameters, insert)
            errors |= {step.compiled.rule.id: error for step, error in failed}
    spans = {key: (first, last) for key, first, last in store.rows(query("steps_taken"), parameters)} if can else {}
    return RecordedMatches(spans, errors)


def columns_of(rule: Rule, fields: Sequence[str]) -> tuple[tuple[Column, ...], set[str]]:
    """Return the columns of these fields in the rule's log source, and the fields that have no column."""
    backend = ClickHouseBackend(log_source_of(rule))
    return tuple(backend.column(field) for field in fields), backend.unmapped


def _needed(correlation: Correlation, carried: Sequence[tuple[str, ...]]) -> Iterator[tuple[Rule, tuple[str, ...]]]:
    """Yield each single rule under a correlation with the fields needed of it.

    `carried` are the fields that an outer correlation needs.
    """
    for base, keys, values, further in zip(
        correlation.bases, correlation.keys, correlation.values, carried, strict=True
    ):
        # A correlation inside another is computed from the same rows in the same query. The rows must therefore hold
        # the fields of all levels above, not only those of the nearest correlation.
        wanted = (*keys, *values, *further)
        if isinstance(base, Rule):
            yield base, wanted
        else:
            yield from _needed(base, (wanted,) * len(base.bases))


def _step(compiled: Compiled, fields: tuple[str, ...]) -> CachedRule:
    # The key is a hash of all that determines the rows. After a change of the rule, its log source or its fields, the
    # old rows are no longer found and expire; reusing the rule id would mix positions of old and new fields. A changed
    # rule starts with an empty cache.
    text = "\n".join((compiled.rule.id, compiled.source.predicate, compiled.condition, *fields))
    return CachedRule(compiled, fields, hashlib.sha256(text.encode()).hexdigest()[:16])


def _statement(steps: Sequence[CachedRule]) -> str:
    conditions = (f"if({step.compiled.condition}, {number}, 0)" for number, step in enumerate(steps, start=1))
    return Template(query("steps_take")).substitute(
        keys=text_list([step.key for step in steps]),
        fields=", ".join(_fields(step) for step in steps),
        conditions=", ".join(conditions),
        source=steps[0].compiled.source.predicate,
    )


def _fields(step: CachedRule) -> str:
    columns, _ = columns_of(step.compiled.rule, step.fields)
    # Numbers are stored as text, with '' for an absent value as in text columns: otherwise the 0 of an absent port or
    # code would form a group of its own.
    texts = (f"if({one.present}, {one.text}, '')" if one.number else one.text for one in columns)
    return "[" + ", ".join(f"toString({text})" for text in texts) + "]::Array(String)"
