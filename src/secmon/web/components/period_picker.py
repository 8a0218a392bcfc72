"""Period of a page, read from its address: `?last=24h`, or `?from=…&to=…` in Korean time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from secmon.errors import UsageError
from secmon.times import duration
from secmon.web.i18n.texts import KST

LASTS = ("15m", "1h", "6h", "24h", "7d", "30d")
"""Lengths offered by the pages."""

_FORM = "%Y-%m-%dT%H:%M"
_LONGEST = timedelta(days=3660)


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` up to `until` (UTC); `last` is the requested length, '' if the ends were given."""

    since: datetime
    until: datetime
    last: str

    @property
    def before(self) -> "Period":
        """The preceding period of the same length."""
        return Period(self.since - (self.until - self.since), self.since, "")


def period_of(asked: Mapping[str, str], now: datetime, default: str = "24h") -> Period:
    """Read the period from an address; raise UsageError if it is invalid."""
    if asked.get("from"):
        since, until = _moment(asked["from"]), _moment(asked["to"]) if asked.get("to") else now
        if until <= since:
            raise UsageError("the period ends before it begins: exchange its ends")
        return Period(since, until, "")
    last = asked.get("last") or default
    length = duration(last)
    if not timedelta(0) < length <= _LONGEST:
        raise UsageError(f"period {last}: choose one up to ten years")
    return Period(now - length, now, last)


def field_text(at: datetime) -> str:
    """Format a time for form fields and addresses, in Korean time."""
    return at.astimezone(KST).strftime(_FORM)


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text} is no time: write it as 2026-11-25T09:00") from error
    return (at if at.tzinfo else at.replace(tzinfo=KST)).astimezone(UTC)
