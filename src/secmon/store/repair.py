"""Take an interrupted batch out of the store and count the totals of its days again."""

from collections.abc import Sequence

from secmon.store import sql
from secmon.store.client import Store

_TABLES = ("events", "quarantine", "intake")


def remove_batches(store: Store, batch_ids: Sequence[str]) -> tuple[str, ...]:
    """Delete every trace of the batches and rebuild the totals of the days they touched.

    A chain of views is not atomic: after a crash any part of a batch may be in any table. Returns the days rebuilt.
    """
    if not batch_ids:
        return ()
    parameters = {"batch_ids": list(batch_ids)}
    days = {row[0] for row in store.rows(sql.query("batch_days"), parameters)}
    for table in _TABLES:
        store.command(
            f"ALTER TABLE {table} DELETE WHERE batch_id IN {{batch_ids:Array(String)}}",  # our own table names
            parameters,
            {"mutations_sync": 2},
        )
    days |= set(uneven_days(store))
    for day in sorted(days):
        rebuild_day(store, day)
    return tuple(sorted(days))


def uneven_days(store: Store) -> tuple[str, ...]:
    """Days whose quarter-hour totals differ from the events they stand for."""
    return tuple(sorted(row[0] for row in store.rows(sql.query("uneven_days"))))


def rebuild_day(store: Store, day: str) -> None:
    """Count the quarter-hour totals of one UTC day (YYYY-MM-DD) again and swap them in."""
    store.command("TRUNCATE TABLE events_15m_stage")
    store.command(sql.query("stage_day"), {"day": day})
    store.command(
        f"ALTER TABLE events_15m REPLACE PARTITION '{day}' FROM events_15m_stage",
        settings={"allow_replace_partition_from_empty_source": 1},
    )
