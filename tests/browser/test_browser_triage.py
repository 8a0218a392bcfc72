"""The queue of alerts worked through without a mouse, as on a night shift."""

import pytest
from running_server import Server
from watched_pages import Visits

pytest_plugins = ["browser_fixtures"]
pytestmark = pytest.mark.browser

ROWS = "#alerts-grid .ag-center-cols-container .ag-row"
CHOSEN = "#alerts-grid .ag-row-selected"


def test_an_alert_is_triaged_by_keys(still: Server, visits: Visits) -> None:
    """J goes down, Enter opens the panel, A acknowledges; closing needs a class and a note; the history tells of it."""
    page = visits.open(f"{still.url}/alerts?lang=en&status=open")
    page.wait_for_selector(ROWS, timeout=180_000)
    first = page.locator(ROWS).first
    number = first.get_attribute("row-id")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("#alerts-panel h3")
    assert f"#{number}" in page.inner_text("#alerts-panel")
    assert page.locator("#alerts-panel pre.raw").count() >= 1
    page.keyboard.press("a")
    page.wait_for_selector("#alerts-said .done")
    assert page.inner_text("#alerts-said") == "1 alert acknowledged."
    page.wait_for_selector(f'#alerts-grid [row-id="{number}"] [col-id=status]:has-text("Acknowledged")')
    page.keyboard.press("c")
    page.wait_for_selector("#alerts-ask:not([hidden])")
    page.click("#alerts-ok")
    page.wait_for_selector("#alerts-refused .failed")
    assert "choose the outcome" in page.inner_text("#alerts-refused")
    page.click('#alerts-ask .of-close label:has-text("Benign")')
    page.fill("#alerts-note", "an exercise")
    page.click("#alerts-ok")
    page.wait_for_selector('#alerts-said .done:has-text("1 alert closed.")')
    page.wait_for_selector(f'#alerts-grid [row-id="{number}"]', state="detached")
    page.goto(f"{still.url}/alerts?lang=en&status=closed&alert={number}")
    page.wait_for_selector("#alerts-panel h3")
    said = page.inner_text("#alerts-panel")
    assert "alert.closed" in said
    assert "alert.acknowledged" in said
    assert "Benign" in said


def test_an_incident_comes_from_chosen_alerts(still: Server, visits: Visits) -> None:
    """What is chosen with X becomes one incident by E."""
    page = visits.open(f"{still.url}/alerts?lang=ko&status=open")
    page.wait_for_selector(ROWS, timeout=180_000)
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.wait_for_selector(CHOSEN)
    page.keyboard.press("e")
    page.wait_for_selector("#alerts-ask:not([hidden])")
    page.fill("#alerts-title", "야간 점검")
    page.click("#alerts-ok")
    page.wait_for_selector('#alerts-said .done:has-text("사고 #")')
    page.goto(f"{still.url}/incidents?lang=ko")
    page.wait_for_selector("#incidents-open .table")
    assert "야간 점검" in page.inner_text("#incidents-open")


def test_the_palette_finds_a_municipality(still: Server, visits: Visits) -> None:
    """Ctrl-K, a name, Enter: the municipality's page; no request but to the server itself."""
    page = visits.open(f"{still.url}/alerts?lang=en")
    page.wait_for_selector("#alerts-number:not(:empty)")
    page.keyboard.press("Control+k")
    page.keyboard.type("jongno")
    page.wait_for_selector(".palette li[aria-selected=true]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/site/11110")
    page.wait_for_selector("#site-events .ag-row")
    assert "Jongno-gu" in page.inner_text(".site-head")


def test_a_filter_is_in_the_address(still: Server, visits: Visits) -> None:
    """What is searched for stands in the address, so that it can be passed on, and going back undoes it."""
    page = visits.open(f"{still.url}/alerts?lang=en")
    page.wait_for_selector("#alerts-number:not(:empty)")
    page.fill("#alerts-q", "no such actor")
    page.keyboard.press("Enter")
    page.wait_for_url("**/alerts?q=no+such+actor")
    # the whole number is nought: one of all alerts, 250 say, has a nought in it too
    page.wait_for_function("() => document.getElementById('alerts-number').textContent.trim() === '0'")
    page.locator("#alerts-grid").get_by_text("No alert matches.", exact=True).wait_for()
    assert "No alert matches." in page.inner_text("#alerts-grid")
    page.go_back()
    page.wait_for_function("() => !window.location.search.includes('no+such')")
