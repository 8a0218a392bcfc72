"""What stands around every page: the head line with the declared level and the clock, and the menu."""

from typing import Any

from dash import dcc, html

from secmon.web.console import Console
from secmon.web.i18n import t
from secmon.web.panel import attributes
from secmon.web.sitemap import PAGES, Group, Visit
from secmon.web.stage import on_stage
from secmon.web.visitor import current_visitor
from secmon.web.whoami import badge, help_link

_OTHER = {"ko": "en", "en": "ko"}


def frame(console: Console, visit: Visit, content: Any) -> list[Any]:
    """Children of the frame; on the wall the menu is folded away behind its button."""
    side = html.Nav(_menu(visit), id="side", className="side", **attributes(aria_label=t("nav.menu", visit.language)))
    main = html.Main(content, id="content", className="content")
    body = html.Div([side, main], className=f"body body-{visit.page.name}")
    return [_header(console, visit), body, _watermark(visit)] if on_stage() else [_header(console, visit), body]


def _watermark(visit: Visit) -> html.Div:
    """Says on every page of a presentation that nothing of it is real; the tour's script looks for it too."""
    return html.Div(t("tour.watermark", visit.language), className="watermark", **attributes(data_stage="tour"))


def _menu(visit: Visit) -> list[Any]:
    parts: list[Any] = []
    for group in (one for one in Group if one):
        parts.append(html.H2(t(f"nav.group.{group}", visit.language)))
        parts += [
            dcc.Link(
                t(f"nav.{page.name}", visit.language),
                href=_href(page.name),
                className="here" if page is visit.page else "",
            )
            for page in PAGES
            if page.group == group and current_visitor().may(page.permission)
        ]
    return parts


def _href(name: str) -> str:
    return "/" if name == "wall" else f"/{name}"


def _header(console: Console, visit: Visit) -> html.Header:
    language = visit.language
    return html.Header(
        [
            html.A(t("nav.skip", language), href="#content", className="skip"),
            html.Button(
                "☰",
                id="menu",
                className="tool menu",
                title=t("nav.menu", language),
                **attributes(aria_label=t("nav.menu", language)),
            ),
            html.Div([html.H1(t("app.title", language)), html.P(t("app.subtitle", language))], className="brand"),
            html.Span(t("app.simulated", language), className="badge") if console.simulated else None,
            html.Div(
                [
                    html.Div([t("level.label", language), html.Br(), html.Span(id="level-by")]),
                    html.Strong(t("level.none", language), id="level", className="level level-none"),
                ],
                className="declared",
            ),
            html.Span(t("live.wait", language), id="conn", className="conn wait", role="status"),
            html.Span(id="clock", className="clock"),
            html.Button(
                "◐",
                id="theme",
                className="tool",
                title=t("nav.theme", language),
                **attributes(aria_label=t("nav.theme", language)),
            ),
            html.A(
                t("nav.language", language),
                href=f"{visit.path}?lang={_OTHER[language]}",
                id="language-switch",
                className="language",
                lang=_OTHER[language],
            ),
            help_link(visit.page.name, language),
            badge(current_visitor(), language),
        ]
    )


def _tool(name: str, sign: str, language: str) -> html.Button:
    said = t(f"nav.{name}", language)
    return html.Button(sign, id=name, className=f"tool {name}", title=said, **attributes(aria_label=said))
