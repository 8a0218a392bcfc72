"""The wall in a browser: complete, in both languages, and live."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Browser, Page
from running_server import Server, director
from watched_pages import Visits

from secmon.web.i18n.texts import LANGUAGES, t

pytest_plugins = ["browser_fixtures"]
pytestmark = [pytest.mark.browser, pytest.mark.long]

Watched = tuple[Page, list[str]]
PLACE = {"ko": "46910", "en": "42800"}
"""A municipality whose logs are spoilt, one for each language: nothing else in these tests is about it."""
PATIENCE = 120_000
SEOUL = ZoneInfo("Asia/Seoul")
SAID = {
    "ko": ("지방자치단체 사이버안전 통합관제", "기관별 상황", "모의 데이터"),
    "en": ("Local Government Cyber Security Control Centre", "Situation by municipality", "SIMULATED DATA"),
}
STATES = {"healthy", "late", "silent", "failing", "never_seen"}
TILES = """host => [...document.querySelectorAll(`#${host} a.tile`)].map(tile => ({
    code: tile.dataset.code, severity: tile.dataset.severity, health: tile.dataset.health,
    label: tile.getAttribute("aria-label"), fill: getComputedStyle(tile.firstElementChild).fill}))"""
NEWEST = "() => [...document.querySelectorAll('#newest li:not(.none)')].map(item => item.innerText)"


@pytest.fixture(scope="module")
def watching(demo: Server, chromium: Browser) -> Iterator[Watched]:
    """A wall with its alerts of the moment when it was opened; never touched again."""
    visits = Visits(chromium)
    page = visits.wall(f"{demo.url}/?lang=en")
    page.evaluate("() => { window.untouched = true; }")
    yield page, page.evaluate(NEWEST)
    visits.close()
    assert visits.problems == []


@pytest.fixture(scope="module", params=["ko", "en"])
def wall(request: pytest.FixtureRequest, still: Server, chromium: Browser) -> Iterator[tuple[str, Page]]:
    """The wall in each language, to look at only."""
    language: str = request.param
    visits = Visits(chromium)
    yield language, visits.wall(f"{still.url}/?lang={language}")
    visits.close()
    assert visits.problems == []


@pytest.mark.parametrize("host", ["hex", "map"])
def test_every_municipality_has_a_tile(wall: tuple[str, Page], host: str) -> None:
    """Both pictures show 226 tiles, each with a colour, a severity, a feed state, and a name of its own."""
    tiles = wall[1].evaluate(TILES, host)
    assert len({tile["code"] for tile in tiles}) == len(tiles) == 226
    assert len({tile["label"] for tile in tiles}) == 226
    assert {tile["health"] for tile in tiles} <= STATES
    assert {tile["severity"] for tile in tiles} <= set("012345")
    assert all(tile["fill"].startswith("rgb") for tile in tiles)


def test_the_wall_speaks_one_language(wall: tuple[str, Page]) -> None:
    """Language of the document, its title and its panels are the one asked for."""
    language, page = wall
    assert page.evaluate("() => document.documentElement.lang") == language
    title, said, badge = SAID[language]
    assert page.title().endswith(title)
    assert said in page.inner_text(".panel-hex h2")
    assert page.inner_text(".badge") == badge


def test_numbers_on_the_wall_agree(wall: tuple[str, Page]) -> None:
    """The headline counts the 226 and the healthy ones among them, as the legend and the tiles do."""
    seen = wall[1].evaluate(
        """() => ({
            text: document.getElementById("kpi-sites").innerText,
            reporting: document.getElementById("kpi-sites-value").innerText,
            groups: [...document.querySelectorAll("#legend .group")].map(group =>
                [...group.querySelectorAll("b")].map(number => Number(number.innerText))),
            healthy: document.querySelectorAll('#hex a.tile[data-health="healthy"]').length,
            quiet: document.querySelectorAll('#hex a.tile[data-severity="0"]').length})"""
    )
    assert "226" in seen["text"]
    assert [sum(group) for group in seen["groups"]] == [226, 226]
    assert int(seen["reporting"]) == seen["healthy"] == seen["groups"][1][0]
    assert seen["quiet"] == seen["groups"][0][-1]


def test_the_trend_has_the_seven_types(wall: tuple[str, Page]) -> None:
    """The chart has a trace for each attack type, called as in the key above it."""
    names = wall[1].evaluate("() => document.querySelector('#trend .js-plotly-plot').data.map(trace => trace.name)")
    assert names == wall[1].locator(".panel-trend .types span").all_inner_texts()
    assert len(names) == 7


def test_the_clock_is_koreas(wall: tuple[str, Page]) -> None:
    """The clock shows Korean time in a browser that is elsewhere, and runs."""
    shown = wall[1].inner_text("#clock")
    at = datetime.strptime(re.sub(r" \(\w+\)", "", shown), "%Y-%m-%d %H:%M:%S").replace(tzinfo=SEOUL)
    assert abs(datetime.now(SEOUL) - at) < timedelta(minutes=5)
    wall[1].wait_for_function("shown => document.getElementById('clock').innerText !== shown", arg=shown)


def test_a_silent_site_with_an_alert_shows_both(still: Server, visits: Visits) -> None:
    """Hatching lies over the severity's colour without hiding it."""
    page = visits.wall(f"{still.url}/?lang=en")
    for host, pattern in (("hex", "hatch-hex"), ("map", "hatch-map")):
        seen = page.evaluate(
            """host => {
                const tile = document.querySelector(`#${host} a.tile`);
                Object.assign(tile.dataset, {severity: "5", health: "silent"});
                tile.firstElementChild.style.transition = "none";
                const style = element => getComputedStyle(element);
                const [ground, hatch] = [tile.firstElementChild, tile.querySelector(".hatch")].map(style);
                return {ground: ground.fill, hatch: hatch.fill, shown: hatch.fillOpacity,
                        between: style(document.querySelector(`#${host} .hatch-ground`)).fill};
            }""",
            host,
        )
        assert seen == {"ground": "rgb(255, 77, 109)", "hatch": f'url("#{pattern}")', "shown": "1", "between": "none"}


def test_the_language_link_sticks(still: Server, visits: Visits) -> None:
    """The link changes the page's language, and a later visit without `?lang` keeps it, on a site's page too."""
    page = visits.wall(f"{still.url}/?lang=ko")
    page.click("a.language")
    page.wait_for_function("() => document.documentElement.lang === 'en'")
    again = visits.another(page.context, f"{still.url}/")
    again.wait_for_function("() => document.documentElement.lang === 'en'")
    assert again.inner_text("a.language") == "한국어"
    again.locator("#hex a.tile").first.click()
    again.wait_for_selector(".back")
    assert again.inner_text(".back") == "← Back to the wall"


@pytest.mark.slow
def test_a_new_alert_appears_by_itself(demo: Server, watching: Watched) -> None:
    """An attack shows up in the list and on its tile, without a reload."""
    page, newest = watching
    director(demo).plan("rdp-guessing", datetime.now(UTC) + timedelta(seconds=5))
    page.wait_for_function(
        """known => [...document.querySelectorAll('#newest li:not(.none)')]
            .some(item => !known.includes(item.innerText))""",
        arg=newest,
        timeout=300_000,
    )
    page.wait_for_function(
        """known => [...document.querySelectorAll('#newest li:not(.none)')]
            .filter(item => !known.includes(item.innerText))
            .some(item => {
                const code = item.querySelector('a').pathname.slice(-5);
                const tile = document.querySelector(`#hex a.tile[data-code="${code}"]`);
                return Number(tile.dataset.severity) >= Number(item.className.match(/s(\\d)/)[1]);
            })""",
        arg=newest,
    )
    assert page.evaluate("() => window.untouched") is True
    assert page.evaluate("() => performance.getEntriesByType('navigation').length") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_failing_feed_is_explained_and_recovers(demo: Server, visits: Visits, language: str) -> None:
    """A municipality that answers 503 is a row with the cause, its own page says it too; both clear when it is back."""
    site, control = PLACE[language], director(demo)
    page = visits.open(f"{demo.url}/feeds?lang={language}")
    own = visits.another(page.context, f"{demo.url}/site/{site}?lang={language}")
    with httpx.Client(headers={"Authorization": f"Bearer {control.token}"}, trust_env=False) as client:
        made = client.post(f"{control.desk}/faults", json={"fault": f"down:{site}"}).raise_for_status().json()
        row = page.locator(f"#feeds-unwell tr:has(a[href='/site/{site}'])")
        row.wait_for(timeout=PATIENCE)
        assert t("feed.failing", language) in row.inner_text()
        assert "503" in row.inner_text()
        own.wait_for_selector("#site-feeds .state.failing")
        assert "503" in own.inner_text("#site-feeds")
        client.delete(f"{control.desk}/faults/{made['id']}").raise_for_status()
    row.wait_for(state="detached", timeout=PATIENCE)
    own.wait_for_selector("#site-feeds .state.failing", state="detached", timeout=PATIENCE)
    assert own.locator("#site-feeds .state.healthy").count() == 10
