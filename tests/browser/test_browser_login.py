"""Logging in, as somebody sees it: the page, a wrong password, where one goes on to, what a role sees."""

import pytest
from playwright.sync_api import Browser
from running_server import Server

pytest_plugins = ["browser_fixtures"]
pytestmark = pytest.mark.browser


def test_one_goes_on_to_where_one_wanted_to_go(still: Server, chromium: Browser) -> None:
    """The page asked for comes after the login, in the language asked for; a wrong password is told in words."""
    context = chromium.new_context(viewport={"width": 1366, "height": 900})
    page = context.new_page()
    page.goto(f"{still.url}/feeds?lang=en")
    assert "/login?next=" in page.url
    page.fill("#name", "nobody")
    page.fill("#password", "not the password")
    page.click("button.first")
    assert page.inner_text(".error") == "Account or password is wrong."
    page.click("button[value=demo-viewer]")
    page.wait_for_selector("#feeds-states strong")
    assert page.url.endswith("/feeds?lang=en")
    context.close()


def test_a_municipality_sees_itself(still: Server, chromium: Browser) -> None:
    """Its own tile has a health, all others are outside its view; another site's page does not exist for it."""
    context = chromium.new_context(viewport={"width": 1920, "height": 1080})
    page = context.new_page()
    page.goto(f"{still.url}/?lang=en")
    page.click("button[value=demo-jongno]")
    page.wait_for_function("() => document.querySelectorAll('#hex a.tile[data-health]').length === 226", timeout=60_000)
    assert page.locator("#hex a.tile[data-health=outside]").count() == 225
    page.goto(f"{still.url}/site/26110?lang=en")
    page.wait_for_selector("text=No municipality has the code 26110")
    answer = page.request.get(f"{still.url}/snapshot").json()
    assert answer["headline"]["sites"] == 1
    context.close()
