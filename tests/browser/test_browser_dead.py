"""A wall whose server is gone says so, and comes back by itself."""

import time
from pathlib import Path

import pytest
import running_server
from playwright.sync_api import Browser
from watched_pages import DRAWN, Visits

pytest_plugins = ["browser_fixtures"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]

NUMBERS = "() => [...document.querySelectorAll('.kpi strong')].map(number => number.innerText)"


@pytest.mark.parametrize(("language", "stale", "live"), [("en", "STALE since", "Live")])
def test_a_dead_server_is_seen(chromium: Browser, tmp_path: Path, language: str, stale: str, live: str) -> None:
    """When the server dies, wall and kiosk keep their numbers and say since when; a restart makes them live."""
    data, visits = tmp_path / "data", Visits(chromium)
    with running_server.demo(data, "5m", 5) as first:
        page = visits.wall(f"{first.url}/?lang={language}")
        kiosk = visits.open(f"{first.url}/wall?kiosk=1&lang={language}")
        kiosk.wait_for_function(DRAWN)  # what is still loading when the server dies is an error of the browser
        kiosk.wait_for_selector("#conn.on")
        for one in (page, kiosk):
            one.evaluate("() => { window.same = true; }")
        first.kill()
        killed = time.monotonic()
        for one in (page, kiosk):
            one.wait_for_selector("#conn.stale", timeout=30_000)
        numbers = page.evaluate(NUMBERS)
        assert page.inner_text("#conn").startswith(stale)
        assert page.evaluate("() => document.documentElement.dataset.live") == "stale"
        assert page.locator("#hex a.tile[data-health]").count() == 226
        assert all(any(digit.isdigit() for digit in number) for number in numbers)
    page.wait_for_timeout(3_000)
    assert page.evaluate(NUMBERS) == numbers
    with running_server.demo(data, "5m", 5, port=int(first.url.rsplit(":", 1)[1])):
        page.wait_for_function(DRAWN, timeout=60_000)
        assert page.inner_text("#conn") == live
        kiosk.wait_for_selector("#conn.on")
        assert page.evaluate("() => window.same") is True
        # a kiosk that was stale for a minute loads itself anew, because nobody is there to do it
        assert kiosk.evaluate("() => window.same") is True or time.monotonic() - killed > 60
        visits.close()
    assert [problem for problem in visits.problems if "net::ERR_" not in problem] == []
