"""What fits: no clipping, no overlap and no scrolling on the screens that the wall is made for."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from running_server import Server
from watched_pages import Visits

pytest_plugins = ["browser_fixtures"]
pytestmark = pytest.mark.browser

SCREENS = [(1920, 1080), (1366, 768)]
BOXES = """selectors => selectors.flatMap(selector => [...document.querySelectorAll(selector)].map(element => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const {left, top, right, bottom} = range.getBoundingClientRect();
    return {text: `${selector}: ${element.innerText}`, left, top, right, bottom};
}))"""
CUT = """selectors => selectors.flatMap(selector => [...document.querySelectorAll(selector)]
    .filter(element => element.scrollWidth > element.clientWidth + 1).map(element => element.innerText))"""
HEADER = [".brand h1", ".brand p", ".badge", ".pages a", ".declared > div", "#level", "#conn", "#clock", ".language"]
SIZE = """() => { const page = document.documentElement;
    return {width: page.scrollWidth - innerWidth, height: page.scrollHeight - innerHeight}; }"""


def overlapping(boxes: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Pairs of texts that lie over each other by more than a pixel."""
    return [
        (one["text"], other["text"])
        for one, other in combinations(boxes, 2)
        if min(one["right"], other["right"]) - max(one["left"], other["left"]) > 1
        and min(one["bottom"], other["bottom"]) - max(one["top"], other["top"]) > 1
    ]


@pytest.fixture(scope="module", params=[(*screen, name) for screen in SCREENS for name in ("ko", "en")], ids=str)
def wall(request: pytest.FixtureRequest, still: Server, chromium: Browser) -> Iterator[Page]:
    """The wall on each screen in each language."""
    width, height, language = request.param
    visits = Visits(chromium)
    yield visits.wall(f"{still.url}/?lang={language}", width=width, height=height)
    visits.close()
    assert visits.problems == []


def test_the_wall_fits(wall: Page) -> None:
    """The whole wall is on the screen: nothing to scroll, no text cut or over another, every name in its tile."""
    wall.evaluate("() => document.fonts.ready.then(() => true)")
    size = wall.evaluate(SIZE)
    assert size["width"] <= 0
    assert size["height"] <= 2
    assert overlapping(wall.evaluate(BOXES, HEADER)) == []
    assert overlapping(wall.evaluate(BOXES, [".kpi h2", ".kpi strong", ".kpi p"])) == []
    cut = [
        ".brand h1",
        ".brand p",
        ".kpi h2",
        ".kpi strong",
        ".kpi p",
        ".panel h2",
        ".panel > header span",
        ".types",
        ".entry",
    ]
    assert wall.evaluate(CUT, cut) == []
    wide = wall.evaluate(
        """() => [...document.querySelectorAll("#hex a.tile")].filter(tile => {
            const [name, hexagon] = [".name", "polygon"].map(part => tile.querySelector(part).getBoundingClientRect());
            return name.width > hexagon.width + 1;
        }).map(tile => tile.getAttribute("aria-label"))"""
    )
    assert wide == []


def test_an_alert_is_whole_or_not_there(wall: Page) -> None:
    """A row of the newest alerts that does not fit is left out, not cut."""
    half = wall.evaluate(
        """() => {
            const list = document.getElementById("newest");
            const box = list.getBoundingClientRect();
            return [...list.children].filter(item => {
                const {left, right, bottom} = item.getBoundingClientRect();
                const beside = left >= box.right - 1;
                const whole = left >= box.left - 1 && right <= box.right + 1 && bottom <= box.bottom + 1;
                return !beside && !whole;
            }).map(item => item.innerText);
        }"""
    )
    assert half == []


@pytest.mark.parametrize(("width", "height"), SCREENS)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_sites_page_has_no_sideways_scrolling(
    still: Server, visits: Visits, width: int, height: int, language: str
) -> None:
    """A site's page is as wide as the screen, its header without overlap."""
    page = visits.open(f"{still.url}/site/11110?lang={language}", width=width, height=height)
    page.wait_for_selector("#site-events .ag-row")
    page.wait_for_selector("#site-trend .barlayer .trace")
    assert page.evaluate(SIZE)["width"] <= 0
    assert overlapping(page.evaluate(BOXES, [*HEADER, ".back", ".site-head h2", ".facts", "#site-asof"])) == []


@pytest.mark.parametrize(("width", "height"), SCREENS)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_feed_health_page_fits(still: Server, visits: Visits, width: int, height: int, language: str) -> None:
    """As wide as the screen, no figure cut, no text over another; provinces beside rows, or why there are none."""
    page = visits.open(f"{still.url}/feeds?lang={language}", width=width, height=height)
    page.wait_for_selector("#feeds-complete :is(.heatmaplayer image, .annotation-text)")
    page.evaluate("() => document.fonts.ready.then(() => true)")
    assert page.evaluate(SIZE)["width"] <= 0
    assert overlapping(page.evaluate(BOXES, [*HEADER, ".back", ".site-head h2", ".facts", "#feeds-asof"])) == []
    assert page.evaluate(CUT, [".kpi h2", ".kpi strong", ".kpi p", ".panel h2", ".panel > header span", ".table"]) == []
    labels = page.evaluate(BOXES, ["#feeds-complete .ytick text"])
    assert len(labels) in {0, 15}
    assert overlapping(labels) == []
    assert page.locator("#feeds-states .kpi").count() == 8


def test_the_wall_fills_a_large_screen(still: Server, visits: Visits) -> None:
    """At 4K everything is twice as large as at 1080p: the wall reaches the edges, letters and chart grow with it."""
    page = visits.wall(f"{still.url}/?lang=ko", width=3840, height=2160)
    seen = page.evaluate(
        """() => {
            const {left, right, bottom} = document.querySelector(".wall").getBoundingClientRect();
            const letters = element => parseFloat(getComputedStyle(document.querySelector(element)).fontSize);
            return {left, right, bottom, title: letters("h1"), number: letters(".kpi strong"),
                    axis: letters("#trend .xtick text"), hex: document.querySelector("#hex svg").clientHeight};
        }"""
    )
    assert seen["left"] < 60
    assert seen["right"] > 3840 - 60
    assert 2160 - 80 < seen["bottom"] <= 2160
    assert seen["title"] > 50
    assert seen["number"] > 60
    assert seen["axis"] > 22
    assert seen["hex"] > 1600
    assert page.evaluate(SIZE)["height"] <= 2
