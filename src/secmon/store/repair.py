"""Remove an interrupted batch from the store and recount the totals of its days."""

from collections.abc import Sequence

from secmon.store import sql
from secmon.store.client import Store

_TABLES = ("events", "quarantine", "intake")


def remove_batches(store: Store, batch_ids: Sequence[str]) -> tuple[str, ...]:
    """Delete every trace of the batches, recount the totals of the days they touched, and return these days.

    A chain of views is not atomic: after a crash any part of a batch may be in any table.
    """
    if not batch_ids:
        return ()
    parameters = {"batch_ids": list(batch_ids)}
    # The days must be read before the delete: afterwards nothing shows which days the batches touched.
    days = {row[0] for row in store.rows(sql.query("batch_days"), parameters)}
    for table in _TABLES:
        store.command(
            f"ALTER TABLE {table} DELETE WHERE batch_id IN {{batch_ids:Array(String)}}",  # our own table names
            parameters,
            {"mutations_sync": 2},
        )
    # The crash may have come between the totals and the events: the totals then count events that were never written,
    # and no event shows the day. Comparing totals with events over all days finds these days too; adding them costs one
    # query after a crash.
    days |= set(uneven_days(store))
    for day in sorted(days):
        rebuild_day(store, day)
    return tuple(sorted(days))


def uneven_days(store: Store) -> tuple[str, ...]:
    """Return the days whose quarter-hour totals differ from their events."""
    return tuple(sorted(row[0] for row in store.rows(sql.query("uneven_days"))))


def rebuild_day(store: Store, day: str) -> None:
    """Recount the quarter-hour totals of one UTC day (YYYY-MM-DD) and swap them in."""
    # The totals are sums: they hold no batch id, so the share of one batch cannot be deleted from them. Counting into a
    # staging table and replacing the partition swaps the day atomically; readers never see it empty or half counted.
    # Replacing from an empty source must be allowed, for a day that has lost all its events.
    store.command("TRUNCATE TABLE events_15m_stage")
    store.command(sql.query("stage_day"), {"day": day})
    store.command(
        f"ALTER TABLE events_15m REPLACE PARTITION '{day}' FROM events_15m_stage",
        settings={"allow_replace_partition_from_empty_source": 1},
    )
