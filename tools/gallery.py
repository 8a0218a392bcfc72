"""Pictures of the pages in both languages for the documentation, from a demonstration that this starts."""

import argparse
import shutil
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from showcase import ARGUMENTS, demonstration, entered, watch

ROOT = Path(__file__).parents[1]
PAGES: Mapping[str, tuple[str, str]] = {
    "wall": ("/", "#hex a.tile[data-severity]"),
    "alerts": ("/alerts", "#alerts-grid .ag-row"),
    "incidents": ("/incidents", "#incidents-open tr a"),
    "incident": ("/incident/{incident}", "#incident-timeline li"),
    "requests": ("/requests", "main .table td"),
    "blocklist": ("/blocklist", "#blocklist-force td"),
    "campaigns": ("/campaigns", "main .table td"),
    "site": ("/site/{site}", "#site-events .ag-row"),
    "province": ("/province/11", "main .table td"),
    "feeds": ("/feeds", "#feeds-states .kpi"),
    "hunt": ("/hunt?q=src_ip:*", "main .ag-row, main .table td"),
    "trends": ("/trends", ".js-plotly-plot .plot-container"),
    "rules": ("/rules", "main .table td"),
    "performance": ("/performance", "main .kpi, main .table td"),
    "level": ("/level", "main h2"),
    "shift": ("/shift", "main h2"),
    "digests": ("/digests", "main h2"),
    "recipients": ("/recipients", "main h2"),
    "audit": ("/audit", "main .table td"),
    "glossary": ("/glossary", "main dt, main .table td"),
}
_COLOURS = 192


def take(context: BrowserContext, name: str, language: str, where: Mapping[str, object], target: Path) -> None:
    """One page in one language, after its parts have been drawn."""
    path, drawn = PAGES[name]
    page = context.new_page()
    address = path.format(**where)
    page.goto(f"{address}{'&' if '?' in address else '?'}lang={language}")
    page.wait_for_selector(drawn, state="attached", timeout=60_000)
    _still(page)
    _save(page.screenshot(), target)
    page.close()
    print(target, flush=True)


def _still(page: Page) -> None:
    """Wait until nothing is loading any more, fonts included."""
    page.evaluate("() => document.fonts.ready.then(() => true)")
    page.wait_for_function("() => !document.querySelector('[data-dash-is-loading=true]')")
    page.wait_for_timeout(2500)


def _save(picture: bytes, target: Path) -> None:
    """As PNG with a palette: a third of the size, and nothing to see of it."""
    drawn = Image.open(BytesIO(picture)).convert("RGB")
    drawn.quantize(_COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)


def gallery(browser: Browser, url: str, names: list[str], size: tuple[int, int], out: Path, site: str) -> None:
    """All of them."""
    more = {"viewport": {"width": size[0], "height": size[1]}}
    supervisor, operator = (entered(browser, url, role, **more) for role in ("supervisor", "operator"))
    incident = watch(operator, supervisor)
    where = {"incident": incident, "site": site}
    for name in names:
        for language in ("ko", "en"):
            take(supervisor, name, language, where, out / f"{name}-{language}.png")


def main() -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", default="26380", help="site whose page is shown")
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--seed", type=int, default=226)
    parser.add_argument("--history", default="24h")
    parser.add_argument("--page", action="append", choices=[*PAGES], help="only this page; may be repeated")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    options = parser.parse_args()
    width, height = (int(part) for part in options.size.split("x"))
    options.out.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with demonstration(options.seed, options.history) as show, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        gallery(browser, show.url, options.page or [*PAGES], (width, height), options.out, options.site)
        browser.close()


if __name__ == "__main__":
    main()
