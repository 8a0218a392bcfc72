"""Pages, one folder each. A folder with a module `page` is a page; nothing else lists it.

`page.py` declares `PAGE` and defines `layout(context, visit)` and `register(app, contexts)`; `texts.en.ftl` and
`texts.ko.ftl` lie beside it. The menu, the permission table, the script table and the glossary follow from the
declarations (recipe: docs/contributing.md).
"""

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Protocol, cast
from urllib.parse import parse_qsl

from dash import Dash

from secmon.live.context import CentreContext
from secmon.web.routing import Group, Page, Visit
from secmon.web.tour.sandbox import ContextSource


class PageModule(Protocol):
    """Names that the module `page` of each page folder defines."""

    PAGE: Page

    def layout(self, context: CentreContext, visit: Visit, /) -> Any:
        """Return the content of the page for one visit."""

    def register(self, app: Dash, contexts: ContextSource, /) -> None:
        """Register the callbacks of the page; each callback asks `contexts` for the context of its request."""


@cache
def page_modules() -> Sequence[PageModule]:
    """Import every page, sorted by menu group and order.

    Cached and called on first use, not at import: pages import this package themselves (`visit_of`).
    """
    names = sorted(entry.name for entry in iter_modules(__path__) if entry.ispkg)
    modules = [cast("PageModule", import_module(f"{__name__}.{name}.page")) for name in names]
    groups = list(Group)
    return sorted(modules, key=lambda module: (groups.index(module.PAGE.group), module.PAGE.order, module.PAGE.name))


def all_pages() -> tuple[Page, ...]:
    """Return the declarations of all pages, in menu order."""
    return tuple(module.PAGE for module in page_modules())


def page_module(name: str) -> PageModule:
    """Return the module of the page with this name."""
    return next(module for module in page_modules() if module.PAGE.name == name)


def start_page() -> Page:
    """Return the page at `/`, which is also shown for unknown addresses."""
    page = page_at("/")
    assert page is not None, "the wall declares the path /"
    return page


def page_at(path: str) -> Page | None:
    """Return the page with this path, or None."""
    return next((page for page in all_pages() if page.pattern.match(path)), None)


def visit_of(path: str, search: str, language: str) -> Visit | None:
    """Return the visit that an address stands for, or None when no page has the path."""
    page = page_at(path)
    if page is None:
        return None
    match = page.pattern.match(path)
    parts = match.groupdict() if match else {}
    return Visit(page, path, parts, dict(parse_qsl(search.lstrip("?"), keep_blank_values=True)), language)
