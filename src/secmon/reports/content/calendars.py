"""Calendars of digests: periods that follow each other without a gap, in Korean time, which has no daylight saving."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


class Calendar(Protocol):
    """A division of time into periods; all times are in Korean time."""

    def begin(self, at: datetime) -> datetime:
        """Return the begin of the period that contains a time."""

    def end(self, begin: datetime) -> datetime:
        """Return the end of the period that begins then, which is the begin of the next period."""

    def comparable(self, begin: datetime) -> datetime:
        """Return the begin of the newest earlier period whose figures can be compared with this period's."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Periods of `length` hours from midnight on, such as 8 for shifts and 24 for days; 24 is a multiple of it.

    A period is compared with the same hours of the previous day.
    """

    length: int

    def begin(self, at: datetime) -> datetime:
        """Return the begin of the period that contains a time."""
        return _midnight(at) + timedelta(hours=at.hour // self.length * self.length)

    def end(self, begin: datetime) -> datetime:
        """Return the end of the period that begins then."""
        return begin + timedelta(hours=self.length)

    def comparable(self, begin: datetime) -> datetime:
        """Return the begin of the same hours on the previous day."""
        return begin - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Weeks:
    """Weeks from Monday on; a week is compared with the previous week."""

    def begin(self, at: datetime) -> datetime:
        """Return the Monday of the week that contains a time."""
        return _midnight(at) - timedelta(days=at.weekday())

    def end(self, begin: datetime) -> datetime:
        """Return the next Monday."""
        return begin + timedelta(days=7)

    def comparable(self, begin: datetime) -> datetime:
        """Return the Monday before."""
        return begin - timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Months:
    """Periods of `number` months from January on, such as 1 and 3 for quarters; 12 is a multiple of it.

    A period is compared with the previous period.
    """

    number: int

    def begin(self, at: datetime) -> datetime:
        """Return the first day of the period that contains a time."""
        return _midnight(at).replace(day=1, month=(at.month - 1) // self.number * self.number + 1)

    def end(self, begin: datetime) -> datetime:
        """Return the first day of the next period."""
        years, months = divmod(begin.month - 1 + self.number, 12)
        return begin.replace(year=begin.year + years, month=months + 1)

    def comparable(self, begin: datetime) -> datetime:
        """Return the first day of the previous period."""
        return self.begin(begin - timedelta(days=1))


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)
