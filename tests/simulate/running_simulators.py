"""Fixtures: simulators that end with the session. Test modules name this one as a plugin."""

from collections.abc import Callable, Iterator

import pytest
from simulator_process import Simulator, start, stop

Launch = Callable[..., Simulator]


@pytest.fixture(scope="session")
def launch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launch]:
    """Start simulators; whatever still runs at the end of the session is ended."""
    running: list[Simulator] = []

    def launched(*, environment: dict[str, str] | None = None, **options: object) -> Simulator:
        running.append(start(tmp_path_factory.mktemp("simulator"), environment or {}, **options))
        return running[-1]

    yield launched
    for simulator in running:
        stop(simulator)


@pytest.fixture(scope="session")
def simulator(launch: Launch) -> Simulator:
    """One simulator most tests share."""
    return launch()
