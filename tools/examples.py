"""The six kinds of digests in both languages as files, and pictures of two PDFs and of the mail in a browser.

All from one demonstration that this starts, in which a watch is worked first.
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pypdfium2
from playwright.sync_api import Browser, sync_playwright

from showcase import ARGUMENTS, Show, demonstration, entered, pipeline

ROOT = Path(__file__).parents[1]
KINDS = {"shift": "", "daily": "", "weekly": "", "monthly": "", "province": "26", "municipality": "26380"}
_PICTURES = ("daily-ko", "municipality-26380-en")
_LEFT_OUT = {"subject.txt"}
_SCALE = 1.4


_QUARTER = 900
"""Seconds; a period that is not over is taken up to the last whole quarter of an hour."""


def wait_for_the_quarter() -> None:
    """What the watch did is in a digest from the next quarter of an hour on."""
    left = _QUARTER - time.time() % _QUARTER + 5
    print(f"waiting {left:.0f} s for the quarter of an hour to be over", flush=True)
    time.sleep(left)


def compose(show: Show, out: Path) -> None:
    """Every kind of the period that runs today, as `secmon digest` writes it."""
    today = datetime.now(ZoneInfo("Asia/Seoul")).date().isoformat()
    for kind, site in KINDS.items():
        command = [sys.executable, "-m", "secmon", "digest", kind, "--date", today, "--out", str(out), "--json"]
        command += ["--site", site] if site else []
        done = subprocess.run([*command, "--data", str(show.data)], stdout=subprocess.PIPE, text=True, check=True)
        files = json.loads(done.stdout)["files"]
        for name in files:
            if any(name.endswith(end) for end in _LEFT_OUT):
                Path(name).unlink()
        print(f"{kind}: {len(files)} files", flush=True)


def pictures(browser: Browser, out: Path) -> None:
    """First pages of two PDFs, and the daily mail in both languages."""
    for name in _PICTURES:
        document = pypdfium2.PdfDocument(out / f"{name}-report.pdf")
        document[0].render(scale=_SCALE).to_pil().save(out / f"{name}-report-page1.png", optimize=True)
        document.close()
    for language in ("ko", "en"):
        page = browser.new_page(viewport={"width": 820, "height": 1000})
        page.goto((out / f"daily-{language}-mail.html").as_uri())
        page.screenshot(path=out / f"daily-{language}-mail-in-browser.png", full_page=True)
        page.close()


def main() -> None:
    """Make them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=226)
    parser.add_argument("--history", default="24h")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "examples" / "digests")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with demonstration(options.seed, options.history) as show, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        operator, supervisor = (entered(browser, show.url, role) for role in ("operator", "supervisor"))
        pipeline(operator, supervisor)
        wait_for_the_quarter()
        compose(show, options.out)
        pictures(browser, options.out)
        browser.close()


if __name__ == "__main__":
    main()
