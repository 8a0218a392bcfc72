"""A server that answers slowly: pages that ask again and again show what it says all the same."""

import time

import pytest
from playwright.sync_api import Route
from running_server import Server
from watched_pages import Visits

pytest_plugins = ["browser_fixtures"]
pytestmark = pytest.mark.browser


def late(route: Route) -> None:
    """An answer that takes three times as long as the page to hunt waits between two questions."""
    time.sleep(0.9)
    route.continue_()


def test_a_search_is_shown_by_a_slow_server(still: Server, visits: Visits) -> None:
    """Each answer comes after the page would have asked again; the events and their number appear nevertheless."""
    page = visits.open(f"{still.url}/glossary?lang=en")
    page.route("**/_dash-update-component", late)
    page.goto(f"{still.url}/hunt?q=site:11110&lang=en")
    page.wait_for_selector("#hunt-events .ag-row")
    page.wait_for_selector("#hunt-state >> text=events ·")
    assert page.locator("#hunt-cancel").count() == 0
