"""Pictures of the pages in both languages for the documentation, from a demonstration that this starts."""

import argparse
import shutil
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from showcase import ARGUMENTS, demonstration, entered, pipeline

ROOT = Path(__file__).parents[1]
_DRAWN = ":root:has(#trend .scatterlayer .trace):has(#map a.tile[data-health])"
PAGES: Mapping[str, tuple[str, str]] = {
    "wall": ("/", _DRAWN),
    "alerts": ("/alerts?alert={alert}", "#alerts-panel h2"),
    "incidents": ("/incidents", "#incidents-open tr a"),
    "incident": ("/incident/{incident}", "#incident-timeline li"),
    "requests": ("/requests?request=1", "#requests-one h2"),
    "blocklist": ("/blocklist", "#blocklist-force td"),
    "campaigns": ("/campaigns", "main .table td"),
    "site": ("/site/{site}", "#site-events .ag-row"),
    "province": ("/province/11", "main .table td"),
    "feeds": ("/feeds", "#feeds-states .kpi"),
    "hunt": ("/hunt?q=ip:{actor}", "#hunt-state b"),
    "trends": ("/trends", ".js-plotly-plot .plot-container"),
    "suppliers": ("/suppliers", "main .table td, main .empty"),
    "rules": ("/rules", "#rules-grid .ag-row"),
    "attack": ("/rules?tab=attack", "#rules-attack section"),
    "performance": ("/performance", "main .kpi, main .table td"),
    "level": ("/level", "main h2"),
    "shift": ("/shift", "main h2"),
    "digests": ("/digests?digest=2", "#digests-one h2"),
    "recipients": ("/recipients?recipient=new", "#recipients-save"),
    "settings": ("/settings", "#settings-started td"),
    "audit": ("/audit", "main .table td"),
    "api": ("/api", "#api-operations .operation"),
    "glossary": ("/glossary", "main dt, main .table td"),
    "tour": ("/tour", "main .chapters li"),
    "kiosk": ("/wall?kiosk=1", "#trend .scatterlayer .trace"),
}
"""Name of a page -> its address, and what is there once it is drawn. `/people` needs an administrator: none is here."""
_COLOURS = 256
_PATIENCE_MS = 180_000
_LIGHT = "window.localStorage.setItem('secmon-theme', 'light')"


def take(context: BrowserContext, name: str, language: str, where: Mapping[str, object], target: Path) -> None:
    """One page in one language, after its parts have been drawn."""
    path, drawn = PAGES[name]
    page = context.new_page()
    page.set_default_timeout(_PATIENCE_MS)
    address = path.format(**where)
    page.goto(f"{address}{'&' if '?' in address else '?'}lang={language}")
    page.wait_for_selector(drawn, state="attached")
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
    octree = Image.Quantize.FASTOCTREE  # the only one that keeps the colour of a small mark
    drawn.quantize(_COLOURS, octree, dither=Image.Dither.NONE).save(target, optimize=True)


def gallery(browser: Browser, url: str, options: argparse.Namespace) -> None:
    """All pictures that were asked for, after a watch has left something to see."""
    width, height = (int(part) for part in options.size.split("x"))
    more = {"viewport": {"width": width, "height": height}}
    supervisor, operator = (entered(browser, url, role, **more) for role in ("supervisor", "operator"))
    if options.theme == "light":
        supervisor.add_init_script(_LIGHT)
    left = pipeline(operator, supervisor)
    where = {"incident": left.incident, "alert": left.alert, "actor": left.actor, "site": options.site}
    for name in options.page or PAGES:
        for language in ("ko", "en"):
            take(supervisor, name, language, where, options.out / f"{name}-{language}.png")


def main() -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", default="26380", help="site whose page is shown")
    parser.add_argument("--size", default="1920x1080", help="1366x768 shows what fits on a small screen")
    parser.add_argument("--theme", default="dark", choices=["dark", "light"])
    parser.add_argument("--seed", type=int, default=226)
    parser.add_argument("--history", default="24h")
    parser.add_argument("--page", action="append", choices=[*PAGES], help="only this page; may be repeated")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with demonstration(options.seed, options.history) as show, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        gallery(browser, show.url, options)
        browser.close()


if __name__ == "__main__":
    main()
