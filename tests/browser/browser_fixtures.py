"""Chromium, the demonstration, and visits; loaded by the test modules as a plugin."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import running_server
from playwright.sync_api import Browser, sync_playwright
from running_server import Server
from watched_pages import ARGUMENTS, CHROMIUM, Visits


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One demonstration for the whole run; SSH attacks begin at once and after 90 s, a sweep scan after 4 minutes."""
    with running_server.demo(tmp_path_factory.mktemp("demo") / "data", "30m", 30) as server:
        running_server.director(server).plan("ssh-guessing", datetime.now(UTC) + timedelta(seconds=5))
        yield server


@pytest.fixture(scope="module")
def chromium(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """A browser for a module: Playwright's event loop must not be there when tests of other modules run theirs."""
    if any("demo" in getattr(item, "fixturenames", ()) for item in request.session.items):
        request.getfixturevalue("demo")  # its attack comes two minutes later: other tests fill the time
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no {CHROMIUM}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def visits(chromium: Browser) -> Iterator[Visits]:
    """Pages of a test, which fails when one of them complains or asks anybody else."""
    opened = Visits(chromium)
    yield opened
    opened.close()
    assert opened.problems == []
