"""Text that attackers wrote is shown as text."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import running_server
from running_server import Server
from watched_pages import Visits

pytest_plugins = ["browser_fixtures"]
pytestmark = pytest.mark.browser

SCRIPT = "<script>window.__x=1</script>"
IMAGE = "<img/src=x/onerror=window.__x=1>"
HOSTILE = (
    SCRIPT,
    IMAGE,
    "{{7*7}}",
    "\x1b[31mred\x1b[0m",
    "=cmd('calc')!A1",
    "\u202egnp.exe\u202c",
    "pay\u200bload",
    "'><svg/onload=window.__x=1>",
    "javascript:window.__x=1",
)


def lines() -> tuple[bytes, bytes]:
    """Lines of the IDS and of the logins with hostile text in address, user, title, type and message."""
    now = datetime.now(UTC).isoformat()
    shared = {"timestamp": now, "src_ip": "203.0.113.9", "dest_ip": "10.1.1.10", "dest_port": 80, "proto": "TCP"}
    ids = [
        {**shared, "event_type": "http", "http": {"url": f"/?q={text}", "http_user_agent": text, "http_method": "GET"}}
        for text in HOSTILE
    ]
    alert = {"signature": SCRIPT, "severity": 2, "action": "allowed", "metadata": {"attack_type": [IMAGE]}}
    ids.append({**shared, "event_type": "alert", "alert": alert})
    unreadable = f"not JSON {SCRIPT}{IMAGE}".encode()
    auth = [
        f"<85>1 {now} web01 sudo 7 - - {IMAGE} : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/cat /etc/shadow",
        *(f"<86>1 {now} web01 app 7 - - {text}" for text in HOSTILE),
    ]
    return b"\n".join([*(json.dumps(line).encode() for line in ids), unreadable]), "\n".join(auth).encode()


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the hostile lines of one site in its store."""
    data: Path = tmp_path_factory.mktemp("hostile") / "data"
    with running_server.empty(data) as server:
        token = json.loads((data / "secmon.lock").read_text())["token"]
        headers = {"authorization": f"Bearer {token}"}
        with httpx.Client(base_url=server.url, headers=headers, trust_env=False, timeout=30) as client:
            for feed, body in zip(("ids", "auth"), lines(), strict=True):
                answer = client.post(
                    "/api/v1/ingest", params={"site": "11110", "feed": feed, "format": "auto"}, content=body
                )
                assert answer.status_code == 200, answer.text
        running_server.add_account(data)
        yield server


def test_a_sites_page_shows_hostile_text(attacked: Server, visits: Visits) -> None:
    """Whatever the lines carry is in the grid, the alerts and the unreadable lines as text; no script ran."""
    page = visits.open(f"{attacked.url}/site/11110?lang=en")
    page.wait_for_selector("#site-events .ag-row")
    grid = page.locator("#site-events .ag-center-cols-container").text_content() or ""
    assert all(text in grid for text in HOSTILE)
    assert all(f"GET /?q={text}" in grid for text in HOSTILE)
    assert IMAGE in page.inner_text("#site-alerts")
    assert f"{SCRIPT}{IMAGE}" in page.inner_text("#site-quarantine")
    page.locator("#site-events .ag-row [col-id=summary]").first.hover()
    page.wait_for_selector(".ag-tooltip")
    assert page.evaluate("() => window.__x") is None
    assert page.locator(".content img, .content script, .ag-tooltip img").count() == 0


def test_the_feed_health_page_shows_hostile_text(attacked: Server, visits: Visits) -> None:
    """An unreadable line is shown as it came, as text; no script ran."""
    page = visits.open(f"{attacked.url}/feeds?lang=en")
    page.wait_for_selector("#feeds-rejects td .raw")
    assert f"{SCRIPT}{IMAGE}" in page.inner_text("#feeds-rejects")
    assert page.evaluate("() => window.__x") is None
    assert page.locator(".content img, .content script").count() == 0


def test_the_wall_shows_hostile_text(attacked: Server, visits: Visits) -> None:
    """The name that an attacker chose is in the list of alerts as text; no script ran."""
    page = visits.wall(f"{attacked.url}/?lang=en")
    page.wait_for_selector("#newest li:not(.none)")
    assert IMAGE in page.inner_text("#newest")
    assert page.evaluate("() => window.__x") is None
    assert page.locator(".content img, .content script").count() == 0


EVERYWHERE = {
    "/alerts?status=all": "#alerts-grid .ag-row",
    "/hunt?last=24h&q=site:11110": "#hunt-events .ag-row",
    "/trends": "#trends-tiles .kpi",
    "/campaigns": "#campaigns-list > *",
    "/province/11": "#province-tiles .kpi",
    "/audit": "#audit-entries .table",
    "/digests": "#digests-list > *",
}
"""Other pages over the same store, each with what it has when it is drawn."""


@pytest.mark.parametrize("path", EVERYWHERE)
def test_no_page_runs_hostile_text(attacked: Server, visits: Visits, path: str) -> None:
    """Nothing of it became an element or ran."""
    page = visits.open(f"{attacked.url}{path}")
    page.wait_for_selector(EVERYWHERE[path])
    assert page.evaluate("() => window.__x") is None
    assert page.locator(".content :is(img, script, iframe, object, svg[onload], [onerror])").count() == 0


def test_an_alert_and_its_incident_show_hostile_text(attacked: Server, visits: Visits) -> None:
    """The panel with the raw lines, the value's menu, and the page of the incident made from it; no script ran."""
    page = visits.open(f"{attacked.url}/alerts?lang=en&status=all")
    page.locator("#alerts-grid .ag-row", has_text=IMAGE).first.click()
    page.wait_for_selector("#alerts-panel pre.raw")
    assert IMAGE in page.inner_text("#alerts-panel")
    page.locator("#alerts-panel button.value").first.click()
    page.wait_for_selector(".value-menu p")
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    page.keyboard.press("e")
    page.wait_for_selector("#alerts-ask:not([hidden])")
    page.fill("#alerts-title", f"{SCRIPT}{HOSTILE[5]}")
    page.click("#alerts-ok")
    page.wait_for_selector("#alerts-said >> text=is open")
    number = page.inner_text("#alerts-said").split("#")[1].split()[0]
    page.goto(f"{attacked.url}/incident/{number}?lang=en")
    page.wait_for_selector("#incident-evidence pre.raw")
    assert SCRIPT in page.inner_text("#incident-head")
    assert IMAGE in page.inner_text("#incident-evidence")
    assert page.evaluate("() => window.__x") is None
    assert page.locator(".content :is(img, script, iframe, object, [onerror])").count() == 0
