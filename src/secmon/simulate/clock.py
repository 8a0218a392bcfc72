"""Time of the sites: minute buckets of absolute time, written in Korean local time."""

from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from secmon.errors import UsageError

KST = timezone(timedelta(hours=9), "KST")  # Korea has kept one offset, without summer time, since 1988
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BUCKET = 60_000_000
"""Microseconds in a bucket."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

Line = tuple[int, str]
"""Microseconds into a bucket, and a log line with its LF."""


def micros(moment: datetime) -> int:
    """Convert an aware time to whole microseconds since 1970, without the rounding of floats."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def moment_of(microseconds: int) -> datetime:
    """Return the UTC time `microseconds` after 1970."""
    return EPOCH + timedelta(microseconds=microseconds)


class Held:
    """A clock that stands still until it is set; it never goes back."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def __call__(self) -> datetime:
        """Return the time it was last set to."""
        return self._now

    def move(self, to: datetime) -> None:
        """Advance to an aware time; raise UsageError when that lies in its past."""
        if to < self._now:
            raise UsageError.literal(
                f"now {to.isoformat()}: the clock stands at {self._now.isoformat()} and never goes back"
            )
        self._now = to


class Minute:
    """A minute bucket that formats its times, and with `stamp` those of the minute before, for each product."""

    __slots__ = ("_before", "_forms", "_this", "bucket", "seconds")

    def __init__(self, bucket: int) -> None:
        """Prepare the text that all times of the bucket share."""
        self.bucket = bucket
        self.seconds = bucket * 60
        """Seconds from 1970 to its beginning."""
        self._this = _date_hour_minute(bucket)
        self._before = _date_hour_minute(bucket - 1)
        self._forms = _other_forms(bucket)

    def stamp(self, offset: int) -> str:
        """Format local time `offset` microseconds into the bucket (down to -60 s), without its UTC offset."""
        if offset >= 0:
            digits = f"{offset:08d}"
            return f"{self._this}{digits[:2]}.{digits[2:]}"
        digits = f"{offset + BUCKET:08d}"
        return f"{self._before}{digits[:2]}.{digits[2:]}"

    def common(self, offset: int) -> str:
        """Format as `24/Nov/2026:11:35:02 +0900`, the local time of web servers."""
        return f"{self._forms[0]}{offset // 1_000_000:02d} +0900"

    def syslog(self, offset: int) -> str:
        """Format as `Nov 24 11:35:02`: local time of old syslog, without year and zone."""
        return f"{self._forms[1]}{offset // 1_000_000:02d}"

    def ctime(self, offset: int) -> str:
        """Format as `Tue Nov 24 11:35:02 2026`: local time as C writes it, without zone."""
        return f"{self._forms[2]}{offset // 1_000_000:02d}{self._forms[3]}"

    def utc(self, offset: int) -> str:
        """Format as `2026-11-24T02:35:02.123Z`."""
        digits = f"{offset // 1000:05d}"
        return f"{self._forms[4]}{digits[:2]}.{digits[2:]}Z"

    def fortigate(self, offset: int) -> tuple[str, str]:
        """Format as `date=2026-11-24 time=11:35:02` in local time, and return the nanoseconds since 1970 too."""
        seconds, rest = divmod(offset, 1_000_000)
        return f"{self._forms[5]}{seconds:02d}", f"{self.seconds + seconds}{rest:06d}000"

    def epoch(self, offset: int) -> str:
        """Format as `1764000000.123456`: seconds since 1970."""
        seconds, rest = divmod(offset, 1_000_000)
        return f"{self.seconds + seconds}.{rest:06d}"


def minute_of(microseconds: int) -> tuple[Minute, int]:
    """Return the bucket of an absolute time, and the offset in it."""
    bucket, offset = divmod(microseconds, BUCKET)
    return Minute(bucket), offset


def stamp(microseconds: int) -> str:
    """Format an absolute time in microseconds as local time, without its UTC offset."""
    bucket, offset = divmod(microseconds, BUCKET)
    return Minute(bucket).stamp(offset)


@lru_cache(maxsize=4096)
def _date_hour_minute(bucket: int) -> str:
    return moment_of(bucket * BUCKET).astimezone(KST).strftime("%Y-%m-%dT%H:%M:")


@lru_cache(maxsize=4096)
def _other_forms(bucket: int) -> tuple[str, str, str, str, str, str]:
    """Return the text before the seconds in each form, and the year after them in C's."""
    moment = moment_of(bucket * BUCKET)
    local = moment.astimezone(KST)
    month, weekday = (
        _MONTHS[local.month - 1],
        _WEEKDAYS[local.weekday()],
    )  # strftime would follow the machine's language
    day_first = f"{month} {local.day:2d} {local:%H:%M}:"
    return (
        f"{local.day:02d}/{month}/{local:%Y:%H:%M}:",
        day_first,
        f"{weekday} {day_first}",
        f" {local:%Y}",
        f"{moment:%Y-%m-%dT%H:%M}:",
        f"date={local:%Y-%m-%d} time={local:%H:%M}:",
    )
