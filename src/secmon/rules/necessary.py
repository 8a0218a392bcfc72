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
from sigma.types import SigmaExpansion, SigmaString

from secmon.rules.backend import RAW_LINE, ClickHouseBackend
from secmon.rules.columns import event_columns
from secmon.rules.mapping import LogSource

VENDOR_FIELDS = "arrayStringConcat(mapValues(unmapped), '\\n')"
"""The values of all vendor fields together: what one of them must hold, this holds too."""

Text = tuple[str, str]
"""Where it is looked for, as SQL, and the text itself in small letters."""
Clause = frozenset[Text]
"""Texts of which an event needs at least one."""

_LEAST = 3  # characters of a text worth looking for
_MOST = 48  # characters looked for of a longer one: it is as rare, and the automaton for all of them stays small
_PIECE = re.compile(r"[\x20-\x7e]+")


def clauses(rule: SigmaRule, source: LogSource) -> tuple[Clause, ...]:
    """All of these an event needs; none where the rule asks for numbers, networks, expressions or absence only."""
    backend = ClickHouseBackend(source)
    return _either(_needs(parsed.parsed, backend) for parsed in rule.detection.parsed_condition)


def _needs(condition: object, backend: ClickHouseBackend) -> tuple[Clause, ...]:
    if isinstance(condition, ConditionAND):
        several = (_needs(argument, backend) for argument in condition.args)
        return tuple(dict.fromkeys(clause for part in several for clause in part))
    if isinstance(condition, ConditionOR):
        return _either(_needs(argument, backend) for argument in condition.args)
    if isinstance(condition, ConditionFieldEqualsValueExpression):
        return _value(_place(condition.field, backend), condition.value)
    if isinstance(condition, ConditionValueExpression):
        return _value(event_columns()[RAW_LINE].sql, condition.value)
    return ()


def _either(alternatives: Iterable[tuple[Clause, ...]]) -> tuple[Clause, ...]:
    """Of alternatives one is needed: the most telling clause of each, together; nothing when one needs nothing."""
    together: set[Text] = set()
    for one in alternatives:
        if not one:
            return ()
        together |= max(one, key=_telling)
    return (frozenset(together),) if together else ()


def _telling(clause: AbstractSet[Text]) -> tuple[int, int]:
    return min(len(text) for _, text in clause), -len(clause)


def _place(field: str, backend: ClickHouseBackend) -> str:
    """Where the texts of a field are looked for; '' for a number and for what is taken out of a text first."""
    column = backend.column(field)
    if column.number:
        return ""
    if column.sql.startswith("unmapped["):
        return VENDOR_FIELDS
    return column.sql if column.sql.startswith("`") else ""


def _value(place: str, value: object) -> tuple[Clause, ...]:
    if isinstance(value, SigmaExpansion):
        return _either(_value(place, one) for one in value.values)
    if not place or not isinstance(value, SigmaString):
        return ()
    plain = [piece for part in value.s if isinstance(part, str) for piece in _PIECE.findall(part)]
    longest = max(plain, key=len, default="")
    return (frozenset({(place, longest[:_MOST].lower())}),) if len(longest) >= _LEAST else ()
