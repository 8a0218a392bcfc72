"""A watch through the REST API, on both databases: a sweep scan is answered, and 226 firewalls stop it.

The scan and the firewalls are the simulator's own; the firewalls poll the same API that people work with.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from api_clients import Room, room_of

from secmon.alerts.triage import FoundGroup, triage
from secmon.auth import tokens
from secmon.auth.accounts import AccountDraft
from secmon.auth.roles import Role
from secmon.db.audit_log import CENTRE
from secmon.db.database import Database
from secmon.db.transaction import Change
from secmon.runtime.centre import Centre
from secmon.runtime.data_folder_lock import Instance
from secmon.simulate import blocklist_poll
from secmon.simulate.blocklist_poll import BlocklistPoll
from secmon.simulate.clock import micros, moment_of
from secmon.simulate.stream import Streams
from secmon.sites.scope import EVERYTHING
from secmon.store.client import Store
from secmon.taxonomy import Severity
from sweep import HIT, JONGNO, TOWNS, Scan, past_jongno, played
from web_centre import HOST, NOW, NOWHERE, centre_over

pytest_plugins = "database_fixtures"
SEED = 226
PEOPLE = {
    "oper": AccountDraft("oper", Role.OPERATOR),
    "chief": AccountDraft("chief", Role.SUPERVISOR),
    "jongno": AccountDraft("jongno", Role.MUNICIPALITY, site=JONGNO),
}


@pytest.fixture
def centre(db: Database, tmp_path: Path) -> Iterator[Centre]:
    """A centre over the desk; its store does not answer, nothing of a watch needs it."""
    with Instance(tmp_path) as instance:
        yield centre_over(Store(NOWHERE), db, tmp_path, instance)


@pytest.fixture
def with_tokens(db: Database, tmp_path: Path) -> Path:
    """The file with the tokens of all sites' equipment."""
    file = tmp_path / "tokens.csv"
    file.write_text(
        tokens.tokens_as_csv(
            tokens.create_site_tokens(
                Change(db, EVERYTHING, CENTRE, NOW), [municipality.code for municipality in TOWNS]
            )
        )
    )
    return file


def found(scan: Scan) -> Sequence[FoundGroup]:
    """What the sweep's rule has found by NOW: a group a site."""
    groups: dict[str, FoundGroup] = {}
    for line in scan.lines:
        at = moment_of(line.at)
        if at <= NOW and line.site not in groups:
            groups[line.site] = FoundGroup(
                "sweep", line.site, scan.source, True, Severity.HIGH, "information_gathering", "", 1, 1, 1, at, at
            )
    return list(groups.values())


async def opened(room: Room) -> int:
    """The operator acknowledges all alerts at once and makes an incident of them."""
    ids = [alert["id"] for alert in (await room.get("oper", "/alerts", status="new", limit=500))["items"]]
    chosen = [{"id": number} for number in ids]
    await room.post("oper", "/alerts/bulk", {"action": "acknowledge", "alerts": chosen, "note": "one source"})
    body = {"title": "Sweep scan", "severity": 4, "attack_type": "information_gathering", "alerts": ids}
    number = int((await room.post("oper", "/incidents", body, 201))["id"])
    await room.post("oper", f"/incidents/{number}/move", {"state": "analysed"})
    return number


async def blocked(room: Room, number: int, source: str) -> None:
    """Proposed by the operator, who cannot approve it; approved and pushed by the supervisor."""
    until = (NOW + timedelta(days=7)).isoformat()
    body = {"value": source, "reason": "sweep scan", "expires_at": until, "incident": number}
    entry = (await room.post("oper", "/blocklist", body, 201))["id"]
    await room.post("oper", f"/blocklist/{entry}/approve", status=403)
    await room.post("chief", f"/blocklist/{entry}/approve")
    await room.post("chief", f"/blocklist/{entry}/push")


async def polled(room: Room, file: Path, scan: Scan) -> None:
    """Every firewall asks once, with its own token, applies what it gets, and acknowledges."""
    run_plan = played(SEED, scan.begins)
    streams = Streams(seed=SEED, rate=12, since=scan.begins, injected=run_plan.lines, blocks=run_plan.blocks)
    poll = BlocklistPoll(
        blocklist_poll.Centre(HOST, file, 15.0),
        [municipality.code for municipality in TOWNS],
        lambda site, values: run_plan.block(site, values, NOW, streams),
        lambda: NOW,
        lambda _site, _now: False,
        lambda: None,
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(room.gate)) as client:
        await poll.round(client, 0.0)
    wall = {municipality.code: municipality for municipality in TOWNS}
    for line in scan.lines:
        minute = line.at // 60_000_000
        written = streams._bucket(wall[line.site], line.feed, minute, minute).lines
        assert (line.line in written) == (line.at <= micros(NOW)), "what came before the block stays, no more comes"


async def answered(room: Room, number: int, sites: Sequence[str]) -> None:
    """Asked of every site; Jongno answers itself, the others on the phone; the supervisor verifies."""
    body = {"sites": sites, "severity": 4, "title": "Check", "text": "Check what answered", "incident": number}
    for one in await room.post("oper", "/requests", body, 201):
        path = f"/requests/{one['id']}"
        if one["site"] == JONGNO:
            await room.post("jongno", f"{path}/acknowledge", {"note": ""})
            await room.post("jongno", f"{path}/done", {"answer": "nothing was reached"})
        else:
            call = {"state": "done", "said_by": "duty desk", "answer": "nothing was reached"}
            await room.post("oper", f"{path}/phone", call)
            await room.post("oper", f"{path}/verify", {}, 409)
        assert (await room.post("chief", f"{path}/verify", {}))["state"] == "verified"


async def test_a_sweep_scan_is_answered_over_the_api(centre: Centre, with_tokens: Path) -> None:
    """Alerts, incident, a block of two people that 226 firewalls acknowledge and carry out, requests done and verified,
    everything closed; the audit log tells of it and its chain is whole."""
    scan = past_jongno(SEED, NOW - timedelta(seconds=200))
    groups = found(scan)
    assert len(scan.later(NOW)) >= HIT - 2
    triage(centre.db, groups, [], quiet=timedelta(hours=6), now=NOW)
    async with room_of(centre, PEOPLE) as room:
        number = await opened(room)
        sites = (await room.get("oper", f"/incidents/{number}"))["sites"]
        assert len(sites) == len(groups) >= HIT
        await blocked(room, number, scan.source)
        await polled(room, with_tokens, scan)
        [covered] = await room.get("oper", "/blocklist/coverage")
        assert (covered["acknowledged"], covered["of"]) == (226, 226)
        await answered(room, number, sites)
        for state in ("contained", "eradicated", "recovered"):
            await room.post("oper", f"/incidents/{number}/move", {"state": state})
        await room.post("oper", f"/incidents/{number}/close", {"closure": "true_positive", "summary": "blocked"})
        alerts = (await room.get("oper", "/alerts", limit=500))["items"]
        assert {alert["status"] for alert in alerts} == {"closed"}
        trail = {
            action: {one["actor"] for one in (await room.get("chief", "/audit", action=action, limit=500))["items"]}
            for action in ("alert.acknowledged", "incident.opened", "block.approved", "request.done", "incident.state")
        }
        assert trail == {
            "alert.acknowledged": {"oper"},
            "incident.opened": {"oper"},
            "block.approved": {"chief"},
            "request.done": {"oper", "jongno"},
            "incident.state": {"oper"},
        }
        chain = await room.get("chief", "/audit/chain")
    assert chain == {"whole": True, "broken_at": None, "reason": ""}
