"""Pages that give an overview, each for what it is there for: trends, feed health, suppliers, the wall on a wall."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page
from running_server import Server
from watched_pages import DRAWN, Visits

from secmon.web.i18n.texts import LANGUAGES, t

pytest_plugins = ["browser_fixtures"]
pytestmark = pytest.mark.browser
both = pytest.mark.parametrize("language", LANGUAGES)

SEOUL = ZoneInfo("Asia/Seoul")
VIEWS = ["all", "hex", "desk", "map"]


def taken(page: Page, name: str) -> list[list[str]]:
    """The rows of a part of the page as its CSV file has them, without the heading."""
    with page.expect_download() as download:
        page.click(f"#trends-{name}-csv")
    text = Path(download.value.path()).read_text("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))[1:]


def figures(page: Page) -> list[int]:
    """The numbers of the tiles, once the page is drawn."""
    page.wait_for_selector("#trends-types .barlayer .trace .point path", state="attached")
    return [int(one.replace(",", "")) for one in page.locator("#trends-tiles .kpi strong").all_inner_texts()]


def listed(page: Page, name: str) -> int:
    """How many rows a part of the page shows as a table."""
    return page.locator(f"#trends-{name}-table tbody tr").count()


@both
def test_a_period_is_compared_taken_away_and_changed(still: Server, visits: Visits, language: str) -> None:
    """Of a time that is over, tiles, tables and CSV agree and the query stands below; another is in the address."""
    ago = [datetime.now(SEOUL) - timedelta(minutes=minutes) for minutes in (60, 20)]
    since, until = (f"{at:%Y-%m-%d %H:%M}" for at in ago)
    page = visits.open(f"{still.url}/trends?lang={language}&from={since}&to={until}")
    for _ in range(10):  # a feed that is asked rarely may send lines of that time meanwhile: then all is read again
        before, rows, provinces = figures(page), taken(page, "types"), taken(page, "provinces")
        shown = listed(page, "types"), listed(page, "provinces")
        page.reload()
        if figures(page) == before:
            break
    else:
        raise AssertionError(f"the figures of {since} to {until} never stood still")
    attempts, by_type = before[0], before[2:]
    assert len(by_type) == 7
    assert attempts == sum(by_type) > 0
    assert attempts == sum(int(cell) for row in rows for cell in row[1:])
    assert attempts == sum(int(row[4]) for row in provinces)
    assert (len(rows), 15) == shown == (shown[0], len(provinces))
    page.wait_for_selector("#trends-countries-table tbody tr")
    assert len(taken(page, "countries")) == listed(page, "countries") > 3
    query = page.locator(".panel-countries .query-text")
    query.locator("summary").click()
    assert "SELECT" in query.locator("pre").inner_text()
    first = page.inner_text("#trends-asof")
    page.click("#trends-last")
    page.click(f".dash-dropdown-option >> text={t('period.7d', language)}")
    page.wait_for_url("**last=7d**")
    page.wait_for_function("first => document.getElementById('trends-asof').innerText !== first", arg=first)
    page.wait_for_selector("#trends-sources-table tbody tr")


@both
def test_a_supplier_shows_whom_it_reaches(still: Server, visits: Visits, language: str) -> None:
    """The widest supplier is open at first; another one's municipalities are as many as its row says."""
    page = visits.open(f"{still.url}/suppliers?lang={language}")
    page.wait_for_selector("#suppliers-one tbody tr")
    row = page.locator("#suppliers-list tbody tr").nth(1)
    name, sites = row.locator("a").inner_text(), int(row.locator("td").nth(2).inner_text())
    row.locator("a").click()
    page.wait_for_function(f"() => document.querySelectorAll('#suppliers-one tbody tr').length === {sites}")
    assert f"▶ {name}" in page.inner_text("#suppliers-list")
    page.locator("#suppliers-one tbody a[href^='/hunt']").first.click()
    page.wait_for_selector("#hunt-state b")


@both
def test_the_wall_on_a_wall_takes_turns(still: Server, visits: Visits, language: str) -> None:
    """Nothing to click is shown, each view has its turn; a clock that is wrong changes nothing."""
    page = visits.open(f"{still.url}/")  # the login, which a wall has had
    wall = page.context.new_page()
    wall.clock.install(time=datetime.now(UTC) + timedelta(hours=5))
    wall.goto(f"{still.url}/wall?kiosk=1&lang={language}")
    wall.wait_for_function(DRAWN)
    assert wall.evaluate("document.documentElement.classList.contains('kiosk')")
    assert not wall.is_visible("#side")
    seen = []
    for _ in VIEWS:
        seen.append(wall.evaluate("document.documentElement.dataset.view"))
        wall.clock.fast_forward(46_000)
    assert [*dict.fromkeys(seen)] == VIEWS
    wall.wait_for_selector("#conn.on")
    shown = re.sub(r" \(\w+\)", "", wall.inner_text("#clock"))
    at = datetime.strptime(shown, "%Y-%m-%d %H:%M:%S").replace(tzinfo=SEOUL)
    assert abs(datetime.now(SEOUL) - at) < timedelta(minutes=2)
    assert wall.evaluate("document.documentElement.clientWidth === window.innerWidth")  # no bar for scrolling
