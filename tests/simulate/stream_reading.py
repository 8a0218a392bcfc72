"""Reads whole streams, as a collector would, page by page."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from secmon.simulate.municipality_model import Municipality, build_municipalities
from secmon.simulate.stream import Cursor, Streams
from secmon.sites.registry import load_sites

START = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)  # a Wednesday, eleven in the morning in Korea
TOWNS = build_municipalities(load_sites())


def read_all(streams: Streams, town: Municipality, feed: str, now: datetime, limit: int = 50_000) -> bytes:
    """Every line that is out, fetched in pages."""
    parts: list[bytes] = []
    cursor: Cursor | None = None
    while True:
        page = streams.lines(town, feed, cursor, limit, now)
        parts.append(page.lines)
        cursor = page.cursor
        assert page.lines.count(b"\n") <= limit
        if not page.more:
            return b"".join(parts)


def quiet_lines(
    towns: Iterable[Municipality], feed: str, start: datetime, hours: float, rate: float
) -> dict[str, list[str]]:
    """Lines of a quiet run by site."""
    streams = Streams(seed=11, rate=rate, since=start)
    now = start + timedelta(hours=hours)
    return {town.code: read_all(streams, town, feed, now).decode().splitlines() for town in towns}
