"""A store of many events for the screens: a real day from the pipeline, then copies of it inside the engine.

    python bench/screens_store.py FOLDER EVENTS

The day is what `secmon demo` collects from the simulated municipalities; the copies have other days and batches. Totals a
quarter hour follow from the events by the store's own view; the account of batches is copied beside them; the words of
closed days are indexed as the server does it. Prints one JSON object. A folder that has a store already is left as it is.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from effort import told
from screens_server import demo
from secmon.search.text_index import index_day, unindexed
from secmon.settings import load_settings
from secmon.store.client import Store
from secmon.store.sql import identifier

DAYS = 90
_DAY_SECONDS = 86_400
_MADE = "screens.json"
_AT_ONCE = 2
"""Days whose words are indexed at the same time: the engine waits before it begins with one, and has memory for few."""
_COLUMNS = "SELECT name FROM system.columns WHERE database = {database:String} AND table = {table:String}"
_TIMES = {"events": ("time", "received_at"), "intake": ("received_at", "newest")}
_TOTALS = """
SELECT (SELECT count() FROM events), (SELECT sum(events) FROM events_15m), (SELECT sum(events) FROM intake),
       (SELECT uniqExact(toDate(time)) FROM events)
"""


def make(folder: Path, events: int) -> dict[str, object]:
    """Fill the folder; returns what is in it: events, totals, account and days."""
    done = folder / _MADE
    if done.exists():
        kept: dict[str, object] = json.loads(done.read_text("utf-8"))
        return kept
    began = time.monotonic()
    with demo(folder, rate=events / DAYS / _DAY_SECONDS, history="24h"):
        told.print(f"a day is collected after {time.monotonic() - began:.0f} s")
    store = Store(load_settings(data=folder).store_dsn)
    for back in range(1, DAYS):
        for table, times in _TIMES.items():
            copy(store, table, times, back)
        if back % 10 == 0:
            told.print(f"{back} days are copied after {time.monotonic() - began:.0f} s")
    store.command("OPTIMIZE TABLE events FINAL")  # a later merge would drop the index of the words again
    told.print(f"merged after {time.monotonic() - began:.0f} s")
    closed = [partition for _, partition in unindexed(store, datetime.now(UTC))]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(partial(index_day, store), closed))
    told.print(f"words of {len(closed)} days are indexed after {time.monotonic() - began:.0f} s")
    ((rows, totals, account, days),) = store.rows(_TOTALS)
    store.close()
    made: dict[str, object] = {
        "events": int(rows),
        "in_totals": int(totals),
        "in_account": int(account),
        "days": int(days),
        "seconds": round(time.monotonic() - began),
    }
    done.write_text(json.dumps(made), "utf-8")
    return made


def copy(store: Store, table: str, times: tuple[str, ...], back: int) -> None:
    """The newest day again, so many days before, as other batches."""
    names = [str(name) for (name,) in store.rows(_COLUMNS, {"database": store.database, "table": table})]
    taken = [_shifted(name, times, back) for name in names]
    listed = ", ".join(identifier(name) for name in names)
    store.command(
        f"INSERT INTO {identifier(table)} ({listed}) SELECT {', '.join(taken)} FROM {identifier(table)} "
        "WHERE NOT startsWith(batch_id, 'copy-')"
    )


def _shifted(name: str, times: tuple[str, ...], back: int) -> str:
    if name in times:
        return f"{identifier(name)} - toIntervalDay({back})"
    if name == "batch_id":
        return f"concat('copy-{back}-', batch_id)"
    return identifier(name)


if __name__ == "__main__":
    print(json.dumps(make(Path(sys.argv[1]), int(sys.argv[2]))))
