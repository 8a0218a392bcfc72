"""The embedded event store, one for the whole run: an engine serves one path in a process."""

from collections.abc import Iterator, Sequence

import pytest

from secmon.store.client import Store
from secmon.store.scratch import scratch_store


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """A test that opens the store says so with its marker, so that `-m "not store"` leaves the engine closed."""
    for item in items:
        if "engine" in getattr(item, "fixturenames", ()) and item.get_closest_marker("store") is None:
            raise pytest.UsageError(f"{item.nodeid} opens the event store: mark it with @pytest.mark.store")


@pytest.fixture(scope="session")
def engine() -> Iterator[Store]:
    """Keeps the embedded engine open; tests use databases of their own beside this one."""
    with scratch_store() as store:
        yield store


@pytest.fixture
def store(engine: Store) -> Iterator[Store]:
    """An empty store of its own."""
    with scratch_store(beside=engine) as store:
        yield store
