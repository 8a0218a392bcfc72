"""Stores for the tests of the rules."""

from collections.abc import Iterator

import pytest

from secmon.store.client import Store
from secmon.store.scratch import scratch_store


@pytest.fixture(scope="module")
def engine() -> Iterator[Store]:
    """Keeps one embedded engine open for the tests of a module."""
    with scratch_store() as store:
        yield store


@pytest.fixture
def store(engine: Store) -> Iterator[Store]:
    """An empty store of its own."""
    with scratch_store(beside=engine) as store:
        yield store
