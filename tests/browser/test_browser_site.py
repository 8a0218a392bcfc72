"""From the wall to a municipality and back."""

import pytest
from playwright.sync_api import Page
from running_server import Server
from watched_pages import DRAWN, Visits

pytest_plugins = ["browser_fixtures"]
pytestmark = pytest.mark.browser

HEALTHY = '#hex a.tile[data-health="healthy"]'


@pytest.fixture
def wall(still: Server, visits: Visits) -> Page:
    """The wall, marked so that a full page load would show."""
    page = visits.wall(f"{still.url}/?lang=en")
    page.evaluate("() => { window.same = true; }")
    return page


def test_a_tile_opens_its_site(wall: Page) -> None:
    """A click opens the site's page in place: its name, ten healthy feeds, its events; Back shows the wall again."""
    tile = wall.locator(HEALTHY).first
    code, label = tile.get_attribute("data-code"), tile.get_attribute("aria-label") or ""
    tile.click()
    wall.wait_for_selector("#site-events .ag-row")
    assert wall.url.endswith(f"/site/{code}")
    assert wall.inner_text(".site-head h2") == label.split(",")[0]
    assert wall.locator("#site-feeds .state.healthy").count() == 10
    assert wall.evaluate("() => window.same") is True
    wall.wait_for_selector("#conn.on")
    assert wall.locator(".tip:visible").count() == 0
    wall.go_back()
    wall.wait_for_function(DRAWN)
    assert wall.evaluate("() => window.same") is True


def test_the_keyboard_opens_a_site(wall: Page) -> None:
    """A focused tile is opened with Enter."""
    tile = wall.locator(HEALTHY).nth(5)
    tile.focus()
    wall.keyboard.press("Enter")
    wall.wait_for_selector("#site-feeds .state")
    assert wall.url.endswith("/site/" + wall.evaluate("() => location.pathname.slice(-5)"))
    assert wall.evaluate("() => window.same") is True


def test_a_tile_of_the_map_opens_its_site(wall: Page) -> None:
    """A tile of the true map opens the same page as the hexagon."""
    tile = wall.locator('#map a.tile[data-code="42110"]')
    tile.dispatch_event("click", {"button": 0, "bubbles": True})
    wall.wait_for_selector("#site-feeds .state")
    assert wall.inner_text(".site-head h2") == "Chuncheon-si"


def test_the_way_back_is_on_the_page(wall: Page) -> None:
    """The page's own link leads to the wall, and its chart is drawn again."""
    wall.locator(HEALTHY).first.click()
    wall.click(".back")
    wall.wait_for_function(DRAWN)


def test_an_unknown_code_is_said_in_the_browser(still: Server, visits: Visits) -> None:
    """The page of a code that is not in the registry says so and stays quiet."""
    page = visits.open(f"{still.url}/site/99999?lang=en")
    page.wait_for_selector(".site-head h2")
    assert page.inner_text(".site-head h2") == "No municipality has the code 99999"
    page.wait_for_selector("#conn.on")
