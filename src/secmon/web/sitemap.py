"""Every page of the console: its path, where the menu lists it, and what a visit to it carries."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from urllib.parse import parse_qsl

from secmon.people.roles import Permission


class Group(StrEnum):
    """Parts of the menu, in order; NONE is for pages that one comes to from others."""

    WATCH = "watch"
    RESPOND = "respond"
    ANALYSE = "analyse"
    MANAGE = "manage"
    NONE = ""


@dataclass(frozen=True)
class Page:
    """A page by name; `path` is a regular expression whose named groups are the page's parameters."""

    name: str
    path: str
    group: Group
    permission: Permission = Permission.VIEW

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The whole path."""
        return re.compile(f"^{self.path}$")


PAGES = (
    Page("wall", r"/(?:wall)?", Group.WATCH),
    Page("alerts", r"/alerts", Group.WATCH),
    Page("incidents", r"/incidents", Group.WATCH),
    Page("incident", r"/incident/(?P<number>[0-9]{1,9})", Group.NONE),
    Page("feeds", r"/feeds", Group.WATCH),
    Page("requests", r"/requests", Group.RESPOND),
    Page("blocklist", r"/blocklist", Group.RESPOND),
    Page("level", r"/level", Group.RESPOND),
    Page("shift", r"/shift", Group.RESPOND, Permission.SHIFT),
    Page("hunt", r"/hunt", Group.ANALYSE, Permission.HUNT),
    Page("trends", r"/trends", Group.ANALYSE),
    Page("history", r"/history", Group.ANALYSE),
    Page("campaigns", r"/campaigns", Group.ANALYSE),
    Page("suppliers", r"/suppliers", Group.ANALYSE),
    Page("rules", r"/rules", Group.ANALYSE, Permission.TRIAGE),
    Page("performance", r"/performance", Group.ANALYSE, Permission.METRICS),
    Page("digests", r"/digests", Group.MANAGE, Permission.EXPORT),
    Page("recipients", r"/recipients", Group.MANAGE, Permission.SETTINGS),
    Page("people", r"/people", Group.MANAGE, Permission.PEOPLE),
    Page("settings", r"/settings", Group.MANAGE, Permission.SETTINGS),
    Page("audit", r"/audit", Group.MANAGE, Permission.AUDIT),
    Page("api", r"/api", Group.MANAGE, Permission.EXPORT),
    Page("glossary", r"/glossary", Group.MANAGE),
    Page("tour", r"/tour", Group.MANAGE, Permission.PRESENT),
    Page("province", r"/province/(?P<province>[0-9]{2})", Group.NONE),
    Page("site", r"/site/(?P<code>[0-9]{5})", Group.NONE),
)
"""Adding a page: a line here, its module in `web.pages`, a line in `web.layouts`, texts `nav.<name>`."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One look at a page: `parts` from its path, `asked` from its query (the last value of a name)."""

    page: Page
    path: str
    parts: Mapping[str, str]
    asked: Mapping[str, str]
    language: str


WALL = PAGES[0]
"""Where one begins."""


def page_at(path: str) -> Page | None:
    """The page with this path, None when there is none."""
    return next((page for page in PAGES if page.pattern.match(path)), None)


def visit_of(path: str, search: str, language: str) -> Visit | None:
    """The visit that an address means; None when no page has the path."""
    page = page_at(path)
    if page is None:
        return None
    match = page.pattern.match(path)
    parts = match.groupdict() if match else {}
    return Visit(page, path, parts, dict(parse_qsl(search.lstrip("?"), keep_blank_values=True)), language)
