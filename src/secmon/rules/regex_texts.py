"""Texts that whatever a regular expression matches must hold."""

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

# the parser of regular expressions has no public name, and its output no other form
_parser: Any = import_module("re._parser")
_constants: Any = import_module("re._constants")

Alternatives = frozenset[str]
"""Texts in small letters of which one must be there."""

_ENTERED = {_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT}


def needed_texts(expression: str, least: int) -> tuple[Alternatives, ...]:
    """All of these are needed, each of at least `least` characters; none when nobody can tell."""
    try:
        parsed = _parser.parse(expression)
    except (ValueError, OverflowError, RecursionError, _constants.error):
        return ()  # RE2 allows what Python does not
    return tuple(_sequence(parsed, least))


def _sequence(items: Sequence[tuple[Any, Any]], least: int) -> Iterator[Alternatives]:
    """Of a sequence every part is needed; letters that follow each other are one text."""
    run = ""
    for kind, value in items:
        if kind is _constants.LITERAL and 0x20 <= value < 0x7F:
            run += chr(value).lower()
            continue
        if len(run) >= least:
            yield frozenset({run})
        run = ""
        yield from _part(kind, value, least)
    if len(run) >= least:
        yield frozenset({run})


def _part(kind: Any, value: Any, least: int) -> Iterator[Alternatives]:
    if kind is _constants.SUBPATTERN or (kind in _ENTERED and value[0] >= 1):
        yield from _sequence(value[-1], least)
    elif kind is _constants.BRANCH:
        either = [max(_sequence(branch, least), key=telling, default=frozenset()) for branch in value[1]]
        if all(either):
            yield frozenset(text for one in either for text in one)


def telling(texts: frozenset[str]) -> tuple[int, int]:
    """How much it says that one of these is there: the shortest counts, and fewer are better."""
    return min(map(len, texts), default=0), -len(texts)
