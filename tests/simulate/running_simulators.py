"""Fixtures: simulators that end with the test or the module. Test modules name this one as a plugin."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from simulator_process import Simulator, start, stop

Launch = Callable[..., Simulator]


@contextmanager
def _launching(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launch]:
    """Start simulators, and end them with the block: one that sends thousands of lines a second takes a core."""
    running: list[Simulator] = []

    def launched(*, environment: dict[str, str] | None = None, **options: object) -> Simulator:
        running.append(start(tmp_path_factory.mktemp("simulator"), environment or {}, **options))
        return running[-1]

    try:
        yield launched
    finally:
        for simulator in running:
            stop(simulator)


@pytest.fixture
def launch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launch]:
    """Start simulators that end with the test."""
    with _launching(tmp_path_factory) as launched:
        yield launched


@pytest.fixture(scope="module")
def launch_shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launch]:
    """Start simulators that the tests of a module share."""
    with _launching(tmp_path_factory) as launched:
        yield launched


@pytest.fixture(scope="module")
def simulator(launch_shared: Launch) -> Simulator:
    """One simulator that most tests of a module share."""
    return launch_shared()
