"""The log of one site and feed as a pure function of seed, site, feed and time, read in pages.

Each minute of absolute time is a bucket with a generator of its own, so any part of any stream can be made at
any time, in any process, and is always the same; nothing is stored. A line is out once its time has come.
"""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from random import Random

from secmon.errors import UsageError
from secmon.simulate import auth, ids
from secmon.simulate.clock import BUCKET, Line, Minute, micros
from secmon.simulate.scenarios.script import Injected
from secmon.simulate.town import Town
from secmon.simulate.volume import FEED_SHARE, activity

Background = Callable[[Town, Minute, float, Random], list[Line]]

FEEDS: Mapping[str, Background] = {"ids": ids.bucket_lines, "auth": auth.bucket_lines}
FORMATS: Mapping[str, str] = {"ids": "suricata_eve", "auth": "rfc5424"}
"""Name of the log format of each feed."""

_OLDEST = 366 * 1440  # minutes before the history; walking further would keep everybody else waiting
_CACHED_BUCKETS = 1024  # two for each of 452 streams, and some


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """How far a reader is: the bucket (minutes since 1970) and how many of its lines were read."""

    bucket: int
    index: int

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """The cursor a reader gives back; UsageError when it is none of ours."""
        bucket, dot, index = text.partition(".")
        if not (dot and _number(bucket) and _number(index)):
            raise UsageError("malformed cursor: give back the value of X-Next-Cursor as it was")
        return cls(int(bucket), int(index))

    def __str__(self) -> str:
        """The text a reader gets; opaque to it."""
        return f"{self.bucket}.{self.index}"


@dataclass(frozen=True, slots=True)
class Page:
    """Lines in time order, where to go on, and whether more lines are ready now."""

    lines: bytes
    cursor: Cursor
    more: bool


@dataclass(frozen=True, slots=True)
class _Bucket:
    offsets: tuple[int, ...]
    lines: tuple[str, ...]


_Key = tuple[str, str, int]


class Streams:
    """All sites' streams for one seed, rate and plan; keeps only a few buckets somebody is still reading."""

    def __init__(self, *, seed: int, rate: float, since: datetime, injected: Iterable[Injected] = ()) -> None:
        """Rate is in events per second over all towns; history begins with the minute of `since`."""
        self._seed, self._rate = seed, rate
        self._first = Cursor(micros(since) // BUCKET, 0)
        self._injected: dict[_Key, list[Line]] = {}
        for one in injected:
            bucket, offset = divmod(one.at, BUCKET)
            self._injected.setdefault((one.site, one.feed, bucket), []).append((offset, one.line))
        self._open: OrderedDict[_Key, _Bucket] = OrderedDict()
        self._random = Random()  # noqa: S311 - repeatable play, not secrets

    def lines(self, town: Town, feed: str, after: Cursor | None, limit: int, now: datetime) -> Page:
        """At most `limit` lines of a town's feed that follow `after` and are not later than `now`."""
        start = after or self._first
        if start.bucket < self._first.bucket - _OLDEST:
            raise UsageError("malformed cursor: it lies more than a year before the history")
        newest, offset = divmod(micros(now), BUCKET)
        bucket, index = start.bucket, start.index
        parts: list[str] = []
        while bucket <= newest:
            whole = self._bucket(town, feed, bucket, newest)
            ready = bisect_right(whole.offsets, offset) if bucket == newest else len(whole.lines)
            if ready > index:
                end = min(ready, index + limit - len(parts))
                if end == index:
                    break  # the page is full and there is more
                parts += whole.lines[index:end]
                index = end
            if index < ready or bucket == newest:
                break
            self._open.pop((town.code, feed, bucket), None)
            bucket, index = bucket + 1, 0
        if not parts:
            return Page(b"", start, more=False)
        more = bucket < newest or (bucket == newest and index < ready)
        return Page("".join(parts).encode(), Cursor(bucket, index), more)

    def _bucket(self, town: Town, feed: str, bucket: int, newest: int) -> _Bucket:
        key = (town.code, feed, bucket)
        known = self._open.get(key)
        if known is not None:
            self._open.move_to_end(key)
            return known
        made = self._make(town, feed, bucket)
        self._open[key] = made
        if len(self._open) > _CACHED_BUCKETS:
            self._open.popitem(last=False)
        return made

    def _make(self, town: Town, feed: str, bucket: int) -> _Bucket:
        seed = f"{self._seed}|{town.code}|{feed}|{bucket}".encode()
        self._random.seed(int.from_bytes(blake2b(seed, digest_size=16).digest(), "little"))
        mean = self._rate * 60 * town.share * FEED_SHARE[feed] * activity(bucket)
        lines = FEEDS[feed](town, Minute(bucket), mean, self._random)
        lines += self._injected.get((town.code, feed, bucket), ())
        lines.sort()
        return _Bucket(tuple(offset for offset, _ in lines), tuple(line for _, line in lines))


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 12
