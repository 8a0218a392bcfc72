"""Load spooled batches into the store exactly once; at the start, repair what a crash left half done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from secmon.db.database import Database
from secmon.db.models import Batch, BatchState
from secmon.errors import SpoolError, StoreError
from secmon.ingest import batch_journal, spool
from secmon.ingest.batch_journal import FeedCounts
from secmon.store import repair, sql
from secmon.store.client import Store
from secmon.store.load import insert_table

_log = structlog.get_logger(__name__)
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=2), timedelta(minutes=5)  # between attempts at one batch


@dataclass(frozen=True, slots=True)
class Loader:
    """Loader of spooled batches into the store; one at a time, oldest first."""

    store: Store
    db: Database
    spool: Path
    clock: Callable[[], datetime]

    def recover(self) -> tuple[str, ...]:
        """Restore the store to whole batches after a crash; returns the batches that were removed from it.

        Their files are still in the spool, so the next `drain` loads them again under a new attempt.
        """
        interrupted = self._repair()
        waiting = batch_journal.batches(self.db, BatchState.SPOOLED, BatchState.FAILED)
        stray = spool.remove_unknown_batches(self.spool, {batch.id for batch in waiting})
        if stray:
            _log.warning("removed spool files that no journal entry stands for", files=stray)
        return interrupted

    def drain(self, most: int | None = None) -> int:
        """Load the due batches, up to a limit; returns the number of lines loaded.

        Nothing else loads, so a batch found in flight was left by an attempt whose repair failed too.
        """
        self._repair()
        return sum(self._load(batch) for batch in batch_journal.loadable(self.db, self.clock(), most))

    def _repair(self) -> tuple[str, ...]:
        interrupted = tuple(batch.id for batch in batch_journal.batches(self.db, BatchState.IN_FLIGHT))
        if interrupted:
            days = repair.remove_batches(self.store, interrupted)
            batch_journal.mark_repaired(self.db, interrupted)
            _log.warning("repaired", batches=interrupted, days=days)
        return interrupted

    def _load(self, batch: Batch) -> int:
        try:
            rows = spool.read_batch(self.spool, batch.id, batch.digest)
        except SpoolError as error:
            _log.error("batch parked", batch=batch.id, error=str(error))
            batch_journal.mark_unloaded(self.db, batch.id, str(error), None)
            return 0
        # Exactly once: the state in flight is committed before the first row is inserted. After a crash a batch in that
        # state may be in the store in part, or as a whole, so it is removed and loaded again. Without the state, a
        # restart could not tell it from a batch that was never begun and would load its rows twice.
        attempt = batch_journal.mark_in_flight(self.db, batch.id)
        try:
            insert_table(self.store, batch.id, rows, attempt)
            account = self._account(batch)
        except StoreError as error:
            retry_at = self.clock() + min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(attempt, 10))
            _log.error("batch not loaded", batch=batch.id, attempt=attempt, retry_at=str(retry_at), error=str(error))
            repair.remove_batches(self.store, [batch.id])
            batch_journal.mark_unloaded(self.db, batch.id, str(error), retry_at)
            return 0
        # First the journal, then the file. A crash between them leaves a file without a waiting batch, which is swept
        # at the next start. In the other order it would leave a batch whose lines are gone.
        batch_journal.mark_loaded(self.db, batch.id, account, self.clock())
        spool.remove_batch(self.spool, batch.id)
        return int(batch.lines)

    def _account(self, batch: Batch) -> list[FeedCounts]:
        """Return the events and quarantined lines of the batch by feed; together they must be all of its lines."""
        # A line that a view drops raises no error in the store. Counting what arrived against what was sent finds it
        # before the batch counts as loaded.
        rows = self.store.records(sql.query("batch_intake"), {"batch_id": batch.id})
        account = [_accounted(row) for row in rows]
        events, quarantined = sum(one.events for one in account), sum(one.quarantined for one in account)
        if events + quarantined != batch.lines:
            raise StoreError.literal(
                f"batch {batch.id}: {batch.lines} lines went in, {events} events and {quarantined} quarantined came out"
            )
        return account


def _accounted(row: dict[str, Any]) -> FeedCounts:
    newest = row["newest"] if row["events"] else None
    return FeedCounts(
        site=row["site"],
        feed=row["feed"],
        events=int(row["events"]),
        quarantined=int(row["quarantined"]),
        ahead=int(row["ahead"]),
        newest=newest,
        lag=(row["received"] - newest).total_seconds() if newest else None,
    )
