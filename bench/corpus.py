"""The log lines every peer reads: written once by the simulator's generator, page by page as a collector receives them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from secmon.simulate.municipality_model import build_municipalities
from secmon.simulate.stream import FORMATS, Cursor, Streams
from secmon.simulate.volume import FEED_SHARE
from secmon.sites.registry import load_sites

MIXTURES: dict[str, tuple[str, ...]] = {
    **{name: (feed,) for feed, name in FORMATS.items()},
    "mixed": tuple(FORMATS),
}
"""Feeds of each kind of corpus: each format alone, and `mixed`, all feeds in the simulator's own shares."""

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # Monday morning, ten o'clock in Korea
_ROUND = timedelta(minutes=10)
_RATE = 100.0  # events a second over all sites and feeds of the corpus, whatever their share of the whole
_INDEX = "pages.ndjson"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive lines of one feed: bytes `start` to `end` of the file of their format."""

    site: str
    feed: str
    format: str
    received_at: datetime
    start: int
    end: int
    lines: int


def write(folder: Path, kind: str, lines: int) -> int:
    """Write exactly `lines` lines, a file for each format and an index of their pages; returns the bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    feeds = MIXTURES[kind]
    files = {FORMATS[feed]: (folder / f"{FORMATS[feed]}.log").open("wb") for feed in feeds}
    left = lines
    with (folder / _INDEX).open("w", encoding="utf-8") as index:
        for site, feed, received_at, body in _pages(feeds):
            kept = _head(body, left)
            number = kept.count(b"\n")
            file = files[FORMATS[feed]]
            stretch = Stretch(site, feed, FORMATS[feed], received_at, file.tell(), file.tell() + len(kept), number)
            file.write(kept)
            index.write(json.dumps(asdict(stretch), default=datetime.isoformat) + "\n")
            left -= number
            if not left:
                break
    for file in files.values():
        file.close()
    return sum(path.stat().st_size for path in paths(folder).values())


def paths(folder: Path) -> dict[str, Path]:
    """The file of each format that the corpus has."""
    return {path.stem: path for path in sorted(folder.glob("*.log"))}


def stretches(folder: Path) -> tuple[Stretch, ...]:
    """The pages in the order in which they were received."""
    rows = [json.loads(text) for text in (folder / _INDEX).read_text(encoding="utf-8").splitlines()]
    return tuple(Stretch(**{**row, "received_at": datetime.fromisoformat(row["received_at"])}) for row in rows)


def _pages(feeds: Sequence[str]) -> Iterator[tuple[str, str, datetime, bytes]]:
    """Rounds over every town without end: site, feed, time of receipt, whole lines."""
    towns = build_municipalities(load_sites())
    streams = Streams(seed=226, rate=_RATE / sum(FEED_SHARE[feed] for feed in feeds), since=START)
    cursors: dict[tuple[str, str], Cursor] = {}
    now = START
    while True:
        now += _ROUND
        for town in towns:
            for feed in feeds:
                page = streams.lines(town, feed, cursors.get((town.code, feed)), 1_000_000, now)
                cursors[town.code, feed] = page.cursor
                if page.lines:
                    yield town.code, feed, now, page.lines


def _head(body: bytes, most: int) -> bytes:
    """At most the first lines of a page."""
    if body.count(b"\n") <= most:
        return body
    return b"".join(body.splitlines(keepends=True)[:most])
