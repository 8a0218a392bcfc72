"""The embedded event store, one for the whole run: an engine serves one path in a process."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import structlog
from argon2 import PasswordHasher

from secmon.auth import secrets
from secmon.cli.main import LOG_LINE
from secmon.store.client import Store
from secmon.store.scratch import scratch_store
from secmon.store.sql import identifier

Tables = list[tuple[Any, ...]]

structlog.configure(processors=LOG_LINE)  # as the program does: drawing a traceback with all its values takes seconds


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that opens the store says so with its marker, so that `-m "not store"` leaves the engine closed.

    What mostly waits or takes minutes begins first, beside the tests that are short.
    """
    for item in items:
        if "engine" in getattr(item, "fixturenames", ()) and item.get_closest_marker("store") is None:
            raise pytest.UsageError(f"{item.nodeid} opens the event store: mark it with @pytest.mark.store")
    items.sort(key=_when)


def _when(item: pytest.Item) -> int:
    return 0 if item.get_closest_marker("waits") or item.get_closest_marker("long") else 1


@pytest.fixture(autouse=True)
def fast_password_hashes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords with little memory and one pass; tests marked `real_hashes` use the product's parameters."""
    if request.node.get_closest_marker("real_hashes") is None:
        monkeypatch.setattr(secrets, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture(scope="session")
def engine() -> Iterator[Store]:
    """Keeps the embedded engine open; tests use databases of their own beside this one."""
    with scratch_store() as store:
        yield store


@pytest.fixture(scope="session")
def spare() -> Iterator[list[tuple[ExitStack, Store, Tables]]]:
    """A database that a test has given back as it was, because a second and a half goes into making one."""
    kept: list[tuple[ExitStack, Store, Tables]] = []
    yield kept
    for stack, _, _ in kept:
        stack.close()


@pytest.fixture
def store(engine: Store, spare: list[tuple[ExitStack, Store, Tables]]) -> Iterator[Store]:
    """An empty store of its own."""
    if spare:
        stack, store, made = spare.pop()
    else:
        stack = ExitStack()
        store = stack.enter_context(scratch_store(beside=engine))
        made = _tables(store)
    yield store
    if _tables(store) == made and _emptied(store, made):
        spare.append((stack, store, made))
    else:
        stack.close()


def _tables(store: Store) -> Tables:
    return store.rows(
        "SELECT name, engine, create_table_query FROM system.tables WHERE database = {database:String} ORDER BY name",
        {"database": store.database},
    ) + store.rows("SELECT name, '', toString(version) FROM schema_version ORDER BY version")


def _emptied(store: Store, tables: Tables) -> bool:
    """True once nothing is left in any table but the one that says which schema it is."""
    store.close()
    holding = {name for name, kind, _ in tables if kind.endswith("MergeTree") and name != "schema_version"}
    for name in _with_rows(store, holding):
        store.command(f"TRUNCATE TABLE {identifier(name)}")
    return not _with_rows(store, holding)


def _with_rows(store: Store, among: set[str]) -> list[str]:
    """Return the names of the tables that hold rows."""
    found = store.rows(
        "SELECT name FROM system.tables WHERE database = {database:String} AND total_rows != 0",
        {"database": store.database},
    )
    return [name for (name,) in found if name in among]
