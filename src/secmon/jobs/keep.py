"""What was taken from the sites into the spool and the journal, together or not at all."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from secmon.alerts import journal
from secmon.alerts.desk import Desk
from secmon.alerts.journal import FeedResult
from secmon.alerts.models import Batch, BatchState
from secmon.feeds import spool
from secmon.feeds.page import Page
from secmon.store.load import Lines, table_of


def keep_pages(
    desk: Desk, folder: Path, pages: Sequence[Page], results: Sequence[FeedResult], now: datetime
) -> Batch | None:
    """Spool the pages' lines as one batch and journal it with the results; returns the batch, None without lines."""
    parts = [Lines(page.site, page.feed, page.format, page.received_at, page.lines) for page in pages if page.lines]
    batch = spool_batch(folder, table_of(parts), now) if parts else None
    journal.record_round(desk, batch, results)
    return batch


def spool_batch(folder: Path, rows: pa.Table, now: datetime) -> Batch:
    """Write landing rows to the spool and make the journal entry that stands for them (not yet recorded)."""
    batch_id = f"{now:%Y%m%dT%H%M%S%f}-{secrets.token_hex(3)}"
    digest, size = spool.write(folder, batch_id, rows)
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
