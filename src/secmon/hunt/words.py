"""The index of words: built for each day once it is over, so that loading does not pay for it."""

from datetime import datetime

from secmon.store import sql
from secmon.store.client import Store


def index_closed_days(store: Store, now: datetime) -> tuple[str, ...]:
    """Build the index for the newest day that lacks it; returns that day, or nothing when all have it.

    A day takes some 10 microseconds an event, which is why one call does one day.
    """
    today = now.strftime("%Y-%m-%d")
    missing = store.rows(sql.query("text_unindexed_days"), {"database": store.database, "today": today})
    for day, partition_id in missing[:1]:
        store.command(sql.query("text_index_day").replace("{partition_id}", str(int(partition_id))))
        store.command(sql.query("text_indexed"), {"database": store.database, "partition_id": str(partition_id)})
        return (str(day),)
    return ()
