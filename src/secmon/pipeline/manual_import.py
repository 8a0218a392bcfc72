"""Load lines by hand, through the same spool, journal, store and rules as collected lines."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from secmon.errors import UsageError
from secmon.ingest import batch_journal
from secmon.ingest.transports.page import split_lines
from secmon.pipeline.load import Loader
from secmon.pipeline.record_batch import spool_batch
from secmon.store.formats import FORMATS, UNKNOWN, most_common
from secmon.store.load import Lines, table_of

_LOOKED_AT = 20  # lines read to recognise a format
_FEED = re.compile(r"[a-z][a-z0-9_]{0,31}")


@dataclass(frozen=True, slots=True)
class SpooledLines:
    """Lines that wait in the spool as a batch of their own."""

    batch_id: str
    format: str
    lines: int


def spool_lines(loader: Loader, site: str, feed: str, format_name: str, body: bytes, now: datetime) -> SpooledLines:
    """Put the lines of `body` into the spool and the journal of the loader.

    Raises UsageError when there is no line, or no matching format.
    """
    if not _FEED.fullmatch(feed):
        raise UsageError.literal(f"feed name {feed!r}: use small letters, digits and _, at most 32")
    lines = split_lines(body)
    if not lines:
        raise UsageError.literal("the file has no lines: nothing was loaded")
    part = Lines(site, feed, chosen_format(format_name, lines), now, lines)
    batch = spool_batch(loader.spool, table_of([part]), now)
    batch_journal.add_batch(loader.db, batch)
    return SpooledLines(batch.id, part.format, len(lines))


def chosen_format(name: str, lines: Sequence[bytes]) -> str:
    """Return the requested format, or for `auto` the format of most of the first lines."""
    known = [entry.name for entry in FORMATS]
    if name != "auto":
        if name not in known:
            raise UsageError.literal(f"unknown format {name}: use auto or one of {', '.join(known)}")
        return name
    best = most_common(lines[:_LOOKED_AT])
    if best == UNKNOWN:
        raise UsageError.literal(
            f"the format is not recognised from the first {min(len(lines), _LOOKED_AT)} lines: "
            f"name it with --format ({', '.join(known)})"
        )
    return best
