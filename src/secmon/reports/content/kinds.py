"""Kinds of digests: one row of a table holds everything that makes a kind, except its texts."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from secmon.errors import UsageError
from secmon.reports.content.calendars import Calendar, Hours, Months, Weeks

NOTICE = "notice"
"""Kind of the immediate notices, which follow events: they have no calendar and no row in the table."""

SectionName = Literal[
    "anomalies",
    "blocks",
    "campaigns",
    "coverage",
    "figures",
    "gaps",
    "incidents",
    "lessons",
    "metrics",
    "peers",
    "places",
    "requests",
    "rules",
    "shift",
    "sources",
    "types",
]
"""Names of the sections; reports.rendering.outline has the function that writes each of them."""


class Audience(StrEnum):
    """The places that a digest is about, and whose recipients can subscribe to it."""

    CENTRE = "centre"
    PROVINCE = "province"
    SITE = "site"


@dataclass(frozen=True, slots=True)
class DigestKind:
    """A kind of digest.

    `sections` stand between the summary with the level and the recommendations. After downtime the newest
    `catch_up` periods are composed and older periods skipped. Figures are compared with `compare_with` earlier
    periods. `only_with_news` leaves out places where nothing was opened, detected or requested in the period.
    """

    name: str
    calendar: Calendar
    audience: Audience
    sections: tuple[SectionName, ...]
    catch_up: int
    compare_with: int
    only_with_news: bool = False


_SHIFT: tuple[SectionName, ...] = (
    "shift",
    "incidents",
    "requests",
    "coverage",
    "gaps",
    "types",
    "figures",
    "campaigns",
    "blocks",
    "metrics",
    "anomalies",
    "rules",
)
_DAY: tuple[SectionName, ...] = (
    "coverage",
    "types",
    "figures",
    "incidents",
    "campaigns",
    "requests",
    "blocks",
    "metrics",
    "gaps",
    "anomalies",
    "rules",
    "sources",
    "places",
)
_WEEK: tuple[SectionName, ...] = (
    "coverage",
    "types",
    "campaigns",
    "sources",
    "figures",
    "incidents",
    "requests",
    "blocks",
    "metrics",
    "gaps",
    "anomalies",
    "rules",
    "places",
)
_MONTH: tuple[SectionName, ...] = (
    "metrics",
    "coverage",
    "types",
    "figures",
    "lessons",
    "incidents",
    "campaigns",
    "requests",
    "blocks",
    "gaps",
    "anomalies",
    "rules",
    "sources",
    "places",
)
_PLACE: tuple[SectionName, ...] = (
    "coverage",
    "types",
    "figures",
    "peers",
    "incidents",
    "campaigns",
    "requests",
    "blocks",
    "metrics",
    "gaps",
    "anomalies",
    "rules",
    "sources",
    "places",
)

_ROWS = (
    DigestKind("shift", Hours(8), Audience.CENTRE, _SHIFT, catch_up=3, compare_with=28),
    DigestKind("daily", Hours(24), Audience.CENTRE, _DAY, catch_up=7, compare_with=28),
    DigestKind("weekly", Weeks(), Audience.CENTRE, _WEEK, catch_up=4, compare_with=8),
    DigestKind("monthly", Months(1), Audience.CENTRE, _MONTH, catch_up=2, compare_with=12),
    DigestKind("province", Months(1), Audience.PROVINCE, _PLACE, catch_up=2, compare_with=12),
    DigestKind("municipality", Months(1), Audience.SITE, _PLACE, catch_up=2, compare_with=12),
    DigestKind("province-day", Hours(24), Audience.PROVINCE, _PLACE, catch_up=3, compare_with=28, only_with_news=True),
    DigestKind("site-day", Hours(24), Audience.SITE, _PLACE, catch_up=3, compare_with=28, only_with_news=True),
)
DIGEST_KINDS: dict[str, DigestKind] = {row.name: row for row in _ROWS}
"""Every digest that follows a calendar, by name. A new digest is one row above, and its title in the texts."""


def digest_kind(name: str) -> DigestKind:
    """Return the kind with this name; raises UsageError when there is none."""
    try:
        return DIGEST_KINDS[name]
    except KeyError as error:
        raise UsageError("digest.kind_unknown", kind=name[:32], kinds=", ".join(DIGEST_KINDS)) from error
