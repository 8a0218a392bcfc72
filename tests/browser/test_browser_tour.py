"""The guided tour from its preparation to the way out: what each chapter tells is on the screen, by keys alone."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page
from running_server import Server
from watched_pages import DRAWN, Visits

from secmon.demo.tour.replay import BEGINS
from secmon.web.i18n.texts import t
from secmon.web.tour.chapters import CHAPTERS

pytest_plugins = ["browser_fixtures"]
pytestmark = [pytest.mark.browser, pytest.mark.long]

LONG = 300_000
"""Milliseconds for what the replay itself takes on a busy machine."""
HIT = 24
"""Municipalities that the scan of the replay comes to."""
CHANGED = f"() => document.querySelectorAll('#hex a.tile[data-severity=\"4\"]').length === {HIT}"
CALM = "() => document.querySelectorAll('#hex a.tile[data-health=healthy][data-severity=\"0\"]').length === 226"
ADDRESS = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b")


def asked(page: Page, home: str, path: str, **query: str | int) -> Any:
    """What the API answers to whoever is logged in on the page."""
    answer = page.request.get(f"{home}/api/v1{path}", params={**query})
    assert answer.ok, answer.text()
    return answer.json()


def seen(page: Page, text: str, within: str) -> None:
    """Wait until a part of the page says it."""
    page.locator(within, has_text=text).first.wait_for(timeout=LONG)


def welcome(page: Page) -> None:
    """All municipalities report, nothing is open, and the wall says that nothing of it is real."""
    page.wait_for_function(DRAWN)
    seen(page, "226", "#kpi-sites-value")
    page.wait_for_function(CALM)


def silence(page: Page) -> None:
    """Each of ten feeds of each municipality is well."""
    seen(page, "2,260", "#feeds-states .kpi")


def sweep(page: Page) -> None:
    """At sixty times the speed the tiles of the municipalities change, and the alert is among the newest."""
    page.select_option(".tour-bar select", "60")
    page.wait_for_function(CHANGED, timeout=LONG)
    seen(page, "다수 자치단체 대상 일제 스캔", "#newest li")


def campaign(page: Page) -> None:
    """One source at two dozen municipalities."""
    seen(page, "다수 자치단체 대상 일제 스캔", f"#campaigns-list tr:has(td:text-is('{HIT}'))")


def incident(page: Page) -> None:
    """It has an owner, clocks that run, and log lines as evidence."""
    seen(page, t("incident.analysed", "ko"), "#incident-steps li.here")
    seen(page, "operator", "#incident-facts")
    page.wait_for_function("() => document.querySelectorAll('#incident-clocks .kpi').length === 2")
    page.wait_for_selector("#incident-evidence tr:has-text('Nuclei'), #incident-evidence pre:has-text('Nuclei')")


def block(page: Page) -> None:
    """One proposed, another approved, and every municipality has it in force."""
    seen(page, "operator → supervisor", "#blocklist-force tr:has-text('226/226')")


def requests(page: Page) -> None:
    """One to each municipality concerned."""
    page.wait_for_function(f"() => document.querySelectorAll('#requests-list tbody tr').length === {HIT}")


def answers(page: Page) -> None:
    """Some have been answered and verified."""
    seen(page, t("request.verified", "ko"), "#requests-list tr")


def clear(page: Page) -> None:
    """No incident and no alert is open; the block is in force everywhere."""
    seen(page, t("incidents.none", "ko"), "#incidents")
    seen(page, "226/226", "#response")
    page.wait_for_function(CALM)


def trends(page: Page) -> None:
    """The hour of the attack by type."""
    page.wait_for_selector("#trends-types .barlayer .trace .point path", state="attached")
    assert page.evaluate("location.search") == "?last=6h"


TOLD: dict[str, Callable[[Page], None]] = {
    "welcome": welcome,
    "tiles": welcome,
    "silence": silence,
    "sweep": sweep,
    "campaign": campaign,
    "incident": incident,
    "block": block,
    "requests": requests,
    "answers": answers,
    "clear": clear,
    "trends": trends,
    "end": clear,
}


def arrived(page: Page, key: str) -> None:
    """Wait until the replay has come to a chapter and its page is open."""
    page.wait_for_selector(f".tour-bar[data-chapter={key}][data-arrived=true]", timeout=LONG)


def entered(page: Page) -> None:
    """Prepare the replay and begin."""
    page.click("#tour-prepare")
    page.click("#tour-enter", timeout=LONG)
    arrived(page, "welcome")


def covered(page: Page) -> None:
    """M covers addresses wherever they are written, and shows them again."""
    assert ADDRESS.search(page.inner_text("#response"))
    page.keyboard.press("m")
    page.wait_for_function("() => document.body.innerText.includes('●●●●')")
    assert ADDRESS.findall(page.inner_text("body")) == []
    page.keyboard.press("m")
    page.wait_for_selector(".tour-bar")
    page.wait_for_function(DRAWN)
    assert ADDRESS.search(page.inner_text("#response"))


def steered(page: Page) -> None:
    """Space stops the replay and lets it go on; N shows the speaker's notes and puts them away."""
    page.keyboard.press(" ")
    seen(page, t("tour.paused", "ko"), ".tour-bar small")
    page.keyboard.press(" ")
    page.wait_for_function(
        "said => !document.querySelector('.tour-bar small').textContent.includes(said)", arg=t("tour.paused", "ko")
    )
    page.keyboard.press("n")
    page.wait_for_selector(f".tour-bar .notes:visible >> text={t('tour.end.notes', 'ko')}")
    page.keyboard.press("n")
    page.wait_for_selector(".tour-bar .notes", state="hidden")


def in_the_other_language(page: Page) -> None:
    """The narration follows the screen's language, and the replay stays where it is."""
    page.click("#language-switch")
    page.wait_for_url("**lang=en")
    seen(page, t("tour.end.title", "en"), ".tour-bar h2")
    page.keyboard.press("ArrowLeft")
    arrived(page, "trends")
    assert page.inner_text(".tour-bar h2") == t("tour.trends.title", "en")
    assert page.inner_text(".tour-bar .text") == t("tour.trends.text", "en")


def standing(page: Page, home: str) -> dict[str, int]:
    """How much there is on a desk of what only people and firewalls make."""
    paths = ("/incidents", "/requests", "/blocklist")
    return {path: len(asked(page, home, path, limit=500)["items"]) for path in paths}


def test_each_chapter_shows_what_it_tells(still: Server, visits: Visits) -> None:
    """The tour in Korean by keys, then covered, stopped, in English and left; the live centre is as it was."""
    home = still.url
    live = visits.open(f"{home}/audit?lang=ko")
    before = standing(live, home)
    page = visits.open(f"{home}/tour?lang=ko")
    page.set_default_timeout(LONG)
    entered(page)
    for number, chapter in enumerate(CHAPTERS):
        if number:
            page.keyboard.press("ArrowRight")
        arrived(page, chapter.key)
        assert page.inner_text(".tour-bar h2") == t(f"tour.{chapter.key}.title", "ko")
        assert page.inner_text(".tour-bar .text") == t(f"tour.{chapter.key}.text", "ko")
        TOLD[chapter.key](page)
        assert page.is_visible(f".watermark >> text={t('tour.watermark', 'ko')}")
        page.wait_for_selector(".content .spot")
    steered(page)
    covered(page)
    in_the_other_language(page)
    page.keyboard.press("Escape")
    page.wait_for_function(DRAWN)
    assert page.locator(".watermark, .tour-bar").count() == 0
    day = {"since": (BEGINS - timedelta(hours=12)).isoformat(), "until": (BEGINS + timedelta(hours=2)).isoformat()}
    assert asked(live, home, "/events", **day)["items"] == []
    assert asked(live, home, "/alerts", **day)["items"] == []
    assert asked(live, home, "/audit", actor="operator")["items"] == []
    assert standing(live, home) == before
