"""Pages to look at, each for what it is there for, in both languages: search, rules, figures, audit and more."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page
from running_server import Server
from watched_pages import Visits

from secmon.operations.metrics import definitions
from secmon.sites.registry import load_sites
from secmon.web.i18n.texts import LANGUAGES, t

pytest_plugins = ["browser_fixtures"]
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("language", LANGUAGES)]

SEOUL = "11"
QUIET = "42800"
"""A municipality that one goes to by its code."""


def found(page: Page) -> int:
    """How many events the page of the search says it has found, once it has looked through all of the time."""
    page.wait_for_selector("#hunt-state b")
    said = page.inner_text("#hunt-state b").replace(",", "")
    return int(re.findall(r"\d+", said)[0])


def test_a_search_is_completed_counted_and_passed_on(still: Server, visits: Visits, language: str) -> None:
    """A field's name is offered; what is found stands in rows, bars and values; the address shows the same again."""
    now = datetime.now(UTC) + timedelta(hours=9)
    since, until = (f"{now - timedelta(minutes=ago):%Y-%m-%d %H:%M}" for ago in (20, 5))
    page = visits.open(f"{still.url}/hunt?lang={language}&from={since}&to={until}")
    everything = found(page)
    before = page.inner_text("#hunt-state b")
    assert page.locator("#hunt-fields option[value='feed:']").count() == 1
    page.fill("#hunt-query", "feed:firewall")
    page.press("#hunt-query", "Enter")
    page.wait_for_url("**q=feed**")
    page.wait_for_function(
        """before => {
            const said = document.querySelector("#hunt-state b");
            return said && said.innerText !== before;
        }""",
        arg=before,
    )
    number = found(page)
    assert 0 < number < everything
    page.wait_for_selector("#hunt-events .ag-row")
    assert {*page.locator("#hunt-events .ag-row [col-id='feed']").all_inner_texts()} == {"firewall"}
    page.wait_for_selector("#hunt-histogram .barlayer .point", state="attached")
    assert t("field.src_endpoint_ip", language) in page.inner_text("#hunt-values")
    again = visits.another(page.context, page.url)
    again.wait_for_selector("#hunt-events .ag-row")
    assert found(again) == number
    assert again.input_value("#hunt-query") == "feed:firewall"


def test_a_search_that_is_not_understood_says_so(still: Server, visits: Visits, language: str) -> None:
    """An unknown field is named, and the reader is told in the page's language where the fields are."""
    page = visits.open(f"{still.url}/hunt?lang={language}&q=colour:red")
    said = page.locator("#hunt-state .failed")
    said.wait_for()
    assert t("hunt.refused", language) in said.inner_text()
    assert "colour" in said.inner_text()


def test_a_rule_opens_and_the_matrix_shows_techniques(still: Server, visits: Visits, language: str) -> None:
    """A row of the rules opens what it is for and its next steps; the matrix has 14 tactics and counts its states."""
    page = visits.open(f"{still.url}/rules?lang={language}")
    page.wait_for_selector("#rules-grid .ag-row")
    row = page.locator("#rules-grid .ag-row [col-id='title']").first
    title = row.inner_text()
    row.click()
    page.wait_for_selector("#rules-one h2")
    assert page.inner_text("#rules-one h2") == title
    assert t("rules.steps", language) in page.inner_text("#rules-one")
    page.click(f".tabs a >> text={t('rules.tab.attack', language)}")
    page.wait_for_selector("#rules-attack section")
    assert page.locator("#rules-attack section").count() == 14
    shown = page.inner_text("#rules-attack .types")
    assert [name for name in ("seen", "detected", "none") if t(f"rules.attack.{name}", language) not in shown] == []


def test_figures_have_targets_and_definitions(still: Server, visits: Visits, language: str) -> None:
    """Each metric has its meaning beside it, each province its figures; another period marks its tab."""
    page = visits.open(f"{still.url}/performance?lang={language}")
    page.wait_for_selector("#performance-provinces td")
    said = page.inner_text("#performance-figures")
    meant = [one.ko if language == "ko" else one.en for one in definitions().values()]
    assert [words for words in meant if words not in said] == []
    assert page.locator("#performance-provinces tbody tr").count() == 15
    page.click("#performance-tabs a >> nth=1")
    page.wait_for_selector("#performance-tabs a.here >> text=7")


def test_the_audit_log_is_verified(still: Server, visits: Visits, language: str) -> None:
    """Who logged in is there in words; the chain of hashes is checked on demand."""
    page = visits.open(f"{still.url}/audit?lang={language}&action=login")
    page.wait_for_selector("#audit-entries td")
    assert t("act.login", language) in page.inner_text("#audit-entries tbody tr >> nth=0")
    page.click("#audit-verify")
    page.wait_for_selector("#audit-chain .done")
    assert t("audit.whole", language, time="…").split("…")[1].strip() in page.inner_text("#audit-chain")


def test_a_province_shows_its_own_municipalities(still: Server, visits: Visits, language: str) -> None:
    """Seoul's page lists its 25 districts and nobody else, and leads to them."""
    page = visits.open(f"{still.url}/province/{SEOUL}?lang={language}")
    page.wait_for_selector("#province-sites td a")
    own = {site.ko if language == "ko" else site.en for site in load_sites() if site.province == SEOUL}
    assert {*page.locator("#province-sites tbody td:first-child a").all_inner_texts()} == own
    page.locator("#province-sites tbody td:first-child a").first.click()
    page.wait_for_selector("#site-feeds .state")
    assert f"/site/{SEOUL}" in page.url


def test_a_word_is_explained_in_both_languages(still: Server, visits: Visits, language: str) -> None:
    """The glossary has the word and its meaning in Korean and in English, and says what a page is for."""
    page = visits.open(f"{still.url}/glossary?lang={language}&page=alerts")
    page.wait_for_selector(".glossary .about")
    assert t("help.alerts", language) in page.inner_text(".glossary .about")
    said = page.inner_text(".glossary")
    texts = [t(key, one) for key in ("glossary.alert", "glossary.alert.is") for one in LANGUAGES]
    assert [words for words in texts if words not in said] == []


def test_the_palette_finds_pages_and_municipalities(still: Server, visits: Visits, language: str) -> None:
    """Ctrl-K, some letters and Enter go to a municipality; the name of a page goes to the page; Esc shuts it."""
    page = visits.open(f"{still.url}/glossary?lang={language}")
    page.wait_for_selector("#conn.on")
    page.keyboard.press("Control+k")
    page.fill(".palette input", "42800")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/site/{QUIET}**")
    page.keyboard.press("Control+k")
    page.fill(".palette input", t("nav.trends", language))
    page.keyboard.press("Enter")
    page.wait_for_url("**/trends**")
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    page.wait_for_selector(".palette", state="detached")
