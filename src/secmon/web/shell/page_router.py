"""Render pages: the first page with the layout, each later page by a callback."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from dash import dcc, html

from secmon.live.context import CentreContext
from secmon.web.gateway.current_user import current_user
from secmon.web.i18n.texts import LANGUAGES, script_texts, t
from secmon.web.pages import page_module, start_page, visit_of
from secmon.web.pages.wall import page as wall
from secmon.web.routing import Visit
from secmon.web.shell.frame import frame


def language_of(search: str, cookies: Any, default: str) -> str:
    """Return the language of a request: `?lang=` in the address, else the cookie, else the default."""
    asked = parse_qs(search.lstrip("?")).get("lang", [""])[-1]
    return next((chosen for chosen in (asked, cookies.get("lang", "")) if chosen in LANGUAGES), default)


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """A rendered page: frame, texts of the language, table of sites for name look-ups, title."""

    frame: list[Any]
    words: dict[str, str]
    sites: list[dict[str, Any]]
    language: str
    title: str


def render_page(context: CentreContext, path: str, search: str, cookies: Mapping[str, str]) -> RenderedPage:
    """Render the page at a path for the current user; the wall if no page has the path."""
    language = language_of(search, cookies, context.language)
    return _rendered(context, visit_of(path or "/", search, language) or Visit(start_page(), "/", {}, {}, language))


def _rendered(context: CentreContext, visit: Visit) -> RenderedPage:
    mine, language = context.within(current_user().scope), visit.language
    return RenderedPage(
        frame(context, visit, page_module(visit.page.name).layout(mine, visit)),
        script_texts(language),
        wall.site_table(context.sites, context.provinces, language),
        language,
        _title(mine, visit),
    )


def first_layout(context: CentreContext, address: str, cookies: Mapping[str, str]) -> html.Div:
    """Return the first layout: the page at an address (path and query) if the user may see it, else an empty frame."""
    # Dash requests its layout at a path that does not name the page; `assets/first.js` adds the page's address to that
    # request. Rendering the page here saves the browser a request (decision 0014). The address merely selects among
    # what this user may see: none at all, an unknown path or a missing permission give the empty frame, which a
    # callback then fills.
    path, _, query = address.partition("?")
    search = f"?{query}" if query else ""
    visit = visit_of(path, search, language_of(search, cookies, context.language))
    if visit is None or not current_user().may(visit.page.permission):
        return empty_layout(language_of("", cookies, context.language))
    location = dcc.Location(id="url", refresh="callback-nav", pathname=path, search=search)
    return _framed(_rendered(context, visit), location)


def empty_layout(language: str) -> html.Div:
    """Return the frame without a page; a callback fills it once the browser has sent its location."""
    return _framed(RenderedPage([], {}, [], language, ""), dcc.Location(id="url", refresh="callback-nav"))


def _framed(drawn: RenderedPage, location: dcc.Location) -> html.Div:
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


def _title(context: CentreContext, visit: Visit) -> str:
    """Return the title of the browser tab."""
    if visit.page.name == "wall":
        return t("app.title", visit.language)
    name = t(f"nav.{visit.page.name}", visit.language)
    if found := context.site(visit.parts.get("code", "")):
        name = found.ko if visit.language == "ko" else found.en
    elif visit.parts:
        name = next(iter(visit.parts.values()))
    return f"{name} – {t('app.title', visit.language)}"
