"""Texts that an event must hold for a rule to match it, read off the rule's condition."""

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.rule import SigmaRule
from sigma.types import SigmaExpansion, SigmaNumber, SigmaRegularExpression, SigmaString

from secmon.rules.backend import RAW_LINE
from secmon.rules.columns import event_columns
from secmon.rules.mapping import LogSource
from secmon.rules.regex_texts import needed_texts

VENDOR_FIELDS = "arrayStringConcat(mapValues(unmapped), '\\n')"
"""The values of all vendor fields together: what one of them must hold, this holds too."""

Text = tuple[str, str]
"""Where it is looked for, as SQL, and the text itself in small letters."""
Clause = frozenset[Text]
"""Texts of which an event needs at least one."""

_LEAST = 2  # characters of a text worth looking for
_MOST = 48  # characters looked for of a longer one: it is as rare, and the automaton for all of them stays small
_PIECE = re.compile(r"[\x20-\x7e]+")


def clauses(rule: SigmaRule, source: LogSource) -> tuple[Clause, ...]:
    """All of these an event needs; none where the rule asks for numbers, networks, expressions or absence only."""
    return _either(_needs(parsed.parsed, source) for parsed in rule.detection.parsed_condition)


def _needs(condition: object, source: LogSource) -> tuple[Clause, ...]:
    if isinstance(condition, ConditionAND):
        several = (_needs(argument, source) for argument in condition.args)
        return tuple(dict.fromkeys(clause for part in several for clause in part))
    if isinstance(condition, ConditionOR):
        return _either(_needs(argument, source) for argument in condition.args)
    if isinstance(condition, ConditionFieldEqualsValueExpression):
        return _value(_place(condition.field, source), condition.value)
    if isinstance(condition, ConditionValueExpression):
        return _value(event_columns()[RAW_LINE].sql, condition.value)
    return ()


def _either(alternatives: Iterable[tuple[Clause, ...]]) -> tuple[Clause, ...]:
    """Of alternatives one is needed: the most telling clause of each, together; nothing when one needs nothing."""
    several = list(alternatives)
    if len(several) == 1:
        return several[0]
    together: set[Text] = set()
    for one in several:
        if not one:
            return ()
        together |= max(one, key=_telling)
    return (frozenset(together),) if together else ()


def _telling(clause: AbstractSet[Text]) -> tuple[int, int]:
    return min(len(text) for _, text in clause), -len(clause)


def _place(field: str, source: LogSource) -> str:
    """Where the texts of a field are looked for: in a column that holds all of it; '' for a number."""
    reference = source.fields.get(field, field).partition("|")[0]
    if reference not in event_columns():
        if not source.words:
            return VENDOR_FIELDS
        reference = source.words.partition("|")[0]
    column = event_columns()[reference]
    return "" if column.number else column.sql


def _value(place: str, value: object) -> tuple[Clause, ...]:
    if not place:
        return ()
    if isinstance(value, SigmaExpansion):
        return _either(_value(place, one) for one in value.values)
    if isinstance(value, SigmaRegularExpression):
        needed = () if value.contains_placeholder() else needed_texts(str(value.regexp), _LEAST)
        return tuple(frozenset((place, text[:_MOST]) for text in texts) for texts in needed)
    if isinstance(value, SigmaNumber):
        return (frozenset({(place, str(value))}),) if len(str(value)) >= _LEAST else ()
    if not isinstance(value, SigmaString):
        return ()
    plain = [piece for part in value.s if isinstance(part, str) for piece in _PIECE.findall(part)]
    longest = max(plain, key=len, default="")
    return (frozenset({(place, longest[:_MOST].lower())}),) if len(longest) >= _LEAST else ()
