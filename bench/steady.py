"""Whether memory stays steady: an hour of the server with events coming in, a wall that is watched and pages in use.

    python bench/steady.py --json [--minutes 60] [--rate 2000] [--events 10000000] [--data FOLDER]

The folder is filled as for bench/screens.py and used again. Ten viewers keep the wall open; one browser opens a page after the other,
one each ten seconds, and a search over 90 days is made beside it. Memory is sampled every two seconds; shown are the mean of
each tenth of the time, the most, and the growth an hour over the second half (least squares): the first half fills caches.
The last line on standard output is one JSON object.
"""

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import threading
import time
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import sync_playwright

from effort import machine, told
from screens import CHROMIUM, PAGES, came_in, context_of, filled, hunts, logged_in, opened, settled, viewers
from screens_server import Running, demo
from secmon.simulate.volume import activity

_VIEWERS, _PARTS, _PAUSE = 10, 10, 10.0
_AIM_MB_AN_HOUR = 100.0
"""What counts as steady: less than a tenth of the memory of a server that has just started."""


def use(server: Running, data: Path, minutes: float) -> dict[str, Any]:
    """Everything that people do for so long; what was opened and what came in meanwhile."""
    opened_pages = searches = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        state = logged_in(browser, server)
        cookies = {one["name"]: one["value"] for one in state["cookies"]}
        with httpx.Client(base_url=server.url, cookies=cookies, timeout=120.0, trust_env=False) as client:
            settling = settled(client)
            server.memory.clear()  # what was written while nobody ran it is collected in great batches
            began, until = datetime.now(UTC), time.monotonic() + 60 * minutes
            wall = threading.Thread(target=lambda: asyncio.run(viewers(server, cookies, _VIEWERS, 60 * minutes)))
            wall.start()
            page = context_of(browser, state).new_page()
            for name in cycle(PAGES):
                if time.monotonic() > until:
                    break
                opened(page, server, *PAGES[name])
                opened_pages += 1
                if name == "hunt":
                    hunts(client, 1)
                    searches += 1
                    told.print(f"{(until - time.monotonic()) / 60:.0f} minutes to go, {server.memory[-1]:.0f} MB")
                time.sleep(min(_PAUSE, max(0.0, until - time.monotonic())))
            wall.join()
        browser.close()
    return {
        "settled": settling,
        "pages_opened": opened_pages,
        "rounds_of_searches": searches,
        "events_per_second": came_in(data, began),
    }


def course(memory: list[float], minutes: float) -> dict[str, Any]:
    """Memory over the time: means of its tenths, the most, and the growth an hour in the second half, in MB."""
    size = max(1, len(memory) // _PARTS)
    parts = [round(statistics.mean(memory[start : start + size])) for start in range(0, size * _PARTS, size)]
    late = memory[len(memory) // 2 :]
    slope = statistics.linear_regression(range(len(late)), late).slope
    an_hour = slope * len(memory) / (minutes / 60)
    return {"tenths_mb": parts, "most_mb": round(max(memory)), "growth_mb_an_hour": round(an_hour, 1)}


def main() -> None:
    """Fill, start, use, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="only the JSON object on standard output")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--rate", type=float, default=2_000.0, help="events a second meanwhile")
    parser.add_argument("--data", type=Path, default=None, help="folder to use again; without it one that is removed")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="secmon-steady-") as spare:
        data = given.data or Path(spare) / "data"
        result: dict[str, Any] = {"machine": machine(), "load_before": os.getloadavg(), "minutes": given.minutes}
        result["store"] = filled(data, given.events)
        with demo(data, given.rate / activity(int(time.time()) // 60), "24h") as server:
            result |= use(server, data, given.minutes)
            result |= course(server.memory, given.minutes)
    over = result["growth_mb_an_hour"] - _AIM_MB_AN_HOUR
    result["misses"] = [f"memory grows by {result['growth_mb_an_hour']} MB an hour"] if over > 0 else []
    told.print("\n".join(result["misses"]) or "memory is steady")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
