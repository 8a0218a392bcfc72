"""The words of the product. Anybody looks up here what a page is for and what its words mean, in both languages."""

from collections.abc import Sequence
from typing import Any

from dash import Dash, dcc, html

from secmon.alerts.feed_health import Health
from secmon.alerts.level import CrisisLevel
from secmon.taxonomy import AttackType, Severity
from secmon.web.console import Console
from secmon.web.i18n import LANGUAGES, t
from secmon.web.panel import page_head, panel
from secmon.web.sitemap import PAGES, Page, Visit
from secmon.web.visitor import current_visitor

_WORDS = ("event", "finding", "alert", "incident", "attempt")
_TLP = ("clear", "green", "amber", "amber_strict", "red")
_ATTACK = ("tactic", "technique", "collected", "detected", "seen")
_DESK = ("quarantine", "baseline", "campaign", "request", "block", "never_block", "suppression", "handover", "risk")


def layout(_console: Console, visit: Visit) -> html.Div:
    """All of it; `?page=alerts` shows on top what that page is for."""
    language = visit.language
    asked = next((page for page in PAGES if page.name == visit.asked.get("page", "")), None)
    groups = (
        ("words", [(f"glossary.{word}", f"glossary.{word}.is") for word in _WORDS]),
        ("types", [(f"type.{name}", f"glossary.type.{name}.is") for name in AttackType]),
        ("levels", [(f"level.{name}", f"glossary.level.{name}.is") for name in CrisisLevel]),
        ("severities", [(f"severity.{one.value}", f"glossary.severity.{one.value}.is") for one in Severity]),
        ("feeds", [(f"feed.{name}", f"glossary.feed.{name}.is") for name in Health]),
        ("attack", [(f"glossary.attack.{name}", f"glossary.attack.{name}.is") for name in _ATTACK]),
        ("tlp", [(f"glossary.tlp.{name}", f"glossary.tlp.{name}.is") for name in _TLP]),
        ("desk", [(f"glossary.{word}", f"glossary.{word}.is") for word in _DESK]),
    )
    return html.Div(
        [
            page_head(t("nav.glossary", language), t("glossary.about", language)),
            _about(asked, language) if asked else None,
            *(panel(t(f"glossary.{name}", language), _pairs(pairs), style="tall") for name, pairs in groups),
            panel(t("glossary.pages", language), _pages(language), style="wide tall"),
        ],
        className="site glossary",
    )


def register(_app: Dash, _console: Console) -> None:
    """The page does not change by itself."""


def _about(page: Page, language: str) -> html.Section:
    """What the page one comes from is for, and the way back to it."""
    listed = page.group and current_visitor().may(page.permission)
    back = dcc.Link(t("glossary.back", language), href=_address(page), className="button") if listed else None
    body = html.Div([html.P(t(f"help.{page.name}", language)), back], className="padded about")
    return panel(t(f"nav.{page.name}", language), body, style="wide")


def _pairs(pairs: Sequence[tuple[str, str]]) -> Any:
    """Korean and English side by side: the word and what it means."""
    rows = []
    for word, meaning in pairs:
        cells = [html.Td([html.B(t(word, one)), html.P(t(meaning, one))], lang=one) for one in LANGUAGES]
        rows.append(html.Tr(cells))
    return html.Div(html.Table(html.Tbody(rows), className="table"), className="scroll")


def _pages(language: str) -> Any:
    rows = [
        html.Tr([html.Td(dcc.Link(t(f"nav.{page.name}", language), href=_address(page))),
                 html.Td(t(f"help.{page.name}", language))])
        for page in PAGES
        if page.group and current_visitor().may(page.permission)
    ]  # fmt: skip
    return html.Div(html.Table(html.Tbody(rows), className="table"), className="scroll")


def _address(page: Page) -> str:
    return "/" if page.name == "wall" else f"/{page.name}"
