"""Required literals: texts that every event matched by a rule must contain, also those of a regular expression."""

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from importlib import import_module
from typing import Any

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.rule import SigmaRule
from sigma.types import SigmaExpansion, SigmaNumber, SigmaRegularExpression, SigmaString

from secmon.detection.sigma.backend import RAW_LINE
from secmon.detection.sigma.columns import event_columns
from secmon.detection.sigma.field_mapping import LogSource

# Python's parser of regular expressions has no public name, and there is no other access to its parse tree.
_parser: Any = import_module("re._parser")
_constants: Any = import_module("re._constants")

Alternatives = frozenset[str]
"""Texts in lower case of which at least one must occur."""

_ENTERED = {_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT}


def required_literals_of_regex(expression: str, least: int) -> tuple[Alternatives, ...]:
    """Return the texts that a match must contain, each of at least `least` characters.

    Every element is needed. Empty when the required texts cannot be determined.
    """
    try:
        parsed = _parser.parse(expression)
    except (ValueError, OverflowError, RecursionError, _constants.error):
        return ()  # RE2 accepts expressions that Python rejects
    return tuple(_sequence(parsed, least))


def _sequence(items: Sequence[tuple[Any, Any]], least: int) -> Iterator[Alternatives]:
    """Yield what each part of a sequence requires; adjacent letters are joined into one text."""
    run = ""
    for kind, value in items:
        # Only printable ASCII: the texts are searched in lower() of the column, which folds ASCII letters only. Letters
        # are folded even if the expression is case-sensitive; that finds more events, never fewer.
        if kind is _constants.LITERAL and 0x20 <= value < 0x7F:
            run += chr(value).lower()
            continue
        if len(run) >= least:
            yield frozenset({run})
        # Any other part ends the run: what it matches comes between the letters before and after it, so these are not
        # one text.
        run = ""
        yield from _part(kind, value, least)
    if len(run) >= least:
        yield frozenset({run})


def _part(kind: Any, value: Any, least: int) -> Iterator[Alternatives]:
    # A group is required if it must occur at least once. The content of x* or x? may be missing, so it must not be
    # required: the rule would lose matches.
    if kind is _constants.SUBPATTERN or (kind in _ENTERED and value[0] >= 1):
        yield from _sequence(value[-1], least)
    elif kind is _constants.BRANCH:
        # Any branch may be the one that matches, so one text of each is needed. A branch without a required text makes
        # the whole alternation useless: an event can match through it and contain none of the texts.
        either = [max(_sequence(branch, least), key=selectivity, default=frozenset()) for branch in value[1]]
        if all(either):
            yield frozenset(text for one in either for text in one)


def selectivity(texts: frozenset[str]) -> tuple[int, int]:
    """Return a rank: the length of the shortest text counts first, then fewer texts are better."""
    return min(map(len, texts), default=0), -len(texts)


VENDOR_FIELDS = "arrayStringConcat(mapValues(unmapped), '\\n')"
"""SQL of the values of all vendor fields joined together: any text of a single field is also found in it."""

Text = tuple[str, str]
"""The SQL expression to search, and the text itself in lower case."""
Clause = frozenset[Text]
"""Texts of which an event must contain at least one."""

_LEAST = 2  # shortest text worth searching for, in characters
_MOST = 48  # characters searched of a longer text: the prefix is as rare, and the automaton for all texts stays small
_PIECE = re.compile(r"[\x20-\x7e]+")


def required_literals(rule: SigmaRule, source: LogSource) -> tuple[Clause, ...]:
    """Return the clauses of which an event must satisfy every one.

    Empty if the rule only tests numbers, networks, expressions without fixed text, or absence.
    """
    return _either(_needs(parsed.parsed, source) for parsed in rule.detection.parsed_condition)


def _needs(condition: object, source: LogSource) -> tuple[Clause, ...]:
    # The result is a conjunction of clauses, each a disjunction of texts. AND joins the clauses of its parts. OR needs
    # one clause that holds for every alternative, see below. The result may be weaker than the rule but never stronger:
    # a clause too many would silently drop matches, a clause too few only costs time.
    if isinstance(condition, ConditionAND):
        several = (_needs(argument, source) for argument in condition.args)
        return tuple(dict.fromkeys(clause for part in several for clause in part))
    if isinstance(condition, ConditionOR):
        return _either(_needs(argument, source) for argument in condition.args)
    if isinstance(condition, ConditionFieldEqualsValueExpression):
        return _value(_place(condition.field, source), condition.value)
    if isinstance(condition, ConditionValueExpression):
        return _value(event_columns()[RAW_LINE].sql, condition.value)
    # NOT is satisfied by events that lack the text, so it requires nothing; neither do tests for absence.
    return ()


def _either(alternatives: Iterable[tuple[Clause, ...]]) -> tuple[Clause, ...]:
    """Combine alternatives: join the most selective clause of each into one clause.

    Empty when one alternative requires nothing, since an event can then match without any text.
    """
    several = list(alternatives)
    if len(several) == 1:
        return several[0]
    # (A and B) or (C and D) requires (A or C) and (A or D) and (B or C) and (B or D). The full product grows
    # exponentially with nesting, so keep only one of these clauses, made of the best clause of each alternative.
    together: set[Text] = set()
    for one in several:
        if not one:
            return ()
        together |= max(one, key=_telling)
    return (frozenset(together),) if together else ()


def _telling(clause: AbstractSet[Text]) -> tuple[int, int]:
    # Prefer the clause whose shortest text is longest: a short text occurs in almost every event and decides how often
    # the clause passes. With equal length, fewer texts are better.
    return min(len(text) for _, text in clause), -len(clause)


def _place(field: str, source: LogSource) -> str:
    """Return the SQL in which to search for a field's texts: a column that contains all of it; '' for a number."""
    # A mapped field may be a part of a column (url|path). Search the whole column: it contains the part, and several
    # fields of one column then share one search.
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
        needed = () if value.contains_placeholder() else required_literals_of_regex(str(value.regexp), _LEAST)
        return tuple(frozenset((place, text[:_MOST]) for text in texts) for texts in needed)
    if isinstance(value, SigmaNumber):
        return (frozenset({(place, str(value))}),) if len(str(value)) >= _LEAST else ()
    if not isinstance(value, SigmaString):
        return ()
    # Wildcards split a value into plain pieces, all of which must occur; the longest is the rarest. Only printable
    # ASCII counts, since the search folds letter case with lower(), which leaves other letters as they are.
    plain = [piece for part in value.s if isinstance(part, str) for piece in _PIECE.findall(part)]
    longest = max(plain, key=len, default="")
    return (frozenset({(place, longest[:_MOST].lower())}),) if len(longest) >= _LEAST else ()
