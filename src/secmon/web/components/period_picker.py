"""Period of a page, read from its address: `?last=24h`, or `?from=…&to=…` in Korean time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from secmon.errors import UsageError
from secmon.times import KST, duration

LASTS = ("15m", "1h", "6h", "24h", "7d", "30d")
"""Lengths offered by the pages."""

_FORM = "%Y-%m-%dT%H:%M"
_LONGEST = timedelta(days=3660)


@dataclass(frozen=True, slots=True)
class PickedPeriod:
    """From `since` up to `until` (UTC); `last` is the requested length, '' if the ends were given."""

    since: datetime
    until: datetime
    last: str

    @property
    def before(self) -> "PickedPeriod":
        """The preceding period of the same length."""
        return PickedPeriod(self.since - (self.until - self.since), self.since, "")


def period_of(asked: Mapping[str, str], now: datetime, default: str = "24h") -> PickedPeriod:
    """Read the period from an address; raise UsageError if it is invalid."""
    if asked.get("from"):
        since, until = _moment(asked["from"]), _moment(asked["to"]) if asked.get("to") else now
        if until <= since:
            raise UsageError("period.ends_before_start")
        return PickedPeriod(since, until, "")
    last = asked.get("last") or default
    length = duration(last)
    if not timedelta(0) < length <= _LONGEST:
        raise UsageError("period.over_ten_years", period=last)
    return PickedPeriod(now - length, now, last)


def field_text(at: datetime) -> str:
    """Format a time for form fields and addresses, in Korean time."""
    return at.astimezone(KST).strftime(_FORM)


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError("time.field_not_valid", text=text) from error
    return (at if at.tzinfo else at.replace(tzinfo=KST)).astimezone(UTC)
