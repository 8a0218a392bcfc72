"""Time as the sites see it: minute buckets of absolute time, written in Korean local time."""

from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

KST = timezone(timedelta(hours=9), "KST")  # Korea has kept one offset, without summer time, since 1988
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BUCKET = 60_000_000
"""Microseconds in a bucket."""

Line = tuple[int, str]
"""Microseconds into a bucket, and a log line with its LF."""


def micros(moment: datetime) -> int:
    """Whole microseconds since 1970 of an aware time, without the rounding of floats."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def moment_of(microseconds: int) -> datetime:
    """The UTC time `microseconds` after 1970."""
    return EPOCH + timedelta(microseconds=microseconds)


class Minute:
    """One bucket, able to write the times in it and in the minute before it."""

    __slots__ = ("_before", "_this", "bucket")

    def __init__(self, bucket: int) -> None:
        """Prepare the text all times of the bucket share."""
        self.bucket = bucket
        self._this = _date_hour_minute(bucket)
        self._before = _date_hour_minute(bucket - 1)

    def stamp(self, offset: int) -> str:
        """Local time `offset` microseconds into the bucket (down to -60 s), without its UTC offset."""
        if offset >= 0:
            digits = f"{offset:08d}"
            return f"{self._this}{digits[:2]}.{digits[2:]}"
        digits = f"{offset + BUCKET:08d}"
        return f"{self._before}{digits[:2]}.{digits[2:]}"


def stamp(microseconds: int) -> str:
    """Local time of an absolute time in microseconds, without its UTC offset."""
    bucket, offset = divmod(microseconds, BUCKET)
    return Minute(bucket).stamp(offset)


@lru_cache(maxsize=4096)
def _date_hour_minute(bucket: int) -> str:
    return moment_of(bucket * BUCKET).astimezone(KST).strftime("%Y-%m-%dT%H:%M:")
