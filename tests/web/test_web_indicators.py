"""Indicators and rules run again, asked of a running centre."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import httpx
import pytest
from api_clients import Room, room_of

from secmon.auth.accounts import AccountDraft
from secmon.auth.roles import Role
from secmon.detection.sigma.ruleset import load_rules
from secmon.runtime.data_folder_lock import Instance
from secmon.store.client import Store
from secmon.store.load import Lines, insert_lines
from web_centre import NOW, centre_over, new_desk

pytestmark = pytest.mark.store

PEOPLE = {
    "chief": AccountDraft("chief", Role.SUPERVISOR),
    "oper": AccountDraft("oper", Role.OPERATOR),
    "jongno": AccountDraft("jongno", Role.MUNICIPALITY, site="11110"),
}
LIST = "203.0.113.9 # scans\nevil.example\n0.0.0.0/0\n"


@pytest.fixture
async def room(store: Store, tmp_path: Path) -> AsyncIterator[Room]:
    """Clients of the whole application over a real store."""
    db = new_desk(tmp_path)
    with Instance(tmp_path) as instance:
        centre = centre_over(store, db, tmp_path, instance)
        later = (NOW + timedelta(seconds=second) for second in count())
        centre.pipeline.detector = replace(centre.pipeline.detector, rules=load_rules(), clock=lambda: next(later))
        async with room_of(centre, PEOPLE) as found:
            yield found
    db.close()


async def bring(room: Room, who: str, body: str, status: int = 200, **query: str) -> httpx.Response:
    """Send a list."""
    answer = await room.clients[who].post("/api/v1/indicators", params=query, content=body.encode())
    assert answer.status_code == status, answer.text
    return answer


async def test_a_list_is_taken_over_and_an_indicator_ended(room: Room) -> None:
    """What cannot be looked for is refused with its line; the rest is listed until it is ended; both are audited."""
    taken = (await bring(room, "chief", LIST, source="CERT", tlp="green", expires="7d")).json()
    assert (taken["taken"], taken["kinds"]) == (2, {"address": 1, "network": 0, "domain": 1, "hash": 0})
    assert [one["line"] for one in taken["refused"]] == [3]
    listed = {one["value"]: one for one in await room.get("oper", "/indicators")}
    assert set(listed) == {"203.0.113.9", "evil.example"}
    assert (listed["203.0.113.9"]["note"], listed["203.0.113.9"]["tlp"]) == ("scans", "green")
    assert listed["evil.example"]["expires_at"] == (NOW + timedelta(days=7)).isoformat().replace("+00:00", "Z")
    assert await room.post("chief", "/indicators/expire?value=evil.example") == {"ended": 1}
    assert await room.post("chief", "/indicators/expire?value=evil.example") == {"ended": 0}
    assert [one["value"] for one in await room.get("oper", "/indicators")] == ["203.0.113.9"]
    entries = (await room.get("chief", "/audit", action="indicators."))["items"]
    assert [(one["actor"], one["action"]) for one in entries] == [
        ("chief", "indicators.expire"),
        ("chief", "indicators.import"),
    ]


@pytest.mark.parametrize(
    ("query", "body", "status"),
    [
        ({"source": "CERT", "expires": "99999999999d"}, LIST, 400),
        ({"source": "CERT", "expires": "soon"}, LIST, 400),
        ({"source": ""}, LIST, 422),
        ({"source": "CERT\n"}, LIST, 422),
        ({"source": "CERT"}, '{"type": "nothing"', 400),
    ],
)
async def test_a_list_that_is_none_is_refused(room: Room, query: dict[str, str], body: str, status: int) -> None:
    """Nothing of it is kept."""
    await bring(room, "chief", body, status, **query)
    assert await room.get("oper", "/indicators") == []


async def test_indicators_are_not_for_everybody(room: Room) -> None:
    """An operator reads and does not change; a municipality does neither, for it would learn of all others."""
    await bring(room, "oper", LIST, 403, source="CERT")
    await room.post("oper", "/indicators/expire?value=evil.example", status=403)
    await room.get("jongno", "/indicators", 403)


async def test_a_rule_is_run_again_over_the_past(room: Room, store: Store) -> None:
    """Its findings are made once however often it is run; others may not, and an unknown rule is said."""
    line = f"<86>1 {NOW.isoformat()} web01 sshd 7 - - Accepted password for park from 203.0.113.45 port 4 ssh2"
    insert_lines(store, "b1", [Lines("11110", "auth", "rfc5424", NOW, [line.encode()])])
    begins, ends = (f"{NOW + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}" for hours in (-1, 1))
    span = f"begins={begins}&ends={ends}"
    await room.post("oper", f"/rules/rerun?rule=ssh_login_from_outside&{span}", status=403)
    missing = await room.post("chief", f"/rules/rerun?rule=no_such_rule&{span}", status=400)
    assert "no_such_rule" in missing["detail"]
    first, second = [await room.post("chief", f"/rules/rerun?rule=ssh_login_from_outside&{span}") for _ in range(2)]
    assert (first["name"], first["findings"], first["opened"], first["error"]) == ("ssh_login_from_outside", 1, 1, "")
    assert (second["batches"], second["findings"], second["opened"]) == (1, 0, 0)
    assert [one["rule_id"] for one in (await room.get("oper", "/alerts"))["items"]] == [first["rule_id"]]
