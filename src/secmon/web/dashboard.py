"""The Dash application: frame, routing by path, language by address or cookie."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from dash import ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html
from fastapi import FastAPI

from secmon.web.console import Console
from secmon.web.i18n import LANGUAGES, catalogue, t
from secmon.web.pages import feeds, site, wall

_SITE = re.compile(r"^/site/([0-9]{5})$")
_PAGES = (("wall", "/"), ("feeds", "/feeds"))
_OTHER = {"ko": "en", "en": "ko"}


def dashboard(console: Console, server: FastAPI, assets: Path) -> Dash:
    """Mount the pages on `server`; routes already on it win over Dash's catch-all."""
    app = Dash(
        "secmon",
        server=server,  # type: ignore[arg-type]  # annotated for Flask only
        backend="fastapi",
        assets_folder=str(assets),
        assets_ignore=r".*\.txt|login\.css",
        serve_locally=True,
        suppress_callback_exceptions=True,
        update_title=None,  # type: ignore[arg-type]  # None is documented: the title stays
        title=t("app.title", console.language),
        index_string=_INDEX,
    )

    def root() -> html.Div:
        cookies = app.backend.request_adapter().cookies if app.backend.has_request_context() else {}
        return _frame(console, language_of("", cookies, console.language))

    app.layout = root
    _register(app, console)
    wall.register(app)
    site.register(app, console)
    feeds.register(app, console)
    # Dash waits for the first request for / or /_dash-…: a first page at /site/… would come without scripts and style
    app._setup_server()  # type: ignore[no-untyped-call]  # noqa: SLF001
    return app


_INDEX = """<!DOCTYPE html>
<html lang="ko">
<head>{%metas%}
<title>{%title%}</title>{%favicon%}{%css%}</head>
<body>{%app_entry%}<footer>{%config%}{%scripts%}{%renderer%}</footer></body>
</html>"""


def language_of(search: str, cookies: Any, default: str) -> str:
    """Language of a request: `?lang=` in the address, else the cookie, else the default."""
    asked = parse_qs(search.lstrip("?")).get("lang", [""])[-1]
    return next((chosen for chosen in (asked, cookies.get("lang", "")) if chosen in LANGUAGES), default)


def _frame(console: Console, language: str) -> html.Div:
    return html.Div(
        [
            dcc.Location(id="url", refresh="callback-nav"),
            dcc.Store(id="live", data=None),
            dcc.Store(id="words"),
            dcc.Store(id="sites"),
            dcc.Store(id="language", data=language),
            dcc.Store(id="title"),
            html.Div(id="page-drawn", hidden=True),
            html.Div(id="frame", className="frame"),
        ]
    )


def _header(console: Console, language: str, path: str) -> html.Header:
    return html.Header(
        [
            html.A(t("nav.skip", language), href="#content", className="skip"),
            html.Div([html.H1(t("app.title", language)), html.P(t("app.subtitle", language))], className="brand"),
            html.Span(t("app.simulated", language), className="badge") if console.simulated else None,
            html.Nav([dcc.Link(t(f"nav.{name}", language), href=href) for name, href in _PAGES], className="pages"),
            html.Div(
                [
                    html.Div([t("level.label", language), html.Br(), html.Span(id="level-by")]),
                    html.Strong(t("level.none", language), id="level", className="level level-none"),
                ],
                className="declared",
            ),
            html.Span(t("live.wait", language), id="conn", className="conn wait", role="status"),
            html.Span(id="clock", className="clock"),
            html.A(
                t("nav.language", language),
                href=f"{path}?lang={_OTHER[language]}",
                className="language",
                lang=_OTHER[language],
            ),
        ]
    )


def _register(app: Dash, console: Console) -> None:
    @app.callback(
        Output("frame", "children"),
        Output("words", "data"),
        Output("sites", "data"),
        Output("language", "data"),
        Output("title", "data"),
        Input("url", "pathname"),
        State("url", "search"),
    )
    async def route(path: str, search: str | None) -> tuple[Any, ...]:
        language = language_of(search or "", ctx.cookies, console.language)
        content, title = _page(console, path or "/", language)
        frame = [
            _header(console, language, path or "/"),
            html.Main(content, id="content", className="content"),
        ]
        return (
            frame,
            catalogue(language),
            wall.site_table(console.sites, console.provinces, language),
            language,
            title,
        )

    app.clientside_callback(  # type: ignore[no-untyped-call]  # Dash leaves it untyped
        ClientsideFunction("secmon", "level"),
        Output("level", "children"),
        Output("level", "className"),
        Output("level-by", "children"),
        Input("live", "data"),
        Input("words", "data"),
    )
    app.clientside_callback(  # type: ignore[no-untyped-call]  # Dash leaves it untyped
        ClientsideFunction("secmon", "page"),
        Output("page-drawn", "children"),
        Input("title", "data"),
        Input("live", "data"),
        Input("words", "data"),
        Input("language", "data"),
    )


def _page(console: Console, path: str, language: str) -> tuple[Any, str]:
    """Content and title of a path; the gate has already refused paths that are no page."""
    if path == "/feeds":
        return feeds.layout(language), f"{t('feeds.title', language)} – {t('app.title', language)}"
    match = _SITE.match(path)
    if match is None:
        return wall.layout(language, len(console.sites)), t("app.title", language)
    found = console.site(match[1])
    name = (found.ko if language == "ko" else found.en) if found else match[1]
    return site.layout(console, match[1], language), f"{name} – {t('app.title', language)}"
