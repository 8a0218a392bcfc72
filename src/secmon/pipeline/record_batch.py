"""Write collected lines to the spool and the journal: both or neither."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from secmon.db.database import Database
from secmon.db.models import Batch, BatchState
from secmon.ingest import batch_journal, spool
from secmon.ingest.batch_journal import FeedResult
from secmon.ingest.transports.page import FeedPage
from secmon.store.load import Lines, table_of


def record_batch(
    db: Database, folder: Path, pages: Sequence[FeedPage], results: Sequence[FeedResult], now: datetime
) -> Batch | None:
    """Spool the pages' lines as one batch and journal it with the results; returns the batch, None without lines."""
    parts = [Lines(page.site, page.feed, page.format, page.received_at, page.lines) for page in pages if page.lines]
    # The file is written first, then the journal entry and the new cursors in one transaction. A crash between them
    # leaves a file without an entry, which is swept at the next start; the cursors have not moved, so its lines are
    # requested again. In the other order the cursors could pass lines that are stored nowhere.
    batch = spool_batch(folder, table_of(parts), now) if parts else None
    batch_journal.record_round(db, batch, results)
    return batch


def spool_batch(folder: Path, rows: pa.Table, now: datetime) -> Batch:
    """Write landing rows to the spool and return their journal entry, which is not yet recorded."""
    # The id begins with the time, so that sorting by id is sorting by age: batches are loaded oldest first. The random
    # part separates batches of the same microsecond.
    batch_id = f"{now:%Y%m%dT%H%M%S%f}-{secrets.token_hex(3)}"
    digest, size = spool.write_batch(folder, batch_id, rows)
    received = pc.min_max(rows.column("received_at")).as_py()
    return Batch(
        id=batch_id,
        state=BatchState.SPOOLED,
        created_at=now,
        received_from=received["min"],
        received_to=received["max"],
        lines=rows.num_rows,
        bytes=size,
        digest=digest,
        attempts=0,
        events=0,
        quarantined=0,
        error="",
    )
