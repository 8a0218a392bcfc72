"""Parse times of the command line: `+60s`, `-3h`, or absolute with a UTC offset."""

import re
from datetime import UTC, datetime, timedelta

from secmon.errors import UsageError

ALLOWED = "+60s, -15m, -3h (units s, m, h) or an absolute time with offset such as 2026-11-23T10:00:00+09:00"

_RELATIVE = re.compile(r"([+-])(\d{1,6})([smh])", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours"}


def parse_when(text: str, start: datetime) -> datetime:
    """Return the UTC time of `text`, relative to `start`; raise UsageError that says what is allowed."""
    if relative := _RELATIVE.fullmatch(text):
        sign, number, unit = relative.groups()
        distance = timedelta(**{_UNITS[unit]: int(number)})
        return _sum(start, distance if sign == "+" else -distance, text)
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise UsageError.literal(f"{text!r} is not a time: write {ALLOWED}")


def _sum(start: datetime, distance: timedelta, text: str) -> datetime:
    try:
        return (start + distance).astimezone(UTC)
    except OverflowError as error:
        raise UsageError.literal(f"{text!r} leaves the calendar: write {ALLOWED}") from error
