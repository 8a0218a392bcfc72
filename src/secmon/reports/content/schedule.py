"""Due digests, and the periods of each kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from secmon.operations.metric_samples import Period
from secmon.reports.content.kinds import DigestKind
from secmon.times import KST

LATE_AFTER = timedelta(minutes=30)
"""A digest composed longer than this after the end of its period is marked late."""
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Due:
    """A digest to compose: the name of its kind, its scope ('' all, '11', '11110'), and its period."""

    kind: str
    scope: str
    period: Period

    @property
    def key(self) -> str:
        """Unique key; it ensures that a digest is composed once."""
        return f"{self.kind}:{self.scope or 'all'}:{self.period.begins:%Y%m%dT%H%M}-{self.period.ends:%Y%m%dT%H%M}"


def period_ending(kind: DigestKind, now: datetime) -> Period:
    """Return the newest period of a kind that is over at `now`."""
    ends = kind.calendar.begin(now.astimezone(KST))
    return _period(kind, kind.calendar.begin(ends - _MOMENT))


def period_of_day(kind: DigestKind, day: date) -> Period:
    """Return the period of a kind that contains a Korean day; for shifts the last shift, which ends at 24:00."""
    midnight = datetime.combine(day + timedelta(days=1), time(), KST)
    return _period(kind, kind.calendar.begin(midnight - _MOMENT))


def previous_period(kind: DigestKind, period: Period) -> Period:
    """Return the previous period of the same kind."""
    return period_ending(kind, period.begins)


def missed_periods(kind: DigestKind, now: datetime, since: datetime | None) -> Sequence[Period]:
    """Return the periods over at `now` that end after `since`, oldest first; only the newest if `since` is None."""
    period = period_ending(kind, now)
    if since is None:
        return (period,)
    found: list[Period] = []
    while period.ends > since and len(found) < kind.catch_up:
        found.append(period)
        period = previous_period(kind, period)
    return tuple(reversed(found))


def comparable_periods(kind: DigestKind, period: Period) -> Sequence[Period]:
    """Return the earlier periods with which the figures of a period are compared, oldest first."""
    begins = period.begins.astimezone(KST)
    found: list[Period] = []
    for _ in range(kind.compare_with):
        begins = kind.calendar.comparable(begins)
        found.append(_period(kind, begins))
    return tuple(reversed(found))


def _period(kind: DigestKind, begins: datetime) -> Period:
    return Period(begins.astimezone(UTC), kind.calendar.end(begins).astimezone(UTC))
