"""Grid and graph on pages that one comes to from a page without them."""

import pytest
from playwright.sync_api import Browser
from running_server import Server
from watched_pages import Visits

pytest_plugins = ["browser_fixtures"]
pytestmark = pytest.mark.browser

RUN = """() => ({grid: Boolean(window.dash_ag_grid.getApi), polyfilled: Boolean(window._babelPolyfill),
    graph: Boolean(document.querySelector("#incident-graph canvas"))})"""


def test_libraries_come_when_they_are_drawn(still: Server, chromium: Browser) -> None:
    """The glossary runs neither; the queue of alerts and an incident have theirs, and keep what was drawn."""
    visits = Visits(chromium)
    page = visits.open(f"{still.url}/glossary?lang=en")
    page.wait_for_selector(".glossary td")
    assert page.evaluate(RUN) == {"grid": False, "graph": False, "polyfilled": False}
    page.click("#side a[href='/alerts']")
    page.wait_for_selector("#alerts-grid .ag-row [col-id=site]")
    assert page.evaluate(RUN)["grid"] is True
    page.evaluate("() => { document.querySelector('#alerts-grid .ag-root-wrapper').dataset.first = 'yes'; }")
    page.fill("#alerts-q", "no such actor")
    page.keyboard.press("Enter")
    page.wait_for_function("() => /^0\\b/.test(document.getElementById('alerts-number').textContent)")
    assert page.locator("#alerts-grid .ag-root-wrapper[data-first=yes]").count() == 1
    page.evaluate("secmon.go('/incident/1', {})")
    page.wait_for_selector("#incident-graph canvas")
    page.go_back()
    page.wait_for_function("() => /^0\\b/.test((document.getElementById('alerts-number') || {}).textContent)")
    page.click("#side a[href='/rules']")
    page.wait_for_selector("#rules-grid .ag-row")
    visits.close()
    assert visits.problems == []
