"""The log of one site and feed as a pure function of seed, site, feed and time, read in pages.

Each minute of absolute time is a bucket with a generator of its own, so any part of any stream can be generated
at any time, in any process, and is always the same; nothing is stored. A line is available once its time has
come.
"""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from math import exp
from random import Random

from secmon.errors import UsageError
from secmon.simulate.background import FEEDS
from secmon.simulate.blocks import Blocks
from secmon.simulate.clock import BUCKET, Line, Minute, micros
from secmon.simulate.municipality_model import Municipality
from secmon.simulate.scenarios.script import Injected, Silence
from secmon.simulate.volume import FEED_SHARE, activity, poisson, poisson_above_zero

FORMATS: Mapping[str, str] = {name: feed.format for name, feed in FEEDS.items()}
"""Name of the log format of each feed."""

_OLDEST = 366 * 1440  # minutes before the history; walking further back would block all other requests
_CACHED_BUCKETS = 6000  # two for each of 2,260 streams, with some reserve
_SMALL = 4.0
"""Stories per minute below which a minute is often empty."""


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """Position of a reader: the bucket (minutes since 1970) and the number of its lines already read."""

    bucket: int
    index: int

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Parse the cursor a reader returns; raise UsageError when it is not valid."""
        bucket, dot, index = text.partition(".")
        if not (dot and _number(bucket) and _number(index)):
            raise UsageError.literal("malformed cursor: give back the value of X-Next-Cursor as it was")
        return cls(int(bucket), int(index))

    def __str__(self) -> str:
        """Return the text for the reader, which must not interpret it."""
        return f"{self.bucket}.{self.index}"


@dataclass(frozen=True, slots=True)
class Page:
    """Lines in time order, the next cursor, and whether more lines are ready now."""

    lines: bytes
    cursor: Cursor
    more: bool


@dataclass(frozen=True, slots=True)
class _Bucket:
    offsets: tuple[int, ...]
    lines: tuple[str, ...]


_EMPTY = _Bucket((), ())


@dataclass(frozen=True, slots=True)
class Flood:
    """A feed writes `times` as much as usual; site `*` and feed '' mean all, times are microseconds since 1970."""

    site: str
    feed: str
    begins: int
    ends: int
    times: float


_Key = tuple[str, str, int]


class Streams:
    """Streams of all sites for one seed, rate and plan; caches only the few buckets that are still being read."""

    def __init__(
        self,
        *,
        seed: int,
        rate: float,
        since: datetime,
        injected: Iterable[Injected] = (),
        silences: Iterable[Silence] = (),
        blocks: Blocks | None = None,
    ) -> None:
        """`rate` is in events per second over all municipalities; history begins with the minute of `since`."""
        self._seed, self._rate = seed, rate
        self._blocks = blocks or Blocks()
        self._first = Cursor(micros(since) // BUCKET, 0)
        self._injected: dict[_Key, list[Line]] = {}
        self._silences: dict[tuple[str, str], list[Silence]] = {}
        self._floods: tuple[Flood, ...] = ()
        self._open: OrderedDict[_Key, _Bucket] = OrderedDict()
        self._nothing_until: dict[tuple[str, str], tuple[Cursor, int]] = {}
        self._random = Random()  # noqa: S311 - repeatable play, not secrets
        self.replan(injected, silences)

    def replan(self, injected: Iterable[Injected], silences: Iterable[Silence]) -> None:
        """Replace the plan; readers neither lose nor repeat lines if the plans differ in the future only."""
        self._injected.clear()
        self._silences.clear()
        self._open.clear()
        self._nothing_until.clear()
        for one in injected:
            bucket, offset = divmod(one.at, BUCKET)
            self._injected.setdefault((one.site, one.feed, bucket), []).append((offset, one.line))
        for silence in silences:
            self._silences.setdefault((silence.site, silence.feed), []).append(silence)

    def flood(self, floods: Iterable[Flood]) -> None:
        """Replace the floods; as with `replan`, only the future may differ."""
        self._floods = tuple(floods)
        self._open.clear()
        self._nothing_until.clear()

    def forget(self, site: str) -> None:
        """Regenerate the newest lines of a site whose blocks changed; only the future may differ."""
        for key in [key for key in self._open if key[0] == site]:
            del self._open[key]
        for pair in [pair for pair in self._nothing_until if pair[0] == site]:
            del self._nothing_until[pair]

    def lines(self, town: Municipality, feed: str, after: Cursor | None, limit: int, now: datetime) -> Page:
        """Return at most `limit` lines of a feed that follow `after` and are not later than `now`."""
        start = after or self._first
        if start.bucket < self._first.bucket - _OLDEST:
            raise UsageError.literal("malformed cursor: it lies more than a year before the history")
        newest, offset = divmod(micros(now), BUCKET)
        bucket, index = start.bucket, start.index
        asked, until = self._nothing_until.get((town.code, feed), (start, 0))
        if asked == start and bucket < until <= newest:
            bucket, index = until, 0
        parts: list[str] = []
        while bucket <= newest:
            whole = self._bucket(town, feed, bucket, newest)
            ready = bisect_right(whole.offsets, offset) if bucket == newest else len(whole.lines)
            if ready > index:
                end = min(ready, index + limit - len(parts))
                if end == index:
                    break  # the page is full and there are more lines
                parts += whole.lines[index:end]
                index = end
            if index < ready or bucket == newest:
                break
            self._open.pop((town.code, feed, bucket), None)
            bucket, index = bucket + 1, 0
        if not parts:
            self._nothing_until[town.code, feed] = (start, bucket)
            return Page(b"", start, more=False)
        more = bucket < newest or (bucket == newest and index < ready)
        return Page("".join(parts).encode(), Cursor(bucket, index), more)

    def _bucket(self, town: Municipality, feed: str, bucket: int, newest: int) -> _Bucket:
        key = (town.code, feed, bucket)
        known = self._open.get(key)
        if known is not None:
            self._open.move_to_end(key)
            return known
        made = self._make(town, feed, bucket)
        if made is _EMPTY and bucket < newest:
            return made  # quick to generate again, and readers rarely stop in an empty bucket
        self._open[key] = made
        if len(self._open) > _CACHED_BUCKETS:
            self._open.popitem(last=False)
        return made

    def _make(self, town: Municipality, feed: str, bucket: int) -> _Bucket:
        lines = self._background(town, feed, bucket)
        for flood in self._floods:
            lines += self._flooded(flood, town, feed, bucket)
        lines += self._injected.get((town.code, feed, bucket), ())
        if silences := self._silences.get((town.code, feed)):
            begins = bucket * BUCKET
            lines = [
                line for line in lines if not any(one.covers(town.code, feed, begins + line[0]) for one in silences)
            ]
        if self._blocks.any_at(town.code):
            begins = bucket * BUCKET
            lines = [line for line in lines if not self._blocks.stops(town.code, line[1], begins + line[0])]
        if not lines:
            return _EMPTY
        lines.sort()
        return _Bucket(tuple(offset for offset, _ in lines), tuple(line for _, line in lines))

    def _flooded(self, flood: Flood, town: Municipality, feed: str, bucket: int) -> list[Line]:
        """Return the lines a flood adds in a minute."""
        begins = bucket * BUCKET
        if flood.site not in {"*", town.code} or flood.feed not in {"", feed} or flood.times <= 1:
            return []
        if flood.ends <= begins or flood.begins >= begins + BUCKET:
            return []
        lines = self._background(town, feed, bucket, times=flood.times - 1, salt="|flood")
        return [line for line in lines if flood.begins <= begins + line[0] < flood.ends]

    def _background(self, town: Municipality, feed: str, bucket: int, times: float = 1.0, salt: str = "") -> list[Line]:
        """Return the background lines; most minutes of small feeds are empty, which one number of the hash decides."""
        made = FEEDS[feed]
        mean = times * self._rate * 60 * town.share * FEED_SHARE[feed] * activity(bucket) / made.lines_per_story
        digest = blake2b(f"{self._seed}|{town.code}|{feed}|{bucket}{salt}".encode(), digest_size=16).digest()
        seed = int.from_bytes(digest, "little")
        if mean < _SMALL and seed / 2**128 < exp(-mean):
            return []
        self._random.seed(seed)
        count = poisson(mean, self._random) if mean >= _SMALL else poisson_above_zero(mean, self._random)
        return made.stories(town, Minute(bucket), count, self._random)


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 12
