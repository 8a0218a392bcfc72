"""Pictures of a running secmon for the documentation: each page in both languages."""

import argparse
import shutil
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PAGES = {
    "wall": ("/", "#hex a.tile[data-severity]"),
    "site": ("/site/{site}", "#site-events .ag-row"),
    "feeds": ("/feeds", "#feeds-states .kpi"),
}


def take(browser: Browser, url: str, name: str, language: str, site: str, size: tuple[int, int], target: Path) -> None:
    """One page in one language, after its last part has been drawn."""
    path, drawn = PAGES[name]
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    page.goto(f"{url}{path.format(site=site)}?lang={language}")
    if "/login" in page.url:
        page.click("button[value=demo-supervisor]")
    page.wait_for_selector(drawn)
    page.wait_for_selector(".js-plotly-plot .plot-container")
    page.wait_for_timeout(2000)
    page.screenshot(path=target)
    context.close()
    print(target)


def main() -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8050")
    parser.add_argument("--site", default="26380", help="site whose page is shown")
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    options = parser.parse_args()
    width, height = (int(part) for part in options.size.split("x"))
    options.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        for name in PAGES:
            for language in ("ko", "en"):
                target = options.out / f"{name}-{language}.png"
                take(browser, options.url, name, language, options.site, (width, height), target)
        browser.close()


if __name__ == "__main__":
    main()
