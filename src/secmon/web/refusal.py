"""What was refused and why, in the language of the page: the centre says it in English, to programs and in the log.

`refusals_ko.json` has the sentences that pages can show, each with {} where the centre puts a value.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from secmon.errors import SecmonError


def in_words(error: SecmonError | str, language: str) -> str:
    """The reason of a refusal; one that has no Korean sentence stays as it is."""
    said = str(error)
    if language != "ko":
        return said
    for pattern, korean in _patterns():
        found = pattern.fullmatch(said)
        if found:
            return korean.format(*map(_word, found.groups()))
    return said


def sentences() -> Mapping[str, str]:
    """Korean by the English sentence, with {} and with {0}, {1} in the places of values."""
    kept: Mapping[str, str] = _kept()["sentences"]
    return kept


def _word(value: str) -> str:
    """A state, or several, in Korean; other values as they are."""
    words = _kept()["words"]
    return ", ".join(words.get(one, one) for one in value.split(", "))


@cache
def _kept() -> Mapping[str, Mapping[str, str]]:
    kept: Mapping[str, Mapping[str, str]] = json.loads((files("secmon.web") / "refusals_ko.json").read_text("utf-8"))
    return kept


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Sentences with the fewest values first: the more general one must not win."""
    ordered = sorted(sentences().items(), key=lambda pair: (pair[0].count("{}"), -len(pair[0])))
    return tuple(
        (re.compile("(.*?)".join(map(re.escape, english.split("{}"))), re.DOTALL), korean)
        for english, korean in ordered
    )
