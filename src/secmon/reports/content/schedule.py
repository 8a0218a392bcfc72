"""Kinds of digests and their periods, in Korean time, which has no daylight saving."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from secmon.operations.metric_samples import Period

KST = ZoneInfo("Asia/Seoul")
SHIFT_HOURS = 8
LATE_AFTER = timedelta(minutes=30)
"""A digest composed longer than this after the end of its period is marked late."""
_MONTHS = 12


class DigestKind(StrEnum):
    """Kinds of digests: those that follow a calendar, and notices, which follow events."""

    SHIFT = "shift"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    PROVINCE = "province"
    MUNICIPALITY = "municipality"
    PROVINCE_DAY = "province-day"
    MUNICIPALITY_DAY = "site-day"
    NOTICE = "notice"


SCHEDULED = tuple(kind for kind in DigestKind if kind is not DigestKind.NOTICE)
MOST_MISSED = {
    DigestKind.SHIFT: 3,
    DigestKind.DAILY: 7,
    DigestKind.WEEKLY: 4,
    DigestKind.MONTHLY: 2,
    DigestKind.PROVINCE: 2,
    DigestKind.MUNICIPALITY: 2,
    DigestKind.PROVINCE_DAY: 3,
    DigestKind.MUNICIPALITY_DAY: 3,
}
"""Most periods of each kind that are composed after downtime: the newest periods; older periods are skipped."""


@dataclass(frozen=True, slots=True)
class Due:
    """A digest to compose: its kind and scope ('' all, '11', '11110'), and its period."""

    kind: DigestKind
    scope: str
    period: Period

    @property
    def key(self) -> str:
        """Unique key; it ensures that a digest is composed once."""
        return f"{self.kind}:{self.scope or 'all'}:{self.period.begins:%Y%m%dT%H%M}-{self.period.ends:%Y%m%dT%H%M}"


def period_ending(kind: DigestKind, now: datetime) -> Period:
    """Return the newest period of a kind that is over at `now`."""
    local = now.astimezone(KST)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if kind is DigestKind.SHIFT:
        ends = midnight + timedelta(hours=local.hour // SHIFT_HOURS * SHIFT_HOURS)
        return _period(ends - timedelta(hours=SHIFT_HOURS), ends)
    if kind in {DigestKind.DAILY, DigestKind.PROVINCE_DAY, DigestKind.MUNICIPALITY_DAY}:
        return _period(midnight - timedelta(days=1), midnight)
    if kind is DigestKind.WEEKLY:
        monday = midnight - timedelta(days=local.weekday())
        return _period(monday - timedelta(days=7), monday)
    first = midnight.replace(day=1)
    return _period((first - timedelta(days=1)).replace(day=1), first)


def period_of_day(kind: DigestKind, day: date) -> Period:
    """Return the period of a kind that contains a Korean day; for shifts the last shift, which ends at 24:00."""
    if kind is DigestKind.SHIFT:
        return period_ending(kind, datetime.combine(day + timedelta(days=1), time(), KST))
    if kind is DigestKind.WEEKLY:
        return period_ending(kind, datetime.combine(day + timedelta(days=7 - day.weekday()), time(), KST))
    if kind in {DigestKind.MONTHLY, DigestKind.PROVINCE, DigestKind.MUNICIPALITY}:
        following = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
        return period_ending(kind, datetime.combine(following, time(), KST))
    return period_ending(kind, datetime.combine(day + timedelta(days=1), time(), KST))


def previous_period(kind: DigestKind, period: Period) -> Period:
    """Return the previous period of the same kind."""
    return period_ending(kind, period.begins)


def missed_periods(kind: DigestKind, now: datetime, since: datetime | None) -> Sequence[Period]:
    """Return the periods over at `now` that end after `since`, oldest first; only the newest if `since` is None."""
    period = period_ending(kind, now)
    if since is None:
        return (period,)
    found: list[Period] = []
    while period.ends > since and len(found) < MOST_MISSED[kind]:
        found.append(period)
        period = previous_period(kind, period)
    return tuple(reversed(found))


def comparable_periods(kind: DigestKind, period: Period) -> Sequence[Period]:
    """Return comparable earlier periods, oldest first: the days of four weeks, eight weeks, or twelve months."""
    number = {
        DigestKind.WEEKLY: 8,
        DigestKind.MONTHLY: _MONTHS,
        DigestKind.PROVINCE: _MONTHS,
        DigestKind.MUNICIPALITY: _MONTHS,
    }.get(kind, 28)
    if kind is DigestKind.SHIFT:  # the same shift of the previous days
        return tuple(
            Period(period.begins - timedelta(days=days), period.ends - timedelta(days=days))
            for days in range(number, 0, -1)
        )
    found: list[Period] = []
    for _ in range(number):
        period = previous_period(kind, period)
        found.append(period)
    return tuple(reversed(found))


def _period(begins: datetime, ends: datetime) -> Period:
    return Period(begins.astimezone(UTC), ends.astimezone(UTC))
