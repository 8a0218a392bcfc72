"""Text and address indexes of events: built for each day once it is complete, and for today after many new rows."""

from datetime import datetime

from secmon.errors import StoreError
from secmon.store import sql
from secmon.store.client import Store

_TODAY_ROWS = 500_000
"""New rows of today that justify building the index; reading this many takes a search half a second."""


def index_days(store: Store, now: datetime, today_rows: int = _TODAY_ROWS) -> tuple[str, ...]:
    """Index today, once it has `today_rows` new rows, and the newest complete day that needs it; return these days.

    Indexing takes about 6 microseconds of processor time per event, which is why a call does a single complete day.
    """
    # The index is not built on insert: two million rows then took 78 s instead of 8 s to insert. Today's parts that
    # have no index yet are read in full by every search, so today is indexed whenever enough rows have arrived. Of the
    # past days only the newest is taken, so that today's turn comes again soon.
    found, today = unindexed(store, now, today_rows), now.strftime("%Y-%m-%d")
    chosen = [one for one in found if one[0] == today] + [one for one in found if one[0] != today][:1]
    for _, partition_id in chosen:
        index_day(store, partition_id)
    return tuple(day for day, _ in chosen)


def unindexed(store: Store, now: datetime, today_rows: int = _TODAY_ROWS) -> list[tuple[str, int]]:
    """Return days with parts that are not indexed, newest first: the day and the id of its partition."""
    # Parts are compared by name with those that were indexed: late lines and merges make new parts without the index.
    asked = {"database": store.database, "today": now.strftime("%Y-%m-%d"), "least": today_rows}
    found = store.rows(sql.query("text_unindexed_days"), asked)
    return [(str(day), int(partition_id)) for day, partition_id, _ in found]


def index_day(store: Store, partition_id: int) -> None:
    """Build the index of one day and record its parts; the engine waits about ten seconds before it starts.

    Raises StoreError when the engine fails; the failed attempt is cancelled.
    """
    # The engine retries a failed index build for ever, and a day that exceeds its memory fails each time: the retries
    # would occupy the engine's few background threads. The attempt is cancelled, and the day has its next turn when
    # this job runs again.
    try:
        store.command(sql.query("text_index_day").replace("{partition_id}", str(partition_id)))
    except StoreError:
        store.command(sql.query("text_index_give_up"), {"database": store.database})
        raise
    store.command(sql.query("text_indexed"), {"database": store.database, "partition_id": str(partition_id)})
