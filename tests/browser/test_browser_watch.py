"""A watch through the browser, from the alert to the closing: a sweep scan is answered by three people.

The scan, the log lines and the 226 firewalls are the demonstration's simulator; everything else is done on pages.
"""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import running_server
from playwright.sync_api import Page
from running_server import Server, director
from watched_pages import Visits

from sweep import HIT, JONGNO, Scan, past_jongno

pytest_plugins = ["browser_fixtures"]
pytestmark = [pytest.mark.browser, pytest.mark.waits]

SEED = 7
"""That of the demonstration in `running_server`."""
LONG = 600_000
"""Milliseconds for what the scan itself takes: ten municipalities, and those that come after the block."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A demonstration of its own: this test runs beside others, and it is not to go on for as long as they do."""
    with running_server.demo(tmp_path_factory.mktemp("watch") / "data", "30m", 30, every=20) as server:
        yield server


def act(page: Page, prefix: str, action: str, target: str, said: str, **filled: str) -> None:
    """Press a button of the page, fill its dialog (choice, title, note), confirm, and read what was done."""
    button = json.dumps({"to": target, "type": f"{prefix}-do-{action}"}, separators=(",", ":"))
    page.click(f"[id='{button}']")
    page.wait_for_selector(f"#{prefix}-ask:not([hidden])")
    if "choice" in filled:
        page.locator(f"#{prefix}-ask").get_by_label(filled["choice"], exact=True).check()
    for field in ("title", "note"):
        if field in filled:
            page.fill(f"#{prefix}-{field}", filled[field])
    page.click(f"#{prefix}-ok")
    page.wait_for_selector(f"#{prefix}-said >> text={said}")
    page.wait_for_selector(f"#{prefix}-ask[hidden]", state="attached")


def asked(page: Page, home: str, path: str, **query: str | int) -> Any:
    """What the API answers to whoever is logged in on the page."""
    answer = page.request.get(f"{home}/api/v1{path}", params={**query})
    assert answer.ok, answer.text()
    return answer.json()


def of_source(page: Page, home: str, source: str, since: datetime) -> list[dict[str, Any]]:
    """Events of one source from a moment on."""
    found = asked(page, home, "/events", q=f"ip:{source}", since=since.isoformat(), limit=500)
    events: list[dict[str, Any]] = found["items"]
    assert found["next"] is None
    return events


def opened(page: Page, home: str, source: str) -> int:
    """The operator's keys: all alerts of the source are chosen, acknowledged, and become one incident."""
    page.goto(f"{home}/alerts?lang=en&actor={source}&status=open")
    sweep = "#alerts-grid .ag-row:has-text('Sweep scan over many municipalities')"
    page.wait_for_selector(sweep, timeout=LONG)
    page.wait_for_function(
        f"() => document.querySelectorAll(\"#alerts-grid [col-id='site']\").length > {HIT}", timeout=LONG
    )
    page.click("#alerts-grid .ag-header-select-all")
    page.wait_for_selector("#alerts-grid .ag-row-selected")
    page.keyboard.press("a")
    page.wait_for_selector("#alerts-said >> text=acknowledged.")
    page.wait_for_selector("#alerts-grid .ag-row-selected", state="detached")  # what was done is not chosen any more
    page.click("#alerts-grid .ag-header-select-all")
    page.wait_for_selector("#alerts-grid .ag-row-selected")
    page.keyboard.press("e")
    page.wait_for_selector("#alerts-ask:not([hidden])")
    page.fill("#alerts-title", "Sweep scan of the night")
    page.click("#alerts-ok")
    page.wait_for_selector("#alerts-said >> text=is open")
    return int(page.inner_text("#alerts-said").split("#")[1].split()[0])


def blocked(page: Page, lead: Page, home: str, source: str) -> datetime:
    """The operator proposes the source from its own menu; the supervisor approves and pushes; all 226 have it."""
    page.locator(f"#alerts-grid .ag-row:has-text('{source}')").first.click()
    page.click(f"#alerts-panel button.value[data-value='{source}']")
    page.click(".value-menu >> text=Propose to block")
    page.wait_for_function(f"() => document.getElementById('blocklist-title')?.value === '{source}'")
    act(page, "blocklist", "propose", "", "The block is proposed.", note="Sweep scan over many municipalities")
    [entry] = [one for one in asked(page, home, "/blocklist")["items"] if one["value"] == source]
    number = str(entry["id"])
    page.wait_for_selector(f"#blocklist-waiting >> text={source}")
    assert page.locator("#blocklist-waiting button:has-text('Approve')").count() == 0
    lead.goto(f"{home}/blocklist?lang=en")
    act(lead, "blocklist", "approve", number, "The block is approved.")
    act(lead, "blocklist", "push", number, "Pushed. The municipalities apply the block")
    row = f"#blocklist-force tr:has-text('{source}')"
    page.wait_for_selector(f"{row} >> text=226/226", timeout=LONG)
    assert "applied everywhere" in page.inner_text(row)
    return datetime.now(UTC)


def silent(page: Page, home: str, scan: Scan, moment: datetime) -> None:
    """The next municipality on the scan's way has sent lines from later than its visit, and none is of the source."""
    [site, *_] = scan.later(moment) or [""]
    assert site, "the scan was over before the block was in force everywhere"
    deadline = time.monotonic() + LONG / 1000
    since, left = moment.isoformat(), scan.left(site)
    while time.monotonic() < deadline:
        newest = asked(page, home, "/events", q=f"site:{site} feed:ids", since=since, limit=1)["items"]
        if newest and datetime.fromisoformat(newest[0]["time"]) > left:
            break
        page.wait_for_timeout(3000)
    else:
        raise AssertionError(f"{site} has sent nothing after {left}")
    assert of_source(page, home, scan.source, moment) == []


def answered(page: Page, visits: Visits, home: str, number: int) -> None:
    """Requests go to every site; Jongno answers in its own view, the others on the phone."""
    page.goto(f"{home}/incident/{number}?lang=en")
    act(page, "incident", "move", "analysed", "The state is changed.", note="One source, no answer but errors")
    act(page, "incident", "ask", "", "Action requested from")
    found = {one["site"]: one["id"] for one in asked(page, home, "/requests", incident=number)["items"]}
    assert set(found) == set(asked(page, home, f"/incidents/{number}")["sites"])
    assert len(found) >= HIT
    own = found.pop(JONGNO)
    jongno = visits.open(f"{home}/requests?lang=ko&request={own}", account="demo-jongno")
    act(jongno, "requests", "acknowledge", str(own), "접수했습니다", note="당직실 확인")
    act(jongno, "requests", "done", str(own), "조치를 알렸습니다", note="방화벽에서 차단을 확인했습니다.")
    assert f"request={min(found.values())}" not in jongno.inner_html("#requests-list")
    for one in found.values():
        page.goto(f"{home}/requests?lang=en&request={one}")
        words = {"choice": "Done", "title": "duty desk", "note": "Nothing was reached"}
        act(page, "requests", "phone", str(one), "is recorded", **words)
    page.wait_for_selector("#requests-one >> text=duty desk: Nothing was reached")


def verified(lead: Page, home: str, number: int) -> None:
    """The supervisor has seen that it is done, at every site."""
    found = asked(lead, home, "/requests", incident=number)["items"]
    assert {one["state"] for one in found} == {"done"}
    for one in found:
        lead.goto(f"{home}/requests?lang=en&request={one['id']}")
        act(lead, "requests", "verify", str(one["id"]), "is verified")


def closed(page: Page, home: str, number: int) -> None:
    """The operator moves the incident on to its end."""
    page.goto(f"{home}/incident/{number}?lang=en")
    for state in ("contained", "eradicated", "recovered"):
        act(page, "incident", "move", state, "The state is changed.", note="")
        page.wait_for_selector(f"#incident-steps li.here >> text={state}")
    act(
        page,
        "incident",
        "close",
        "",
        "The incident is closed.",
        choice="True positive (a real attack)",
        note="Blocked everywhere",
    )
    page.wait_for_selector("#incident-steps li.here >> text=Closed")


def trail(lead: Page, home: str, number: int, source: str) -> None:
    """The audit page tells of each step and of both people, and its chain is whole."""
    steps = {
        "incident.": ("demo-operator", f"incident:{number}", "incident.opened", "recovered → closed"),
        "block.p": ("demo-operator", "demo-supervisor", source, "block.proposed", "block.pushed"),
        "block.approved": ("demo-supervisor",),
        "request.done": ("demo-jongno", "demo-operator", "said_by: duty desk", "source: phone"),
        "request.verified": ("demo-supervisor",),
        "alert.closed": ("demo-operator",),
    }
    for action, words in steps.items():
        lead.goto(f"{home}/audit?lang=en&action={action}")
        for said in words:
            lead.wait_for_selector(f"#audit-entries >> text={said}")
    lead.click("#audit-verify")
    lead.wait_for_selector("#audit-chain >> text=all entries are present and unchanged")


def test_a_sweep_scan_is_answered_through_the_pages(demo: Server, visits: Visits) -> None:
    """Alerts, incident, block by two people, 226 acknowledgements, the scan falls silent, requests done and verified,
    closed; the audit log tells of it."""
    home = demo.url
    page = visits.open(f"{home}/alerts?lang=en", account="demo-operator")
    lead = visits.open(f"{home}/blocklist?lang=en")
    scan = past_jongno(SEED, datetime.now(UTC) + timedelta(seconds=10))
    director(demo).plan("sweep-scan", scan.begins)
    number = opened(page, home, scan.source)
    moment = blocked(page, lead, home, scan.source)
    before = of_source(page, home, scan.source, scan.begins)
    assert len({event["site"] for event in before}) >= HIT
    silent(page, home, scan, moment)
    answered(page, visits, home, number)
    verified(lead, home, number)
    closed(page, home, number)
    trail(lead, home, number, scan.source)
    assert len(of_source(page, home, scan.source, moment)) == 0
