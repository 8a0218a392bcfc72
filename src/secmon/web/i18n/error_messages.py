"""Error messages in the language of the page; code, API and log have them in English.

`refusals_ko.json` holds the messages that pages can show, with {} in the places of values.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from secmon.errors import SecmonError


def error_message(error: SecmonError | str, language: str) -> str:
    """Return the message of an error; it stays English if it has no Korean translation."""
    said = str(error)
    if language != "ko":
        return said
    for pattern, korean in _patterns():
        found = pattern.fullmatch(said)
        if found:
            return korean.format(*map(_word, found.groups()))
    return said


def sentences() -> Mapping[str, str]:
    """Return Korean messages by English message, with {} and with {0}, {1} in the places of values."""
    kept: Mapping[str, str] = _kept()["sentences"]
    return kept


def _word(value: str) -> str:
    """Translate a state, or several states, into Korean; return other values unchanged."""
    words = _kept()["words"]
    return ", ".join(words.get(one, one) for one in value.split(", "))


@cache
def _kept() -> Mapping[str, Mapping[str, str]]:
    kept: Mapping[str, Mapping[str, str]] = json.loads(
        (files("secmon.web.i18n") / "refusals_ko.json").read_text("utf-8")
    )
    return kept


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Compile the messages, those with the fewest values first: the more general message must not win."""
    ordered = sorted(sentences().items(), key=lambda pair: (pair[0].count("{}"), -len(pair[0])))
    return tuple(
        (re.compile("(.*?)".join(map(re.escape, english.split("{}"))), re.DOTALL), korean)
        for english, korean in ordered
    )
