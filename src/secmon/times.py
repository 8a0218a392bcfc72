"""Korean time, and times and durations as they are written on a command line."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from secmon.errors import UsageError

KST = ZoneInfo("Asia/Seoul")
"""Korean time, which has no daylight saving."""
_LONGEST = timedelta(days=36_500)
_EPOCH = datetime.fromtimestamp(0, UTC)


def duration(text: str) -> timedelta:
    """Parse a duration written as 90s, 15m, 24h or 7d."""
    match = re.fullmatch(r"([0-9]{1,12})([smhd])", text)
    if match is None:
        raise UsageError("time.duration_not_valid", text=repr(text[:40]))
    length = int(match[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]]
    if length > _LONGEST.total_seconds():
        raise UsageError("time.duration_too_long", text=repr(text), days=_LONGEST.days)
    return timedelta(seconds=length)


def moment(text: str) -> datetime:
    """Parse a time written as ISO 8601 with its zone."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError("time.not_valid", text=repr(text)) from error
    if at.tzinfo is None:
        raise UsageError("time.no_zone", text=repr(text))
    return at


def from_milliseconds(since_1970: int) -> datetime:
    """Convert milliseconds since 1970, as the event store counts time."""
    return _EPOCH + timedelta(milliseconds=since_1970)
