"""Glossary page: the purpose of a page and the terms of the product, in both languages."""

from collections.abc import Sequence
from typing import Any

from dash import Dash, dcc, html

from secmon.feed_health.health import Health
from secmon.live.context import CentreContext
from secmon.operations.crisis_level import CrisisLevel
from secmon.taxonomy import AttackType, Severity
from secmon.web.components.panel import page_head, panel
from secmon.web.gateway.current_user import current_user
from secmon.web.i18n.texts import LANGUAGES, t
from secmon.web.pages import all_pages
from secmon.web.routing import Group, Page, Visit
from secmon.web.tour.sandbox import ContextSource

PAGE = Page("glossary", r"/glossary", Group.MANAGE, order=70)

_WORDS = ("event", "finding", "alert", "incident", "attempt")
_TLP = ("clear", "green", "amber", "amber_strict", "red")
_ATTACK = ("tactic", "technique", "collected", "detected", "seen")
_DESK = ("quarantine", "baseline", "campaign", "request", "block", "never_block", "suppression", "handover", "risk")


def layout(_context: CentreContext, visit: Visit) -> html.Div:
    """Return the layout of the page; `?page=alerts` shows the purpose of that page on top."""
    language = visit.language
    asked = next((page for page in all_pages() if page.name == visit.asked.get("page", "")), None)
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


def register(_app: Dash, _contexts: ContextSource) -> None:
    """Register nothing: the page does not change."""


def _about(page: Page, language: str) -> html.Section:
    """Return the purpose of the page the user came from, and a link back to it."""
    listed = page.group and current_user().may(page.permission)
    back = dcc.Link(t("glossary.back", language), href=_address(page), className="button") if listed else None
    body = html.Div([html.P(t(f"help.{page.name}", language)), back], className="padded about")
    return panel(t(f"nav.{page.name}", language), body, style="wide")


def _pairs(pairs: Sequence[tuple[str, str]]) -> Any:
    """Return Korean and English side by side: the term and its meaning."""
    rows = []
    for word, meaning in pairs:
        cells = [html.Td([html.B(t(word, one)), html.P(t(meaning, one))], lang=one) for one in LANGUAGES]
        rows.append(html.Tr(cells))
    return html.Div(html.Table(html.Tbody(rows), className="table"), className="scroll")


def _pages(language: str) -> Any:
    rows = [
        html.Tr(
            [
                html.Td(dcc.Link(t(f"nav.{page.name}", language), href=_address(page))),
                html.Td(t(f"help.{page.name}", language)),
            ]
        )
        for page in all_pages()
        if page.group and current_user().may(page.permission)
    ]
    return html.Div(html.Table(html.Tbody(rows), className="table"), className="scroll")


def _address(page: Page) -> str:
    return "/" if page.name == "wall" else f"/{page.name}"
