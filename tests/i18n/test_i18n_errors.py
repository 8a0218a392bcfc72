"""Errors carry codes: every code has its text in both languages, and every text of an error is used."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path

import secmon
from secmon.alerts.workflow import Closure
from secmon.auth.roles import Role
from secmon.db.models import AlertStatus
from secmon.errors import (
    ConflictError,
    ErrorText,
    FeedUnavailable,
    IllegalMove,
    Item,
    Term,
    UsageError,
    read_error_text,
)
from secmon.i18n.catalogue import Text, error_texts, message_id
from secmon.incidents.incident import IncidentState
from secmon.incidents.playbook import TaskState
from secmon.operations.crisis_level import CrisisLevel
from secmon.response.blocklist.blocklist import BlockState
from secmon.response.requests.request import RequestState
from secmon.taxonomy import Severity

SOURCES = Path(secmon.__file__).parent
OWN = {"final", "site", "feed", "site_wide", "wait", "until"}
"""Arguments of some errors that are no values of their text, unless the text has them."""
_CODE = re.compile(r"[a-z_]+\.[a-z_0-9]+")


@cache
def classes() -> frozenset[str]:
    """Names of all classes of errors, and of the function that makes an error of a feed from a code."""
    bases = {
        node.name: {ast.unparse(base) for base in node.bases}
        for file in SOURCES.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    }
    found = {"SecmonError"}
    while more := {name for name, above in bases.items() if above & found} - found:
        found |= more
    return frozenset(found | {"_unavailable"})


def calls() -> Iterator[tuple[str, ast.Call, bool]]:
    """Place and call of every error that the sources make; True for one with a literal text."""
    names = classes()
    for file in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            place, made = f"{file.relative_to(SOURCES)}:{node.lineno}", ast.unparse(node.func)
            if made in names or made == "super().__init__":
                yield place, node, False
            elif made.endswith(".literal"):
                yield place, node, True


def coded() -> Iterator[tuple[str, str, set[str]]]:
    """Place, code and names of the values of every error with a code."""
    for place, call, literal in calls():
        first = call.args[0] if call.args else None
        if not literal and isinstance(first, ast.Constant) and _CODE.fullmatch(str(first.value)):
            yield place, str(first.value), {keyword.arg for keyword in call.keywords if keyword.arg}


def texts_of_codes() -> dict[str, Text]:
    """Texts of codes, without those of items and terms."""
    return {name: text for name, text in error_texts("en").texts.items() if not name.startswith(("kind-", "term-"))}


def test_every_code_has_its_text_and_its_values() -> None:
    """Each code that is raised is in the catalogue, and the error passes exactly the values of the text."""
    misses, texts = [], error_texts("en").texts
    for place, code, given in coded():
        text = texts.get(message_id(code))
        if text is None:
            misses.append(f"{place}: {code} is not in the catalogue")
        elif given - (OWN - text.values) != text.values:
            misses.append(f"{place}: {code} gets {sorted(given)}, its text needs {sorted(text.values)}")
    assert misses == []


def test_every_text_of_an_error_is_used() -> None:
    """No text is left over from an error that is gone."""
    raised = {message_id(code) for _, code, _ in coded()}
    assert len(raised) > 150
    assert texts_of_codes().keys() - raised == set()


def test_an_error_has_a_code_or_is_literal() -> None:
    """No error gets its text where its code belongs."""
    misses = []
    for place, call, literal in calls():
        first = call.args[0] if call.args else None
        text = str(first.value) if isinstance(first, ast.Constant) else ""
        if not literal and (isinstance(first, ast.JoinedStr) or (text and not _CODE.fullmatch(text))):
            misses.append(place)
    assert misses == []


def test_pages_raise_no_literal_text() -> None:
    """What a page can show has a code: only texts that are missing are literal there."""
    shown = ("alerts", "incidents", "operations", "response", "search", "inventory", "web", "feed_health", "auth")
    found = {place.rpartition(":")[0] for place, _, literal in calls() if literal and place.startswith(shown)}
    assert found == {"web/i18n/texts.py", "auth/oidc.py", "auth/oidc_accounts.py", "auth/private_file.py"}


def test_states_and_fields_have_names_in_both_languages() -> None:
    """Whatever a Term can name in the sources or in a table of states is in the catalogue."""
    states: tuple[type[StrEnum], ...] = (
        AlertStatus,
        IncidentState,
        RequestState,
        BlockState,
        TaskState,
        CrisisLevel,
        Role,
    )
    names = {str(one) for kind in states for one in kind} | {one.name.lower() for one in Severity}
    for file in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "require_text":
                names |= {str(one.value) for one in node.args[1:] if isinstance(one, ast.Constant)}
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Term.of":
                names |= {str(one.value) for one in node.args if isinstance(one, ast.Constant)}
    missing = [name for name in names for language in ("ko", "en") if f"term.{name}" not in error_texts(language)]
    assert missing == []
    assert Closure.BENIGN not in names


def test_kinds_of_items_have_names_in_both_languages() -> None:
    """Every kind of item in the sources is in the catalogue, and no kind is left over."""
    used = set()
    for file in SOURCES.rglob("*.py"):
        source = file.read_text(encoding="utf-8")
        for pattern in (r'\bItem\(\s*"([a-z_]+)"', r'Transitions\(\s*"([a-z_]+)"'):
            used |= set(re.findall(pattern, source))
    for language in ("ko", "en"):
        assert used == {name.removeprefix("kind-") for name in error_texts(language).texts if name.startswith("kind-")}


# ------------------------------------------------------------------------------------------------------------ behaviour


def test_states_and_items_are_translated() -> None:
    """The states and the item of a message are in its language; names that nobody translated stay as they are."""
    error = IllegalMove(
        "transition.not_allowed",
        item=Item("alert", 3),
        state=Term.of("in_progress"),
        wanted=Term.of("odd"),
        allowed=Term.of("acknowledged", "closed"),
    )
    assert str(error) == "alert 3 is in progress and cannot become odd; it can become acknowledged, closed"
    assert error.text("ko") == "경보 3은(는) 처리 중 상태이며 odd 상태가 될 수 없습니다. 가능한 상태: 확인, 종결"


def test_a_conflict_names_the_other_user() -> None:
    """Who changed it and when, or that it was another user."""
    known = ConflictError(Item("request", 7), "kim", datetime(2026, 3, 2, 9, tzinfo=UTC))
    assert str(known).startswith("request 7 was changed by kim at 2026-03-02 09:00:00 UTC")
    assert ConflictError(Item("request", 7), "", None).text("ko").startswith("요청 7을(를) 다른 사용자 님이")


def test_a_stored_error_can_be_read_in_both_languages() -> None:
    """Code and values go into the database; what comes back is English and can be told in Korean."""
    error = FeedUnavailable("feed.no_connection", site="11110", feed="ids", reason="refused")
    stored = error.stored()
    assert stored == "no connection (refused)"
    back = read_error_text(stored.record())
    assert isinstance(back, ErrorText)
    assert (back, back.text("ko")) == (stored, "연결할 수 없습니다(refused)")
    with_names = IllegalMove("task.already", id=4, state=Term.of("done")).stored()
    assert read_error_text(with_names.record()) == with_names == "task 4 is already done"


def test_what_is_no_record_stays_a_text() -> None:
    """Rows of earlier versions, answers of servers, and records that somebody made up do not break a page."""
    made_up = ['{"code": 1}', '{"code": "a", "values": 3}', '{"code": [], "values": {}}', '{"code": ' + "[" * 100_000]
    for text in ("", "250 ok", "no connection (refused)", *made_up):
        assert read_error_text(text) == text
    assert "feed.status" in read_error_text('{"code": "feed.status", "values": {}}')


def test_a_long_value_is_cut_where_it_is_stored() -> None:
    """A mail server's answer of many pages does not fill the database."""
    assert len(UsageError("site.unknown", code="x" * 10_000).stored().record()) < 1_000


def test_a_literal_error_is_its_text() -> None:
    """An error of the command line has an English text only."""
    error = UsageError.literal("no such {file}")
    assert (str(error), error.text("ko"), error.code) == ("no such {file}", "no such {file}", "")
    assert error.stored().record() == '{"code": "", "values": {"text": "no such {file}"}}'


def test_an_error_that_the_catalogue_cannot_tell_still_says_its_code() -> None:
    """A mistake in the catalogue does not hide the error itself."""
    assert str(UsageError("site.unknown")) == "site.unknown {}"
