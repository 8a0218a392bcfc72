"""Texts of the screens: both languages say the same, and every text asked for exists."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from secmon.errors import SecmonError
from secmon.feed_health.health import Health
from secmon.i18n.catalogue import message_id
from secmon.incidents.timeline import EntryKind
from secmon.operations.crisis_level import CrisisLevel
from secmon.response.blocklist.allowlist import BUILT_IN
from secmon.runtime.centre import assets_folder
from secmon.sites.registry import load_sites
from secmon.taxonomy import AttackType, Severity
from secmon.web.components.charts import TIMES
from secmon.web.i18n import texts as i18n
from secmon.web.i18n.texts import LANGUAGES, catalogue, kst, script_texts, t
from secmon.web.pages.alerts import actions as alert_actions
from secmon.web.pages.blocklist import page as blocklist
from secmon.web.pages.digests import page as digests
from secmon.web.pages.incident import sections
from secmon.web.pages.level import page as level
from secmon.web.pages.people import page as people
from secmon.web.pages.requests import page as requests
from secmon.web.pages.rules import page as rules
from secmon.web.pages.shift import page as shift
from secmon.web.pages.wall import page as wall

SOURCES = Path(i18n.__file__).parents[1]


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
    for file in sorted(SOURCES.rglob("*.html")):
        yield from ((file.name, key) for key in re.findall(r'text\("([^"]+)"', file.read_text(encoding="utf-8")))


def script_keys() -> Iterator[tuple[str, str]]:
    """File and key of every text that the scripts ask for; `*` stands for what is filled in."""
    for file in sorted(assets_folder().glob("*.js")):
        script = file.read_text(encoding="utf-8")
        for asked in (r"word[s]?[\[(]\"([^\"]+)\"[\])]", r"word[s]?[\[(]`([^`]+)`[\])]"):
            yield from ((file.name, re.sub(r"\$\{[^}]*\}", "*", key)) for key in re.findall(asked, script))
        yield from ((file.name, f"{key}*") for key in re.findall(r'words\["([^"]+)" \+', script))


def test_every_text_asked_for_exists() -> None:
    """Every text that a page, a template or a script asks for by name is in the catalogue."""
    known = catalogue("ko").texts
    python, scripts = set(python_keys()), set(script_keys())
    assert len(python) > 500
    assert len(scripts) > 50
    misses = []
    for file, key in sorted(python | scripts):
        pattern = ".*".join(re.escape(message_id(part)) for part in key.split("*"))
        if not any(re.fullmatch(pattern, name) for name in known):
            misses.append(f"{file} asks for {key}")
    assert misses == []


def test_scripts_get_every_text_by_its_key() -> None:
    """The scripts use keys with dots, fill in values by name, and choose the noun by its number."""
    english, korean = script_texts("en"), script_texts("ko")
    assert english["kpi.sites.of"] == "of {total}"
    assert english["alerts.across"] == "{sites} {sites:site|sites}"
    assert "{sites}" in korean["alerts.across"]
    assert english.keys() == korean.keys()
    assert len(english) == len(catalogue("en").texts)


def test_every_word_of_the_domain_has_a_text() -> None:
    """Severities, types, states, levels and kinds of site have a text in both languages."""
    keys = [
        *(f"severity.{severity.value}" for severity in Severity),
        *(f"type.{name}" for name in ("", *AttackType)),
        *(f"feed.{state}" for state in Health),
        *(f"level.{level}" for level in ("none", *CrisisLevel)),
        *(f"live.{state}" for state in ("on", "stale", "wait")),
        *(f"kpi.{name}" for name in wall.KPIS),
        *sorted({f"site.kind.{site.kind}" for site in load_sites()}),
        *(f"blocklist.built_in.{one.indicator.value}" for one in BUILT_IN),
        *(f"act.incident.{kind}" for kind in EntryKind),
    ]
    assert [(key, language) for key in keys for language in LANGUAGES if key not in catalogue(language)] == []


ASKING = [
    *(
        (page.__name__.split(".")[-2], action)
        for page in (blocklist, digests, level, people, requests, rules, shift)
        for action in page.ACTIONS
    ),
    *(("incident", action) for action in sections.ACTIONS),
    *(("alerts", action) for action in alert_actions.ASKING),
]


def test_a_dialog_asks_in_words_and_shows_its_fields() -> None:
    """The browser shows a question above each action's fields, and a line of the style sheet does not hide them."""
    style = (assets_folder() / "secmon.css").read_text(encoding="utf-8")
    misses = [
        f"{page}.ask.{action}"
        for page, action in ASKING
        for said in LANGUAGES
        if f"{page}.ask.{action}" not in catalogue(said)
    ]
    misses += [action for _, action in ASKING if f".asks-{action} .of-{action}" not in style]
    assert misses == []


def test_values_are_filled_in() -> None:
    """A value takes the place of its name; braces in it stay as they are."""
    assert t("site.code", "en", code="{7*7}") == "Code {7*7}"


@pytest.mark.parametrize(("key", "missing"), [("no.such", "no text"), ("site.code", "needs the value 'code'")])
def test_a_missing_text_is_named(key: str, missing: str) -> None:
    """The error says which text or value is missing, and in which language."""
    with pytest.raises(SecmonError, match=rf"texts\.en.*{missing}") as error:
        t(key, "en")
    assert key in str(error.value)


def test_times_are_koreas() -> None:
    """A UTC time is shown nine hours later, over the date line too; no time is a dash."""
    late = datetime(2026, 3, 1, 15, 4, 5, tzinfo=UTC)
    assert kst(late) == "2026-03-02 00:04:05"
    assert kst(late, "%H:%M") == "00:04"
    assert kst(None) == "–"


def test_charts_write_times_in_numbers() -> None:
    """Axes of time name no month: Plotly knows their names in English only."""
    assert [stop["value"] for stop in TIMES["tickformatstops"] if set(stop["value"]) & set("bBaAp")] == []
