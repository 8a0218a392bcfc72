"""Parse times and durations as they are written on a command line."""

import re
from datetime import UTC, datetime, timedelta

from secmon.errors import UsageError

_LONGEST = timedelta(days=36_500)
_EPOCH = datetime.fromtimestamp(0, UTC)


def duration(text: str) -> timedelta:
    """Parse a duration written as 90s, 15m, 24h or 7d."""
    match = re.fullmatch(r"([0-9]{1,12})([smhd])", text)
    if match is None:
        raise UsageError(f"{text[:40]!r} is no length of time: write it as 90s, 15m, 24h or 7d")
    length = int(match[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]]
    if length > _LONGEST.total_seconds():
        raise UsageError(f"{text!r} is too long: {_LONGEST.days}d at most")
    return timedelta(seconds=length)


def moment(text: str) -> datetime:
    """Parse a time written as ISO 8601 with its zone."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no time: write it as 2026-11-23T10:00:00+09:00") from error
    if at.tzinfo is None:
        raise UsageError(f"{text!r} has no zone: write it as 2026-11-23T10:00:00+09:00")
    return at


def from_milliseconds(since_1970: int) -> datetime:
    """Convert milliseconds since 1970, as the event store counts time."""
    return _EPOCH + timedelta(milliseconds=since_1970)
