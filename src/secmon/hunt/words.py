"""The index of words: built for each day once it is over, so that loading does not pay for it."""

from datetime import datetime

from secmon.store import sql
from secmon.store.client import Store


def index_closed_days(store: Store, now: datetime) -> tuple[str, ...]:
    """Build the index for the newest day that lacks it; returns that day, or nothing when all have it.

    A day takes some 10 microseconds an event, which is why one call does one day.
    """
    for day, partition_id in unindexed(store, now)[:1]:
        index_day(store, partition_id)
        return (day,)
    return ()


def unindexed(store: Store, now: datetime) -> list[tuple[str, int]]:
    """Closed days without a whole index, the newest first: the day and the id of its partition."""
    asked = {"database": store.database, "today": now.strftime("%Y-%m-%d")}
    return [(str(day), int(partition_id)) for day, partition_id in store.rows(sql.query("text_unindexed_days"), asked)]


def index_day(store: Store, partition_id: int) -> None:
    """Build the index of one day, and remember of which parts; the engine waits some ten seconds before it begins."""
    store.command(sql.query("text_index_day").replace("{partition_id}", str(partition_id)))
    store.command(sql.query("text_indexed"), {"database": store.database, "partition_id": str(partition_id)})
