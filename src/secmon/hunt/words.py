"""The indexes that searches need: built for each day once it is over, and for today after many new lines."""

from datetime import datetime

from secmon.errors import StoreError
from secmon.store import sql
from secmon.store.client import Store

_TODAY_ROWS = 500_000
"""New rows of today that are worth an index: reading so many takes a search half a second."""


def index_days(store: Store, now: datetime, today_rows: int = _TODAY_ROWS) -> tuple[str, ...]:
    """Build what is missing for today, once it is `today_rows`, and for the newest closed day; returns these days.

    A day takes some 6 microseconds of processor time an event, which is why one call does one closed day.
    """
    found, today = unindexed(store, now, today_rows), now.strftime("%Y-%m-%d")
    chosen = [one for one in found if one[0] == today] + [one for one in found if one[0] != today][:1]
    for _, partition_id in chosen:
        index_day(store, partition_id)
    return tuple(day for day, _ in chosen)


def unindexed(store: Store, now: datetime, today_rows: int = _TODAY_ROWS) -> list[tuple[str, int]]:
    """Days that lack a part of their index, the newest first: the day and the id of its partition."""
    asked = {"database": store.database, "today": now.strftime("%Y-%m-%d"), "least": today_rows}
    found = store.rows(sql.query("text_unindexed_days"), asked)
    return [(str(day), int(partition_id)) for day, partition_id, _ in found]


def index_day(store: Store, partition_id: int) -> None:
    """Build the index of one day, and remember of which parts; the engine waits some ten seconds before it begins.

    Raises StoreError when the engine cannot, after which it does not try again by itself.
    """
    try:
        store.command(sql.query("text_index_day").replace("{partition_id}", str(partition_id)))
    except StoreError:
        store.command(sql.query("text_index_give_up"), {"database": store.database})
        raise
    store.command(sql.query("text_indexed"), {"database": store.database, "partition_id": str(partition_id)})
