"""Types of the page table: a page, its menu group, and one visit to a page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from secmon.auth.roles import Permission


class Group(StrEnum):
    """Groups of the menu, in order; NONE is for pages that are reached from other pages only."""

    WATCH = "watch"
    RESPOND = "respond"
    ANALYSE = "analyse"
    MANAGE = "manage"
    NONE = ""


@dataclass(frozen=True)
class Page:
    """Declaration of a page; its folder under `web/pages/` has the same name.

    `path` is a regular expression whose named groups are the page's parameters. `order` sorts the pages of a group in
    the menu. `library` names the large component library that the page draws at once (see `shell/lazy_scripts.py`).
    """

    name: str
    path: str
    group: Group
    order: int = 0
    permission: Permission = Permission.VIEW
    library: str = ""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Pattern that matches the whole path."""
        return re.compile(f"^(?:{self.path})$")


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit to a page: `parts` from its path, `asked` from its query (the last value of each name)."""

    page: Page
    path: str
    parts: Mapping[str, str]
    asked: Mapping[str, str]
    language: str
