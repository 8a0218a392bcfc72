"""Load lines by hand, through the same spool, journal, store and rules as collected lines."""

import asyncio
import re
from collections.abc import Sequence
from typing import Any

from secmon.errors import UsageError
from secmon.ingest import batch_journal
from secmon.ingest.transports.page import split_lines
from secmon.pipeline.pipeline import Pipeline
from secmon.pipeline.record_batch import spool_batch
from secmon.store import sql
from secmon.store.formats import FORMATS, UNKNOWN, most_common
from secmon.store.load import Lines, table_of

_LOOKED_AT = 20  # lines read to recognise a format
_FEED = re.compile(r"[a-z][a-z0-9_]{0,31}")


async def import_lines(pipeline: Pipeline, site: str, feed: str, format_name: str, body: bytes) -> dict[str, Any]:
    """Load the lines of `body`; returns lines, events and quarantined lines.

    Raises UsageError when there is no line, or no matching format.
    """
    if not _FEED.fullmatch(feed):
        raise UsageError(f"feed name {feed!r}: use small letters, digits and _, at most 32")
    lines = split_lines(body)
    if not lines:
        raise UsageError("there is no line in it: nothing was loaded")
    part = Lines(site, feed, chosen_format(format_name, lines), pipeline.clock(), lines)
    batch_id = await asyncio.to_thread(_keep, pipeline, part)
    await pipeline.load()
    ((events, quarantined),) = await asyncio.to_thread(
        pipeline.context.store.rows, sql.query("batch_totals"), {"batch_id": batch_id}
    )
    return {
        "format": part.format,
        "lines": len(lines),
        "events": int(events),
        "quarantined": int(quarantined),
    }


def _keep(pipeline: Pipeline, part: Lines) -> str:
    batch = spool_batch(pipeline.loader.spool, table_of([part]), pipeline.clock())
    batch_journal.add_batch(pipeline.loader.db, batch)
    return batch.id


def chosen_format(name: str, lines: Sequence[bytes]) -> str:
    """Return the requested format, or for `auto` the format of most of the first lines."""
    known = [entry.name for entry in FORMATS]
    if name != "auto":
        if name not in known:
            raise UsageError(f"unknown format {name}: use auto or one of {', '.join(known)}")
        return name
    best = most_common(lines[:_LOOKED_AT])
    if best == UNKNOWN:
        raise UsageError(
            f"the format is not recognised from the first {min(len(lines), _LOOKED_AT)} lines: "
            f"name it with --format ({', '.join(known)})"
        )
    return best
