"""Chromium, servers, and visits; loaded by the test modules as a plugin."""

import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
import running_server
from playwright.sync_api import Browser, sync_playwright
from running_server import Server
from watched_pages import ARGUMENTS, CHROMIUM, Visits


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of half an hour with two attacks, to be copied; made once, also for several workers."""
    folder = tmp_path_factory.getbasetemp()
    return running_server.still_data(folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder)


@pytest.fixture(scope="session")
def still(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One centre that stands still, for all tests of a worker that wait for nothing new."""
    data = tmp_path_factory.mktemp("still") / "data"
    shutil.copytree(prepared, data, symlinks=True)
    with running_server.still(data) as server:
        yield server


@pytest.fixture(scope="module")
def demo(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A demonstration that goes on from the prepared data, and that a simulator feeds."""
    data = tmp_path_factory.mktemp("demo") / "data"
    shutil.copytree(prepared, data, symlinks=True)
    with running_server.demo(data, "30m", 30) as server:
        yield server


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for a module: Playwright's event loop must not be there when tests of other modules run theirs."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no {CHROMIUM}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


_failed = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember whether the test itself has failed, for the fixtures that end after it."""
    report = yield
    if report.when == "call":
        item.stash[_failed] = report.failed
    return report


@pytest.fixture
def visits(chromium: Browser, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Visits]:
    """Pages of a test, which fails when one of them complains or asks anybody else; pictures of them when it fails."""
    opened = Visits(chromium)
    yield opened
    if request.node.stash.get(_failed, False):
        opened.picture(tmp_path)
    opened.close()
    assert opened.problems == []
