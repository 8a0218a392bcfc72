"""Frame around every page: header with crisis level, clock and account, and the menu."""

from typing import Any

from dash import dcc, html

from secmon.auth.principal import Principal
from secmon.live.context import CentreContext
from secmon.web.components.panel import attributes
from secmon.web.gateway.current_user import current_user
from secmon.web.i18n.texts import t
from secmon.web.pages import all_pages
from secmon.web.routing import Group, Visit
from secmon.web.tour.sandbox import in_sandbox

_OTHER = {"ko": "en", "en": "ko"}


def frame(context: CentreContext, visit: Visit, content: Any) -> list[Any]:
    """Return the children of the frame; on the wall the menu is collapsed behind its button."""
    side = html.Nav(_menu(visit), id="side", className="side", **attributes(aria_label=t("nav.menu", visit.language)))
    main = html.Main(content, id="content", className="content")
    body = html.Div([side, main], className=f"body body-{visit.page.name}")
    return [_header(context, visit), body, _watermark(visit)] if in_sandbox() else [_header(context, visit), body]


def _watermark(visit: Visit) -> html.Div:
    """Return the watermark of a presentation, saying that its data is not real; the tour script looks for it too."""
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
            for page in all_pages()
            if page.group == group and current_user().may(page.permission)
        ]
    return parts


def _href(name: str) -> str:
    return "/" if name == "wall" else f"/{name}"


def _header(context: CentreContext, visit: Visit) -> html.Header:
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
            html.Span(t("app.simulated", language), className="badge") if context.simulated else None,
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
            badge(current_user(), language),
        ]
    )


def _tool(name: str, sign: str, language: str) -> html.Button:
    said = t(f"nav.{name}", language)
    return html.Button(sign, id=name, className=f"tool {name}", title=said, **attributes(aria_label=said))


def badge(principal: Principal, language: str) -> html.Div:
    """Return the user's name and role; accounts with a local password get a link to change it."""
    role = t(f"role.{principal.role}", language)
    password = html.A(t("nav.password", language), href="/password", className="language") if principal.local else None
    leave = html.Form(
        html.Button(t("nav.logout", language), type="submit", className="tool"), action="/logout", method="POST"
    )
    names = html.Div([html.Span(principal.name, id="who", title=principal.name), html.Small(role)])
    return html.Div([names, password, leave], className="whoami", **attributes(aria_label=f"{principal.name}, {role}"))


def help_link(page: str, language: str) -> html.A:
    """Return the link to the explanation of a page and its terms."""
    said = t("nav.help", language)
    return html.A("?", href=f"/glossary?page={page}", className="tool help", title=said, **attributes(aria_label=said))
