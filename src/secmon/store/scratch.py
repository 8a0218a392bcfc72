"""A throw-away store with the full schema, for dry runs, rule samples and tests."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from secmon.store.client import Store, identifier
from secmon.store.migrate import migrate


@contextmanager
def scratch_store(beside: Store | None = None) -> Iterator[Store]:
    """A fresh database, dropped at the end.

    It lives in the engine of `beside` when that is given (an embedded engine serves one path a process), else in a
    temporary folder.
    """
    if beside is None:
        with tempfile.TemporaryDirectory(prefix="secmon-") as folder, _database(f"chdb://{folder}") as store:
            yield store
    else:
        with _database(beside.dsn) as store:
            yield store


def clear(store: Store) -> None:
    """Take events and findings out of a throw-away store, which is cheaper than a new one."""
    for table in ("events", "findings", "correlation_steps"):
        store.command(f"TRUNCATE TABLE {identifier(table)}")


@contextmanager
def _database(dsn: str) -> Iterator[Store]:
    store = Store(dsn, database=f"scratch_{secrets.token_hex(6)}")
    try:
        migrate(store)
        yield store
    finally:
        store.command(f"DROP DATABASE IF EXISTS {identifier(store.database)} SYNC")
        store.close()
