"""The panel of an alert: why a detector raised it, and the suppression under which such alerts fall."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from page_buttons import words

from secmon.alerts import suppression
from secmon.alerts.triage import found_groups, triage
from secmon.auth.accounts import AccountDraft
from secmon.auth.roles import Role
from secmon.db.audit_log import CENTRE, audit_entries
from secmon.db.transaction import Change
from secmon.detection.anomaly.builtin import builtin
from secmon.detection.engine.findings import Finding, write_findings
from secmon.runtime.centre import Centre
from secmon.runtime.data_folder_lock import Instance
from secmon.runtime.server import application
from secmon.sites.scope import EVERYTHING
from secmon.store.client import Store
from secmon.taxonomy import Severity
from web_centre import HOST, NOW, call, centre_over, group, new_desk, session_of

pytestmark = pytest.mark.store

OPERATOR = AccountDraft("oper", Role.OPERATOR)
GUEST = AccountDraft("guest", Role.VIEWER)
VOLUME = {"seen": "1200", "expected": "104.5", "most": "300", "samples": "8", "basis": "week"}


@dataclass(frozen=True)
class House:
    """The whole application over a real store."""

    centre: Centre

    def client(self, draft: AccountDraft) -> httpx.AsyncClient:
        """Somebody logged in."""
        cookies = {"sid": session_of(self.centre.db, draft)}
        transport = httpx.ASGITransport(application(self.centre))
        return httpx.AsyncClient(transport=transport, base_url=HOST, cookies=cookies)


@pytest.fixture
def house(store: Store, tmp_path: Path) -> Iterator[House]:
    """A centre with an unusual volume at one site (alert 1) and an alert of a rule at another (alert 2)."""
    db, at = new_desk(tmp_path), NOW - timedelta(hours=1)
    signature = builtin()["volume_unusual"]
    unusual = Finding("u1", signature, "baseline", "11110", "malware", Severity.MEDIUM, at, at, at, details=VOLUME)
    write_findings(store, [unusual], at)
    quiet = timedelta(hours=6)
    triage(db, found_groups(store, at - timedelta(days=1)), [], quiet=quiet, now=at)
    triage(db, [group("11140", 4, at)], [], quiet=quiet, now=at)
    with Instance(tmp_path) as instance:
        centre = centre_over(store, db, tmp_path, instance)
        centre.pipeline.context.rules[signature.id] = signature
        yield House(centre)
    db.close()


async def panel(client: httpx.AsyncClient, number: int, language: str = "en") -> str:
    """What the panel of an alert says."""
    asked = {"url.pathname": "/alerts", "url.search": f"?status=all&alert={number}", "language.data": language}
    return words(await call(client, "alerts-panel.children", asked))


async def press_lift(client: httpx.AsyncClient, number: int) -> httpx.Response:
    """Press the button of the panel, as a browser asks Dash for it."""
    entries: list[dict[str, Any]] = (await client.get("/_dash-dependencies")).json()
    entry = next(one for one in entries if "alerts-do-lift" in str(one["inputs"]))
    names = entry["output"].strip(".").split("...")
    uid = {"to": str(number), "type": "alerts-do-lift"}
    state = {"alerts-done": 3, "language": "en"}
    return await client.post(
        "/_dash-update-component",
        json={
            "output": entry["output"],
            "outputs": [dict(zip(("id", "property"), name.rsplit(".", 1), strict=True)) for name in names],
            "inputs": [[{"id": uid, "property": "n_clicks", "value": 1}]],
            "state": [{**one, "value": state[one["id"]]} for one in entry["state"]],
            "changedPropIds": [f"{json.dumps(uid, separators=(',', ':'), sort_keys=True)}.n_clicks"],
        },
    )


async def test_an_alert_of_a_detector_says_what_was_expected_and_what_was_seen(house: House) -> None:
    """In the panel in both languages; an alert of a rule has no such sentence."""
    async with house.client(OPERATOR) as client:
        english, korean = await panel(client, 1), await panel(client, 1, "ko")
        other = await panel(client, 2)
    assert all(said in english for said in ("1200 in an hour", "Expected: 104.5", "300"))
    assert "1200" in korean
    assert "중앙값" in korean
    assert "Expected:" not in other


async def test_the_api_gives_the_reason_of_an_alert_and_of_a_finding(house: House) -> None:
    """As a sentence in both languages and as values; null or empty where a rule says it all."""
    async with house.client(OPERATOR) as client:
        alert = (await client.get("/api/v1/alerts/1")).json()
        other = (await client.get("/api/v1/alerts/2")).json()
        (finding,) = (await client.get("/api/v1/findings")).json()["items"]
    (why,) = alert["why"]
    assert why["values"] == VOLUME
    assert "104.5" in why["en"]
    assert "104.5" in why["ko"]
    assert other["why"] == []
    assert finding["details"] == VOLUME
    assert finding["why"] == why


async def test_a_suppression_is_shown_at_its_alert_and_lifted_there(house: House) -> None:
    """With reason, author and end; after lifting, the panel and the list have none, and the audit log names both."""
    db = house.centre.db
    change = Change(db, EVERYTHING, CENTRE, NOW)
    row = suppression.suppress_alert(change, 2, until=NOW + timedelta(days=1), reason="known probe")
    async with house.client(OPERATOR) as client:
        shown = await panel(client, 2)
        assert all(said in shown for said in ("known probe", "secmon", "Lift suppression"))
        assert "Lift suppression" not in await panel(client, 1)
        answer = await press_lift(client, row.id)
        assert answer.json()["response"]["alerts-done"]["data"] == 4
        assert "known probe" not in await panel(client, 2)
        again = await press_lift(client, row.id)
    assert "failed" in again.text
    assert suppression.suppressions(db, EVERYTHING, now=NOW) == []
    (act,) = audit_entries(db, EVERYTHING, limit=9, action="alert.unsuppress")
    assert (act.actor, act.subject) == ("oper", f"suppression:{row.id}")


async def test_whoever_may_not_suppress_has_no_button_and_cannot_lift(house: House) -> None:
    """A viewer sees the suppression; pressing the button all the same changes nothing."""
    db = house.centre.db
    change = Change(db, EVERYTHING, CENTRE, NOW)
    row = suppression.suppress_alert(change, 2, until=NOW + timedelta(days=1), reason="known probe")
    async with house.client(GUEST) as client:
        shown = await panel(client, 2)
        await press_lift(client, row.id)
    assert "known probe" in shown
    assert "Lift suppression" not in shown
    assert [one.id for one in suppression.suppressions(db, EVERYTHING, now=NOW)] == [row.id]
