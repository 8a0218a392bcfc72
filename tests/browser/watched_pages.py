"""Pages in Chromium whose complaints are kept."""

import sys
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request
from running_server import ACCOUNT, PASSWORD

CHROMIUM = next(
    (path for path in ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium") if Path(path).exists()),
    "/usr/bin/chromium",
)
"""The one without a window of its own does with two thirds of the processor's time."""
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DRAWN = """() => document.querySelectorAll("#hex a.tile[data-health]").length === 226
    && document.querySelectorAll("#map a.tile[data-health]").length === 226
    && document.querySelectorAll("#trend .scatterlayer .trace").length === 7
    && document.documentElement.dataset.live === "on" && !!document.querySelector("#conn.on")
    && /[0-9]/.test(document.getElementById("kpi-sites-value").textContent)"""


def log_in(page: Page, account: str = "demo-supervisor") -> None:
    """Log in where the page asks for it: with one click, or with name and password where nobody has that."""
    if "/login" not in page.url:
        return
    if page.locator(f"button[value={account}]").count():
        page.click(f"button[value={account}]")
    else:
        page.fill("#name", ACCOUNT)
        page.fill("#password", PASSWORD)
        page.click("button.first")
    page.wait_for_url(lambda found: "/login" not in found)


class Visits:
    """Opens pages and keeps what went wrong on them: console errors, page errors, requests that leave the server."""

    def __init__(self, browser: Browser) -> None:
        """Begin without a page."""
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.problems: list[str] = []

    def open(
        self,
        url: str,
        *,
        width: int = 1920,
        height: int = 1080,
        zone: str = "America/New_York",
        account: str = "demo-supervisor",
    ) -> Page:
        """A page in a context of its own, far from Korea; `url` is not waited for beyond its load."""
        context = self._browser.new_context(viewport={"width": width, "height": height}, timezone_id=zone)
        context.set_default_timeout(120_000)
        self._contexts.append(context)
        return self.another(context, url, account)

    def another(self, context: BrowserContext, url: str, account: str = "demo-supervisor") -> Page:
        """A page more in the context of another one."""
        page = context.new_page()
        home = "/".join(url.split("/")[:3]) + "/"

        def heard(message: ConsoleMessage) -> None:
            if message.type == "error":
                self.problems.append(f"console: {message.text} ({message.location['url']})")

        def asked(request: Request) -> None:
            if not request.url.startswith((home, "data:", "blob:")):
                self.problems.append(f"request to {request.url}")

        page.on("console", heard)
        page.on("request", asked)
        page.on("pageerror", lambda error: self.problems.append(f"page: {error}"))
        page.goto(url)
        log_in(page, account)
        return page

    def wall(self, url: str, *, width: int = 1920, height: int = 1080) -> Page:
        """The wall, drawn and live."""
        page = self.open(url, width=width, height=height)
        page.wait_for_function(DRAWN)
        return page

    def picture(self, folder: Path) -> None:
        """Write a picture of every page that is open, and print its address and what it refuses."""
        pages = [page for context in self._contexts for page in context.pages]
        for number, page in enumerate(pages, 1):
            page.screenshot(path=folder / f"page-{number}.png")
            refused = page.locator(".failed, [role=alert]").all_inner_texts()
            sys.stderr.write(f"{folder}/page-{number}.png: {page.url} {[text for text in refused if text]}\n")

    def close(self) -> None:
        """Close every page."""
        for context in self._contexts:
            context.close()
