"""Move lines pushed by senders from the inbox into the spool."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from secmon.db.database import Database
from secmon.ingest import batch_journal
from secmon.ingest.batch_journal import FeedResult
from secmon.ingest.transports.inbox import Inbox
from secmon.pipeline.collect import SpoolLimits
from secmon.pipeline.record_batch import record_batch


@dataclass(frozen=True, slots=True)
class Receiver:
    """Empties the inbox every second; until then a line is in memory only, as syslog has no acknowledgements."""

    inbox: Inbox
    db: Database
    spool: Path
    limits: SpoolLimits
    clock: Callable[[], datetime]

    async def run(self) -> int:
        """Spool the lines in the inbox; returns their number, also 0 while the store has to catch up first.

        Lines that cannot be spooled stay in the inbox, and senders have to wait when it is full.
        """
        if not self.inbox.held and not self.inbox.noticed:
            return 0
        if self.limits.reached(await asyncio.to_thread(batch_journal.waiting_batches, self.db)):
            return 0
        pages = self.inbox.take()
        now = self.clock()
        results = [
            FeedResult(page.site, page.feed, page.format, now, lines=len(page.lines), notice=page.notice)
            for page in pages
        ]
        try:
            await asyncio.to_thread(record_batch, self.db, self.spool, pages, results, now)
        except Exception:
            self.inbox.put_back(pages)
            raise
        self.inbox.done(pages)
        return sum(len(page.lines) for page in pages)
