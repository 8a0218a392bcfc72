"""A page as it is drawn: the first one, which comes with the layout, and each one after it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from dash import dcc, html

from secmon.web.console import Console
from secmon.web.frame import frame
from secmon.web.i18n import LANGUAGES, catalogue, t
from secmon.web.layouts import LAYOUTS
from secmon.web.pages import wall
from secmon.web.sitemap import WALL, Visit, page_at, visit_of
from secmon.web.visitor import current_visitor


def language_of(search: str, cookies: Any, default: str) -> str:
    """Language of a request: `?lang=` in the address, else the cookie, else the default."""
    asked = parse_qs(search.lstrip("?")).get("lang", [""])[-1]
    return next((chosen for chosen in (asked, cookies.get("lang", "")) if chosen in LANGUAGES), default)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page as it is shown: its frame, the language's words, the sites that names are looked up in, its title."""

    frame: list[Any]
    words: dict[str, str]
    sites: list[dict[str, Any]]
    language: str
    title: str


def draw(console: Console, path: str, search: str, cookies: Mapping[str, str]) -> Drawn:
    """The page at an address for whoever asks; the wall where there is no such page."""
    mine = console.within(current_visitor().scope)
    language = language_of(search, cookies, console.language)
    visit = visit_of(path or "/", search, language) or Visit(WALL, "/", {}, {}, language)
    return Drawn(
        frame(console, visit, LAYOUTS[visit.page.name](mine, visit)),
        catalogue(language),
        wall.site_table(console.sites, console.provinces, language),
        language,
        _title(mine, visit),
    )


def first(console: Console, headers: Mapping[str, str], cookies: Mapping[str, str]) -> html.Div:
    """What a browser is given first: the page that it stands on, where it says so, and else only the frame's place."""
    try:
        stands = urlsplit(headers.get("referer", ""))
    except ValueError:  # no address at all
        stands = urlsplit("")
    page = page_at(stands.path)
    if page is None or stands.netloc != headers.get("host") or not current_visitor().may(page.permission):
        return empty(language_of("", cookies, console.language))
    search = f"?{stands.query}" if stands.query else ""
    return _framed(
        draw(console, stands.path, search, cookies),
        dcc.Location(id="url", refresh="callback-nav", pathname=stands.path, search=search),
    )


def empty(language: str) -> html.Div:
    """The page's place without a page: it comes when the browser has said where it stands."""
    return _framed(Drawn([], {}, [], language, ""), dcc.Location(id="url", refresh="callback-nav"))


def _framed(drawn: Drawn, location: dcc.Location) -> html.Div:
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
