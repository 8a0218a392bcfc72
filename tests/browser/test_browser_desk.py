"""Two things that need two people each: a declared level that a municipality takes note of, and a handover."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page
from running_server import Server

pytest_plugins = ["browser_fixtures"]
pytestmark = pytest.mark.browser


@contextmanager
def somebody(still: Server, chromium: Browser, account: str, path: str) -> Iterator[Page]:
    """A page of somebody logged in with one click."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto(f"{still.url}{path}")
    page.click(f"button[value={account}]")
    page.wait_for_url(lambda found: "/login" not in found)
    yield page
    context.close()


def confirm(page: Page, prefix: str, words: str) -> None:
    """Confirm the dialog and read what was done."""
    page.click(f"#{prefix}-ok")
    page.wait_for_selector(f"#{prefix}-said >> text={words}")


def test_a_level_is_declared_and_acknowledged(still: Server, chromium: Browser) -> None:
    """The supervisor declares in English, the municipality acknowledges in Korean, the supervisor sees 1 of 226."""
    with somebody(still, chromium, "demo-supervisor", "/level?lang=en") as page:
        page.click("button:has-text('Enter a level')")
        page.get_by_label("Caution").check()
        page.fill("#level-title", "NIS")
        page.fill("#level-note", "A campaign against municipalities")
        confirm(page, "level", "The level is now Caution")
        page.wait_for_selector("#level.level-caution")
        with somebody(still, chromium, "demo-jongno", "/level?lang=ko") as other:
            other.wait_for_selector("#level-current .level-caution")
            other.click("#level-cascade button:has-text('접수 확인')")
            confirm(other, "level", "접수를 확인했습니다")
        page.wait_for_selector("#level-cascade >> text=1/226")


def test_a_handover_is_signed_by_two(still: Server, chromium: Browser) -> None:
    """The draft keeps the lead's words; the operator countersigns, and it stands in the list of past ones."""
    with somebody(still, chromium, "demo-supervisor", "/shift?lang=en") as page:
        page.click("button:has-text('Draft a handover')")
        confirm(page, "shift", "The draft is created")
        page.fill("#shift-notes", "Call Jongno about the firewall.")
        page.click("#shift-save")
        page.wait_for_selector("#shift-saved >> text=Saved")
        page.click("button:has-text('Sign as outgoing lead')")
        confirm(page, "shift", "Signed")
    with somebody(still, chromium, "demo-operator", "/shift?lang=ko") as page:
        page.wait_for_selector("text=Call Jongno about the firewall.")
        page.click("button:has-text('인수자 서명')")
        confirm(page, "shift", "인수인계가 끝났습니다")
        page.wait_for_selector("#shift-past >> text=인수인계 완료")


def test_the_api_is_described(still: Server, chromium: Browser) -> None:
    """All operations are listed; those of a group open with what they take; the language is the reader's."""
    with somebody(still, chromium, "demo-operator", "/api?lang=ko") as page:
        page.wait_for_selector("#api-operations a.operation")
        assert page.locator("#api-operations a.operation").count() > 90
        page.click("#api-tags >> text=조치 요청")
        phone = page.locator("#api-operations details", has_text="/requests/{number}/phone")
        phone.locator("summary").click()
        phone.locator("table >> text=said_by").wait_for()
        phone.locator("text=412").wait_for()
        assert page.locator("#api-operations details").last.is_visible()
