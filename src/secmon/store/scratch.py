"""Temporary store with the full schema, for dry runs, rule samples and tests."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from secmon.store.client import Store
from secmon.store.migrate import migrate
from secmon.store.sql import identifier


@contextmanager
def scratch_store(beside: Store | None = None) -> Iterator[Store]:
    """Create an empty database and drop it at the end.

    It lives in the engine of `beside` if that is given, otherwise in a temporary folder.
    """
    # An embedded engine is bound to the first path it opens in a process. Opening a second path while the centre's own
    # store is open would fail, so the temporary database is then created inside the open engine.
    if beside is None:
        with tempfile.TemporaryDirectory(prefix="secmon-") as folder, _database(f"chdb://{folder}") as store:
            yield store
    else:
        with _database(beside.dsn) as store:
            yield store


def clear(store: Store, *tables: str) -> None:
    """Empty tables of a temporary store, which is faster than creating another store."""
    for table in tables:
        store.command(f"TRUNCATE TABLE {identifier(table)}")


@contextmanager
def _database(dsn: str) -> Iterator[Store]:
    # A random name keeps temporary databases apart, of parallel runs and of a crashed run that could not drop its own.
    store = Store(dsn, database=f"scratch_{secrets.token_hex(6)}")
    try:
        migrate(store)
        yield store
    finally:
        # SYNC deletes the files now; the engine would otherwise keep them for some minutes.
        store.command(f"DROP DATABASE IF EXISTS {identifier(store.database)} SYNC")
        store.close()
