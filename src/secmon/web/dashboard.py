"""The Dash application: routing by path, language by address or cookie, and the table of pages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import parse_qs, urlsplit

import structlog
from dash import ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html
from fastapi import FastAPI

from secmon.errors import SecmonError
from secmon.people.roles import Permission
from secmon.web import chart_script
from secmon.web.console import Console
from secmon.web.frame import frame
from secmon.web.i18n import LANGUAGES, catalogue, t
from secmon.web.pages import (
    alerts,
    api,
    audit,
    blocklist,
    campaigns,
    digests,
    feeds,
    glossary,
    history,
    hunt,
    incident,
    incidents,
    level,
    people,
    performance,
    province,
    recipients,
    requests,
    rules,
    shift,
    site,
    suppliers,
    tour,
    trends,
    wall,
)
from secmon.web.scripts import chosen, versioned
from secmon.web.sitemap import WALL, Visit, page_at, visit_of
from secmon.web.visitor import current_visitor, needs

_log = structlog.get_logger(__name__)

Layout = Callable[[Console, Visit], Any]

LAYOUTS: dict[str, Layout] = {
    "wall": wall.layout,
    "alerts": alerts.layout,
    "incidents": incidents.layout,
    "incident": incident.layout,
    "feeds": feeds.layout,
    "requests": requests.layout,
    "blocklist": blocklist.layout,
    "level": level.layout,
    "shift": shift.layout,
    "campaigns": campaigns.layout,
    "history": history.layout,
    "suppliers": suppliers.layout,
    "tour": tour.layout,
    "hunt": hunt.layout,
    "trends": trends.layout,
    "rules": rules.layout,
    "performance": performance.layout,
    "digests": digests.layout,
    "recipients": recipients.layout,
    "people": people.layout,
    "audit": audit.layout,
    "api": api.layout,
    "glossary": glossary.layout,
    "province": province.layout,
    "site": site.layout,
}
"""What each page of the site map shows."""

REGISTERED: tuple[Callable[[Dash, Console], None], ...] = (
    wall.register,
    alerts.register,
    incidents.register,
    incident.register,
    feeds.register,
    requests.register,
    blocklist.register,
    level.register,
    shift.register,
    campaigns.register,
    history.register,
    suppliers.register,
    tour.register,
    hunt.register,
    trends.register,
    rules.register,
    performance.register,
    digests.register,
    recipients.register,
    people.register,
    audit.register,
    api.register,
    glossary.register,
    province.register,
    site.register,
)
"""Callbacks of the pages."""


def dashboard(console: Console, server: FastAPI, assets: Path) -> Dash:
    """Mount the pages on `server`; routes already on it win over Dash's catch-all."""
    chart_script.offer(server, assets)
    app = _Pages(
        "secmon",
        server=server,  # type: ignore[arg-type]  # annotated for Flask only
        backend="fastapi",
        assets_folder=str(assets),
        assets_ignore=r".*\.txt|login\.css|first\.js|plotly-.*|regenerator-.*",
        serve_locally=True,
        suppress_callback_exceptions=True,
        update_title=None,  # type: ignore[arg-type]  # None is documented: the title stays
        title=t("app.title", console.language),
        index_string=_INDEX.replace("FIRST", versioned(assets, "first.js")),
        on_error=_told,
    )

    def root() -> html.Div:
        if not app.backend.has_request_context():
            return _root(language_of("", {}, console.language))
        asked = app.backend.request_adapter()
        return _first(console, asked.headers, asked.cookies)

    app.layout = root
    _register(app, console)
    for register in REGISTERED:
        register(app, console)
    # Dash waits for the first request for / or /_dash-…: a first page at /site/… would come without scripts and style
    app._setup_server()  # type: ignore[no-untyped-call]  # noqa: SLF001
    return app


class _Pages(Dash):
    """Dash, whose pages begin with the scripts that they need."""

    def interpolate_index(self, metas: str = "", title: str = "", css: str = "", config: str = "", scripts: str = "",
                          app_entry: str = "", favicon: str = "", renderer: str = "") -> str:  # fmt: skip
        """The page; the scripts are chosen by the address that is asked for."""
        page = page_at(self.backend.request_adapter().path)
        kept = chosen(scripts, page.name if page else "", Path(self.config.assets_folder))
        made: str = super().interpolate_index(  # type: ignore[no-untyped-call]  # Dash leaves it untyped
            metas, title, css, config, kept, app_entry, favicon, renderer
        )
        return made


def _told(error: Exception) -> NoReturn:
    """The log hears of a callback that fails: Dash answers 500 and says nothing of it anywhere."""
    if not isinstance(error, SecmonError):
        _log.error("a callback of a page failed", exc_info=error)
    raise error


_INDEX = """<!DOCTYPE html>
<html lang="ko">
<head>{%metas%}
<script src="FIRST"></script><link rel="preload" href="/assets/fonts/PretendardVariable.woff2?m=1.3.9"
 as="font" type="font/woff2" crossorigin><title>{%title%}</title>{%favicon%}{%css%}</head>
<body>{%app_entry%}<footer>{%config%}{%scripts%}{%renderer%}</footer></body>
</html>"""


def language_of(search: str, cookies: Any, default: str) -> str:
    """Language of a request: `?lang=` in the address, else the cookie, else the default."""
    asked = parse_qs(search.lstrip("?")).get("lang", [""])[-1]
    return next((chosen for chosen in (asked, cookies.get("lang", "")) if chosen in LANGUAGES), default)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A page as it is shown: its frame, the language's words, the sites that names are looked up in, its title."""

    frame: list[Any]
    words: dict[str, str]
    sites: list[dict[str, Any]]
    language: str
    title: str


def _draw(console: Console, path: str, search: str, cookies: Mapping[str, str]) -> _Drawn:
    """The page at an address for whoever asks; the wall where there is no such page."""
    mine = console.within(current_visitor().scope)
    language = language_of(search, cookies, console.language)
    visit = visit_of(path or "/", search, language) or Visit(WALL, "/", {}, {}, language)
    return _Drawn(
        frame(console, visit, LAYOUTS[visit.page.name](mine, visit)),
        catalogue(language),
        wall.site_table(console.sites, console.provinces, language),
        language,
        _title(mine, visit),
    )


def _first(console: Console, headers: Mapping[str, str], cookies: Mapping[str, str]) -> html.Div:
    """What a browser is given first: the page that it stands on, where it says so, and else only the frame's place."""
    try:
        stands = urlsplit(headers.get("referer", ""))
    except ValueError:  # no address at all
        stands = urlsplit("")
    page = page_at(stands.path)
    if page is None or stands.netloc != headers.get("host") or not current_visitor().may(page.permission):
        return _root(language_of("", cookies, console.language))
    search = f"?{stands.query}" if stands.query else ""
    return _root_of(
        _draw(console, stands.path, search, cookies),
        dcc.Location(id="url", refresh="callback-nav", pathname=stands.path, search=search),
    )


def _root(language: str) -> html.Div:
    """The page's place without a page: it comes when the browser has said where it stands."""
    return _root_of(_Drawn([], {}, [], language, ""), dcc.Location(id="url", refresh="callback-nav"))


def _root_of(drawn: _Drawn, location: dcc.Location) -> html.Div:
    return html.Div(
        [
            location,
            dcc.Store(id="live", data=None),
            dcc.Store(id="words", data=drawn.words or None),
            dcc.Store(id="sites", data=drawn.sites or None),
            dcc.Store(id="language", data=drawn.language),
            dcc.Store(id="title", data=drawn.title or None),
            html.Div(id="page-drawn", hidden=True),
            html.Div(drawn.frame, id="frame", className="frame"),
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
        prevent_initial_call=True,  # the first page comes with the layout
    )
    @needs(Permission.VIEW)
    async def route(path: str, search: str | None) -> tuple[Any, ...]:
        drawn = _draw(console, path, search or "", ctx.cookies)
        return drawn.frame, drawn.words, drawn.sites, drawn.language, drawn.title

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
        Input("sites", "data"),
    )


def _title(console: Console, visit: Visit) -> str:
    """Title of the browser's tab."""
    if visit.page.name == "wall":
        return t("app.title", visit.language)
    name = t(f"nav.{visit.page.name}", visit.language)
    if found := console.site(visit.parts.get("code", "")):
        name = found.ko if visit.language == "ko" else found.en
    elif visit.parts:
        name = next(iter(visit.parts.values()))
    return f"{name} – {t('app.title', visit.language)}"
