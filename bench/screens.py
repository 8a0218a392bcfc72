"""How fast the screens are over many events while more come in: the real server, the simulator and headless Chromium.

    python bench/screens.py --json [--events 10000000] [--rate 2000] [--data FOLDER] [--page alerts] [--times 20]

The folder is filled once (screens_store.py) and used again. Measured: the content of each page in a browser that has never
been here (cold), loaded once more (warm) and opened from another page of the console (moved), what people do on them, searches over 90 days, an event at a site until the snapshot with it
is at a viewer, the processor share of 0 and of 50 viewers of the wall, and memory all along. `misses` names what is over its
aim. The last line on standard output is one JSON object.
"""

import argparse
import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from playwright.sync_api import TimeoutError as NotThereError

from effort import machine, told
from screens_server import Running, demo
from secmon.simulate.volume import activity

CHROMIUM = os.environ.get("SECMON_CHROMIUM", "/usr/bin/chromium")
PAGES: Mapping[str, tuple[str, str]] = {
    "wall": ("/", "#hex a.tile[data-health]"),
    "alerts": ("/alerts", "#alerts-grid .ag-row"),
    "incidents": ("/incidents", "#incidents-open > *"),
    "feeds": ("/feeds", "#feeds-states .kpi"),
    "requests": ("/requests", "#requests-tiles .kpi"),
    "blocklist": ("/blocklist", "#blocklist-never tr"),
    "level": ("/level", "#level-current > *"),
    "shift": ("/shift", "#shift-past > *"),
    "hunt": ("/hunt?q=site:11110&last=24h", "#hunt-events .ag-row"),
    "trends": ("/trends", "#trends-tiles .kpi"),
    "campaigns": ("/campaigns", "#campaigns-list > *"),
    "rules": ("/rules", "#rules-tiles .kpi"),
    "performance": ("/performance", "#performance-figures > *"),
    "digests": ("/digests", "#digests-list > *"),
    "recipients": ("/recipients", "#recipients-list > *"),
    "settings": ("/settings", "#settings-started tr"),
    "audit": ("/audit", "#audit-entries > *"),
    "api": ("/api", "#api-operations > *"),
    "glossary": ("/glossary", ".content table tr"),
    "tour": ("/tour", "#tour-prepare"),
    "province": ("/province/11", "#province-tiles .kpi"),
    "site": ("/site/11110", "#site-events .ag-row"),
}
"""By name: the address, and what is there once the page has its content."""

AIMS = {
    "cold": 1.5,
    "warm": 0.5,
    "moved": 0.5,
    "interaction_p95": 0.3,
    "hunt_p95": 1.0,
    "wall_p95_over_interval": 1.0,
    "viewers_50_percent": 10.0,
}
_INTERVAL = 5.0
"""Seconds between questions to the feeds whose events are timed."""
_WAITING, _SETTLE = 2, 1_800.0
"""Batches that wait at any time, and seconds until a backlog has to be gone."""
_VIEWERS, _SPAN, _TURNS, _PATIENCE = 50, 30.0, 3, 60.0
_TIMED = timedelta(seconds=15)
"""Lines of so long are timed, from when the first viewer came: later ones may have come after it left."""
_SITES = ("11110", "26440", "41110", "46910", "47940", "48120")
_CAME = "SELECT sum(events) FROM batches WHERE loaded_at >= ?"
_LOADED = "SELECT id, loaded_at FROM batches WHERE loaded_at IS NOT NULL"


def seconds(work: Callable[[], object]) -> float:
    """How long the work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile, in seconds."""
    ordered = sorted(values)
    return {
        "p50": round(ordered[len(ordered) // 2], 3),
        "p95": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], 3),
        "times": len(ordered),
    }


def logged_in(browser: Browser, server: Running) -> Any:
    """Cookies of the demonstration's supervisor."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(server.url)
    page.click("button[value=demo-supervisor]")
    page.wait_for_url(lambda url: "/login" not in url)
    state = context.storage_state()
    context.close()
    return state


def context_of(browser: Browser, state: Any) -> BrowserContext:
    """A browser that has nothing kept but its login."""
    context = browser.new_context(storage_state=state, viewport={"width": 1920, "height": 1080})
    context.set_default_timeout(1000 * _PATIENCE)
    return context


def opened(page: Page, server: Running, path: str, content: str) -> float:
    """Seconds from going to a page until it has its content; the patience of the bench when that does not come."""
    began = time.perf_counter()
    page.goto(server.url + path, wait_until="commit")
    try:
        page.wait_for_selector(content)
    except NotThereError:
        return _PATIENCE
    return time.perf_counter() - began


def settled(client: httpx.Client) -> dict[str, float]:
    """Wait until what the sites have written since the folder was filled is collected; how long that took."""
    began = time.monotonic()
    while True:
        status = client.get("/api/v1/status").raise_for_status().json()
        waited, age = time.monotonic() - began, status["newest_event_age_seconds"]
        if status["batches"]["waiting"] <= _WAITING and age is not None and age < 4 * _INTERVAL:
            return {"seconds": round(waited, 1)}
        if waited > _SETTLE:
            raise SystemExit(f"after {waited:.0f} s there is still a backlog: {status['batches']}, {age} s old")
        told.print(f"{status['batches']['waiting']} batches wait, the newest event is {age} s old")
        time.sleep(5)


def painted(page: Page) -> float:
    """Seconds until the page showed anything at all."""
    said = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1000")
    return round(float(said) / 1000, 3)


def moved(page: Page, name: str) -> float:
    """Seconds until a page has its content when one comes from another page of the console."""
    path, content = PAGES[name]
    path, _, query = path.partition("?")
    elsewhere, there = PAGES["level" if name != "level" else "glossary"]
    page.evaluate("path => secmon.go(path, {})", elsewhere)
    page.wait_for_selector(there)
    began = time.perf_counter()
    page.evaluate("([path, query]) => secmon.go(path, query)", [path, dict(parse_qsl(query))])
    page.wait_for_selector(content)
    return time.perf_counter() - began


def pages(browser: Browser, server: Running, state: Any, names: Sequence[str]) -> dict[str, dict[str, float]]:
    """Seconds until each page has its content, and until the first and the second load have painted anything."""
    found = {}
    for name in names:
        path, content = PAGES[name]
        context = context_of(browser, state)
        page = context.new_page()
        cold = opened(page, server, path, content)
        painted_cold = painted(page)
        page.goto("about:blank")
        warm = opened(page, server, path, content)
        found[name] = {"cold": round(cold, 3), "warm": round(warm, 3), "painted_cold": painted_cold}
        found[name] |= {"painted_warm": painted(page), "moved": round(moved(page, name), 3)}
        context.close()
        told.print(f"{name}: {cold:.2f} s, then {warm:.2f} s, from another page {found[name]['moved']:.2f} s")
    return found


def interactions(page: Page, server: Running, times: int) -> dict[str, dict[str, float]]:
    """What people do on pages that are open already."""
    done: dict[str, list[float]] = {name: [] for name in ("filter", "sort", "open_alert", "trends", "hunt_rows")}
    opened(page, server, "/alerts?lang=en", "#alerts-grid .ag-row")
    page.wait_for_selector("#alerts-number:not(:empty)")
    for number in range(times):
        done["filter"].append(seconds(lambda: _filtered(page, number)))  # noqa: B023  # called at once
        page.evaluate("secmon.go('/alerts', {})")
        page.wait_for_selector("#alerts-grid .ag-row")
        done["sort"].append(seconds(lambda: _sorted(page)))
        done["open_alert"].append(seconds(lambda: _alert(page, number)))  # noqa: B023  # called at once
    opened(page, server, "/trends?lang=en", "#trends-tiles .kpi")
    for number in range(times):
        done["trends"].append(seconds(lambda: _trends(page, ("7d", "24h")[number % 2])))  # noqa: B023  # called at once
    opened(page, server, "/hunt?lang=en&q=site:11110", "#hunt-events .ag-row")
    for number in range(times):
        site = _SITES[number % (len(_SITES) - 2)]
        done["hunt_rows"].append(seconds(lambda: _hunted(page, f"site:{site} {number}")))  # noqa: B023  # called at once
    return {name: spread(values) for name, values in done.items()}


def _filtered(page: Page, number: int) -> None:
    page.fill("#alerts-q", f"no such actor {number}")
    page.keyboard.press("Enter")
    page.wait_for_function("() => /^0\\b/.test(document.getElementById('alerts-number').textContent)")


def _sorted(page: Page) -> None:
    page.click("#alerts-grid .ag-header-cell[col-id=site] .ag-header-cell-label")
    page.wait_for_selector(
        "#alerts-grid .ag-header-cell[col-id=site][aria-sort=ascending], "
        "#alerts-grid .ag-header-cell[col-id=site][aria-sort=descending], "
        "#alerts-grid .ag-header-cell[col-id=site][aria-sort=none]"
    )


def _alert(page: Page, number: int) -> None:
    row = page.locator("#alerts-grid .ag-row").nth(number % 4)
    wanted = row.get_attribute("row-id")
    row.locator("[col-id=site]").click()
    page.wait_for_selector(f"#alerts-panel >> text=#{wanted}")


def _trends(page: Page, last: str) -> None:
    before = page.inner_text("#trends-asof")
    page.evaluate("last => secmon.go('/trends', {last})", last)
    page.wait_for_function("before => document.getElementById('trends-asof').textContent !== before", arg=before)


def _hunted(page: Page, query: str) -> None:
    before = page.inner_text("#hunt-state")
    page.evaluate("q => secmon.go('/hunt', {q, last: '24h'})", query)
    page.wait_for_function("before => document.getElementById('hunt-state').textContent !== before", arg=before)


def hunts(client: httpx.Client, times: int) -> dict[str, dict[str, float]]:
    """The newest hundred events of a site, of an address and with a word, over 90 days, as the API answers."""
    since = (datetime.now(UTC) - timedelta(days=90)).isoformat()
    source = client.get("/api/v1/events", params={"q": "type:information_gathering", "limit": 1}).json()["items"]
    address = source[0].get("src_endpoint_ip", "192.0.2.210") if source else "192.0.2.210"
    asked = {
        "site": [f"site:{site}" for site in _SITES],
        "address": [f"ip:{address}"],
        "word": ["nuclei", "jndi", "sqlmap"],
        "absent_word": ["nosuchword"],
    }
    return {
        name: spread([_asked(client, queries[n % len(queries)], since) for n in range(times)])
        for name, queries in asked.items()
    }


def _asked(client: httpx.Client, query: str, since: str) -> float:
    parameters: dict[str, str | int] = {"q": query, "since": since, "limit": 100}
    return seconds(lambda: client.get("/api/v1/events", params=parameters).raise_for_status())


async def viewers(
    server: Running, cookies: dict[str, str], number: int, span: float
) -> list[tuple[datetime, datetime]]:
    """So many viewers for so many seconds; for the first of them, when a snapshot came and the time it tells of."""
    seen: list[tuple[datetime, datetime]] = []
    limits = httpx.Limits(max_connections=number + 1)

    def note(line: str) -> None:
        seen.append((datetime.now(UTC), datetime.fromisoformat(json.loads(line[6:])["at"])))

    async def one(client: httpx.AsyncClient, first: bool) -> None:
        async with client.stream("GET", "/live") as answer:
            async for line in answer.aiter_lines():
                if first and line.startswith("data: "):
                    note(line)

    async with httpx.AsyncClient(base_url=server.url, cookies=cookies, timeout=None, limits=limits) as client:
        tasks = [asyncio.create_task(one(client, place == 0)) for place in range(number)]
        await asyncio.sleep(span)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return seen


def shares(server: Running, cookies: dict[str, str]) -> tuple[dict[str, float], list[tuple[datetime, datetime]]]:
    """Percent of a core without viewers and with fifty, and what one of them saw."""
    alone, watched = [], []
    for _ in range(_TURNS):
        before = server.cpu_seconds()
        time.sleep(_SPAN)
        alone.append(100 * (server.cpu_seconds() - before) / _SPAN)
        before = server.cpu_seconds()
        seen = asyncio.run(viewers(server, cookies, _VIEWERS, _SPAN))
        watched.append(100 * (server.cpu_seconds() - before) / _SPAN)
    without, with_all = sum(alone) / _TURNS, sum(watched) / _TURNS
    found = {"without": without, "with_50": with_all, "of_50": with_all - without, "spread": max(alone) - min(alone)}
    return {name: round(share, 1) for name, share in found.items()}, seen


def wall_lag(client: httpx.Client, data: Path, seen: Sequence[tuple[datetime, datetime]]) -> dict[str, float]:
    """Seconds from the time in a line until a viewer has the first snapshot composed after the line was loaded."""
    since = seen[0][0] - timedelta(seconds=2)
    rows: list[Mapping[str, Any]] = []
    cursor = ""
    while len(rows) < 4_000:
        asked: dict[str, str | int] = {
            "q": "feed:ids OR feed:firewall",
            "since": since.isoformat(),
            "until": (since + _TIMED).isoformat(),
            "limit": 500,
            "cursor": cursor,
        }
        answer = client.get("/api/v1/events", params=asked).raise_for_status().json()
        rows += answer["items"]
        cursor = answer["next"] or ""
        if not cursor:
            break
    with sqlite3.connect(f"file:{data / 'desk.sqlite3'}?mode=ro", uri=True) as db:
        loaded = {str(name): datetime.fromisoformat(at).replace(tzinfo=UTC) for name, at in db.execute(_LOADED)}
    lags = []
    for row in rows:
        ready = loaded.get(row["batch_id"])
        shown = next((came for came, at in seen if ready is not None and at >= ready), None)
        if shown is not None:
            lags.append((shown - datetime.fromisoformat(row["time"])).total_seconds())
    return spread(lags) if lags else {"p50": -1.0, "p95": -1.0, "times": 0}


def misses(result: Mapping[str, Any]) -> list[str]:
    """What is over its aim, and by how much."""
    found = [
        (f"{name} {kind}", page[kind], AIMS[kind])
        for name, page in result["pages"].items()
        for kind in ("cold", "warm", "moved")
    ]
    found += [(name, one["p95"], AIMS["interaction_p95"]) for name, one in result.get("interactions", {}).items()]
    found += [(f"hunt {name}", one["p95"], AIMS["hunt_p95"]) for name, one in result.get("hunts", {}).items()]
    if "wall" in result:
        found.append(("wall", result["wall"]["p95"], _INTERVAL + AIMS["wall_p95_over_interval"]))
        found.append(("50 viewers, % of a core", result["cpu_percent"]["of_50"], AIMS["viewers_50_percent"]))
    return [f"{name}: {value} instead of {aim}" for name, value, aim in found if value > aim]


def measured(server: Running, data: Path, names: Sequence[str], times: int, *, only_pages: bool) -> dict[str, Any]:
    """Everything over a running server."""
    result: dict[str, Any] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        state = logged_in(browser, server)
        cookies = {one["name"]: one["value"] for one in state["cookies"]}
        with httpx.Client(base_url=server.url, cookies=cookies, timeout=120.0, trust_env=False) as client:
            result["settled"] = settled(client)
        began = datetime.now(UTC)
        result["pages"] = pages(browser, server, state, names)
        if not only_pages:
            page = context_of(browser, state).new_page()
            result["interactions"] = interactions(page, server, times)
        browser.close()
    if not only_pages:
        with httpx.Client(base_url=server.url, cookies=cookies, timeout=120.0, trust_env=False) as client:
            result["hunts"] = hunts(client, times)
            result["cpu_percent"], seen = shares(server, cookies)
            result["wall"] = wall_lag(client, data, seen)
    result["events_per_second"] = came_in(data, began)
    return result


def came_in(data: Path, since: datetime) -> float:
    """Events a second that were loaded since then."""
    with sqlite3.connect(f"file:{data / 'desk.sqlite3'}?mode=ro", uri=True) as db:
        ((events,),) = db.execute(_CAME, (since.strftime("%Y-%m-%d %H:%M:%S.%f"),))
    return round((events or 0) / (datetime.now(UTC) - since).total_seconds(), 1)


def filled(data: Path, events: int) -> dict[str, Any]:
    """What the folder has, after it was filled where it was empty; in a process of its own, which gives the store back."""
    command = [sys.executable, str(Path(__file__).with_name("screens_store.py")), str(data), str(events)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    made: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return made


def main() -> None:
    """Fill, start, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="only the JSON object on standard output")
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--rate", type=float, default=2_000.0, help="events a second while it is measured")
    parser.add_argument("--data", type=Path, default=None, help="folder to use again; without it one that is removed")
    parser.add_argument("--page", choices=sorted(PAGES), action="append", default=[], help="these pages only")
    parser.add_argument("--times", type=int, default=20, help="how often each interaction is done")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="secmon-screens-") as spare:
        data = given.data or Path(spare) / "data"
        result: dict[str, Any] = {"machine": machine(), "load_before": os.getloadavg()}
        result["store"] = filled(data, given.events)
        # the simulator's rate is that of a working day's mean: what it writes now depends on the hour in Korea
        with demo(data, given.rate / activity(int(time.time()) // 60), "24h") as server:
            names = given.page or [*PAGES]
            result |= measured(server, data, names, given.times, only_pages=bool(given.page))
            result["memory"] = server.growth()
    result |= {"rate": given.rate, "load_after": os.getloadavg(), "misses": misses(result)}
    told.print("\n".join(result["misses"]) or "nothing is over its aim")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
