"""What senders pushed here, from the inbox into the spool."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from secmon.alerts import journal
from secmon.alerts.desk import Desk
from secmon.alerts.journal import FeedResult
from secmon.feeds.inbox import Inbox
from secmon.jobs.collect import SpoolLimits
from secmon.jobs.keep import keep_pages


@dataclass(frozen=True, slots=True)
class Receiver:
    """Empties the inbox every second; until then a line is in memory only, as syslog knows no receipts."""

    inbox: Inbox
    desk: Desk
    spool: Path
    limits: SpoolLimits
    clock: Callable[[], datetime]

    async def run(self) -> int:
        """Keep what the inbox holds; returns the number of lines, 0 too while the store has to catch up first.

        Lines that cannot be kept stay in the inbox, and senders have to wait when it is full.
        """
        if not self.inbox.held and not self.inbox.noticed:
            return 0
        if self.limits.reached(await asyncio.to_thread(journal.waiting, self.desk)):
            return 0
        pages = self.inbox.take()
        now = self.clock()
        results = [
            FeedResult(page.site, page.feed, page.format, now, lines=len(page.lines), notice=page.notice)
            for page in pages
        ]
        try:
            await asyncio.to_thread(keep_pages, self.desk, self.spool, pages, results, now)
        except Exception:
            self.inbox.put_back(pages)
            raise
        self.inbox.done(pages)
        return sum(len(page.lines) for page in pages)
