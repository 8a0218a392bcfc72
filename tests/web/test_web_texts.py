"""Texts of the screens: both languages say the same, and every text asked for exists."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

import pytest

from secmon.errors import SecmonError
from secmon.feed_health.health import Health
from secmon.incidents.timeline import EntryKind
from secmon.operations.crisis_level import CrisisLevel
from secmon.response.blocklist.allowlist import BUILT_IN
from secmon.runtime.centre import assets_folder
from secmon.sites.registry import load_sites
from secmon.taxonomy import AttackType, Severity
from secmon.web.components.charts import TIMES
from secmon.web.i18n import texts as i18n
from secmon.web.i18n.texts import LANGUAGES, catalogue, kst, t
from secmon.web.pages.blocklist import page as blocklist
from secmon.web.pages.digests import page as digests
from secmon.web.pages.incident import sections
from secmon.web.pages.level import page as level
from secmon.web.pages.people import page as people
from secmon.web.pages.requests import page as requests
from secmon.web.pages.rules import page as rules
from secmon.web.pages.shift import page as shift
from secmon.web.pages.wall import page as wall

SOURCES = Path(i18n.__file__).parent


def placeholders(text: str) -> set[str]:
    """Names in braces in a text."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def python_keys() -> Iterator[tuple[str, str]]:
    """File and key of every text that a module of `web` asks for; `*` stands for what is filled in."""
    for file in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "t":
                key = node.args[0]
                if isinstance(key, ast.Constant):
                    yield file.name, str(key.value)
                elif isinstance(key, ast.JoinedStr):
                    yield file.name, "".join(str(p.value) if isinstance(p, ast.Constant) else "*" for p in key.values)


def script_keys() -> Iterator[str]:
    """Key of every text that the scripts ask for; `*` stands for what is filled in."""
    for file in ("wall.js", "live.js"):
        script = (assets_folder() / file).read_text(encoding="utf-8")
        yield from re.findall(r'words\["([^"]+)"\]', script)
        yield from (re.sub(r"\$\{[^}]*\}", "*", key) for key in re.findall(r"words\[`([^`]+)`\]", script))
        yield from (f"{key}*" for key in re.findall(r'words\["([^"]+)" \+', script))


def test_languages_have_the_same_keys() -> None:
    """What can be said in Korean can be said in English."""
    assert catalogue("ko").keys() == catalogue("en").keys()


@pytest.mark.parametrize("key", sorted(catalogue("ko")))
def test_a_text_is_complete(key: str) -> None:
    """A text is not empty in either language and takes the same values in both."""
    texts = [catalogue(language)[key] for language in LANGUAGES]
    assert all(text.strip() for text in texts)
    assert placeholders(texts[0]) == placeholders(texts[1])


@pytest.mark.parametrize(("file", "key"), sorted(set(python_keys())))
def test_texts_of_pages_exist(file: str, key: str) -> None:
    """Every text that a page asks for by name is in the catalogue."""
    pattern = re.escape(key).replace(r"\*", ".*")
    assert any(re.fullmatch(pattern, known) for known in catalogue("ko")), f"{file} asks for {key}"


@pytest.mark.parametrize("key", sorted(set(script_keys())))
def test_texts_of_scripts_exist(key: str) -> None:
    """Every text that a script asks for by name is in the catalogue."""
    pattern = re.escape(key).replace(r"\*", ".*")
    assert any(re.fullmatch(pattern, known) for known in catalogue("ko"))


@pytest.mark.parametrize(
    "key",
    [
        *(f"severity.{severity.value}" for severity in Severity),
        *(f"type.{name}" for name in ("", *AttackType)),
        *(f"feed.{state}" for state in Health),
        *(f"level.{level}" for level in ("none", *CrisisLevel)),
        *(f"live.{state}" for state in ("on", "stale", "wait")),
        *(f"kpi.{name}" for name in wall.KPIS),
        *sorted({f"site.kind.{site.kind}" for site in load_sites()}),
    ],
)
def test_every_word_of_the_domain_has_a_text(key: str) -> None:
    """Severities, types, states, levels and kinds of site can all be said."""
    assert all(key in catalogue(language) for language in LANGUAGES)


ASKING = [
    *(
        (page.__name__.rsplit(".", 1)[1], action)
        for page in (blocklist, digests, level, people, requests, rules, shift)
        for action in page.ACTIONS
    ),
    *(("incident", action) for action in sections.ACTIONS),
]


@pytest.mark.parametrize(("page", "action"), ASKING)
def test_a_dialog_asks_in_words_and_shows_its_fields(page: str, action: str) -> None:
    """The browser shows a question above each action's fields, and a line of the style sheet does not hide them."""
    assert all(f"{page}.ask.{action}" in catalogue(language) for language in LANGUAGES)
    style = (assets_folder() / "secmon.css").read_text(encoding="utf-8")
    assert f".asks-{action} .of-{action}" in style


def test_values_are_filled_in() -> None:
    """A value takes the place of its name; braces in it stay as they are."""
    assert t("site.code", "en", code="{7*7}") == "Code {7*7}"


@pytest.mark.parametrize(("key", "missing"), [("no.such", "no.such"), ("site.code", "code")])
def test_a_missing_text_is_named(key: str, missing: str) -> None:
    """The error says which text or value is missing, and in which file."""
    with pytest.raises(SecmonError, match=rf"{key}.*texts/en.*{missing}"):
        t(key, "en")


def test_times_are_koreas() -> None:
    """A UTC time is shown nine hours later, over the date line too; no time is a dash."""
    late = datetime(2026, 3, 1, 15, 4, 5, tzinfo=UTC)
    assert kst(late) == "2026-03-02 00:04:05"
    assert kst(late, "%H:%M") == "00:04"
    assert kst(None) == "–"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_never_blocked_says_why(language: str) -> None:
    """Each value that nobody can take off the list has its reason in words."""
    said = catalogue(language)
    assert [one.indicator.value for one in BUILT_IN if f"blocklist.built_in.{one.indicator.value}" not in said] == []


def test_charts_write_times_in_numbers() -> None:
    """Axes of time name no month: Plotly knows their names in English only."""
    assert [stop["value"] for stop in TIMES["tickformatstops"] if set(stop["value"]) & set("bBaAp")] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_happens_to_an_incident_has_words(language: str) -> None:
    """The audit log and the handover say each kind of entry of a timeline in words."""
    assert [kind for kind in EntryKind if f"act.incident.{kind}" not in catalogue(language)] == []
