"""Refusals on Korean pages."""

import ast
import re
from pathlib import Path

import pytest

import secmon
from secmon.errors import IllegalMove
from secmon.web.i18n.error_messages import error_message, sentences

SHOWN = ("alerts", "hunt", "people", "feeds", "digest")
"""Packages whose refusals pages show."""
ONLY = {"feeds": {"_unavailable", "FeedUnavailable"}, "digest": {"NotDelivered"}}
"""What a page shows of a feed and of a letter; what else is raised there is for commands."""
ELSEWHERE = {"ValueError", "LoginRefused", "ProviderRefused"}
"""Programming errors, and what the page of the login says in its own words."""
COMMANDS_ONLY = {"{} cannot be written: {}", "{}: {}", "{}"}


def english(node: ast.expr) -> str | None:
    """A message with {} in the places of its values, None when it is put together elsewhere."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def raised() -> set[str]:
    """Every message of a refusal in these packages."""
    found = set()
    for package in SHOWN:
        for file in (Path(secmon.__file__).parent / package).glob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
                    name = node.exc.func.id if isinstance(node.exc.func, ast.Name) else ""
                    message = english(node.exc.args[0])
                    shown = name in ONLY[package] if package in ONLY else name not in ELSEWHERE
                    if shown and message is not None:
                        found.add(message)
    return found - COMMANDS_ONLY


def test_every_refusal_has_its_korean_sentence() -> None:
    """And no sentence is kept for a refusal that is gone."""
    assert raised() == sentences().keys()


@pytest.mark.parametrize("sentence", sorted(sentences()))
def test_values_stand_in_their_places(sentence: str) -> None:
    """Each value is in the Korean sentence once, and the sentence is Korean."""
    places = sentence.count("{}")
    said = error_message(sentence.format(*(f"<{place}>" for place in range(places))), "ko")
    assert sorted(re.findall(r"<\d>", said)) == [f"<{place}>" for place in range(places)]
    assert re.search("[가-힣]", said)


def test_states_are_words_of_the_page() -> None:
    """States in a refusal are in Korean too; English pages and unknown sentences keep the centre's words."""
    error = IllegalMove("incident 7 is closed: reopen it first")
    assert error_message(error, "ko") == "사고 7은(는) 종결되었습니다. 먼저 다시 여십시오."
    assert error_message(error, "en") == str(error)
    moved = error_message("alert 3 is open and cannot become merged; it can become acknowledged, closed", "ko")
    assert moved.endswith("가능한 상태: 확인, 종결")
    assert error_message("the engine does not answer", "ko") == "the engine does not answer"
