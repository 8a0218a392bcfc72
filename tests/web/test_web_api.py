"""The REST API over a real desk: a watch from the alert to the end, versions, pages, scopes, limits."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from api_clients import Room, room_of

from secmon.alerts.triage import triage
from secmon.auth.accounts import AccountDraft
from secmon.auth.roles import Role
from secmon.db.audit_log import verify_audit_log
from secmon.runtime.centre import Centre
from secmon.runtime.data_folder_lock import Instance
from secmon.store.client import Store
from secmon.web.api.reply import etag_of
from web_centre import HOST, NOW, NOWHERE, centre_over, group, new_desk

JONGNO, JUNG, BUSAN = "11110", "11140", "26110"
PEOPLE = {
    "boss": AccountDraft("boss", Role.ADMINISTRATOR),
    "chief": AccountDraft("chief", Role.SUPERVISOR),
    "oper": AccountDraft("oper", Role.OPERATOR),
    "seoul": AccountDraft("seoul", Role.PROVINCE, province="11"),
    "jongno": AccountDraft("jongno", Role.MUNICIPALITY, site=JONGNO),
    "jung": AccountDraft("jung", Role.MUNICIPALITY, site=JUNG),
    "guest": AccountDraft("guest", Role.VIEWER),
}
ATTACKER = "203.0.113.9"


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    """A centre with one alert at each of three sites; its store does not answer."""
    db = new_desk(tmp_path)
    at = NOW - timedelta(minutes=20)
    found = [group(site, 4, at) for site in (JONGNO, JUNG, BUSAN)]
    triage(db, found, [], quiet=timedelta(hours=6), now=NOW)
    with Instance(tmp_path) as instance:
        yield centre_over(Store(NOWHERE), db, tmp_path, instance)
    db.close()


@pytest.fixture
async def room(centre: Centre) -> AsyncIterator[Room]:
    """Clients of the whole application."""
    async with room_of(centre, PEOPLE) as found:
        yield found


async def test_a_watch_from_the_alert_to_the_end(room: Room) -> None:
    """Acknowledged, incident, requests done and verified, block in force and applied, closed; all of it audited."""
    alerts = (await room.get("oper", "/alerts"))["items"]
    ids = [alert["id"] for alert in alerts]
    assert {alert["site"] for alert in alerts} == {JONGNO, JUNG, BUSAN}
    await room.post("oper", f"/alerts/{ids[0]}/acknowledge", {"note": "looking"})
    opened = await room.post(
        "oper", "/incidents", {"title": "Guessing", "severity": 4, "alerts": ids, "techniques": ["T1110"]}, 201
    )
    number = opened["id"]
    assert opened["sites"] == [JONGNO, JUNG, BUSAN]
    await room.post("oper", f"/incidents/{number}/move", {"state": "analysed"})
    asked = await room.post(
        "oper",
        "/requests",
        {"sites": [JONGNO], "severity": 4, "title": "Block it", "text": "Block the address", "incident": number},
        201,
    )
    request = asked[0]["id"]
    await room.post("jongno", f"/requests/{request}/acknowledge", {"note": "read"})
    await room.post("jongno", f"/requests/{request}/done", {"answer": "blocked at the firewall"})
    await room.post("oper", f"/requests/{request}/verify", {})
    until = (NOW + timedelta(days=7)).isoformat()
    block = await room.post(
        "oper", "/blocklist", {"value": ATTACKER, "reason": "guessing", "expires_at": until, "incident": number}, 201
    )
    await room.post("oper", f"/blocklist/{block['id']}/approve", status=403)
    await room.post("chief", f"/blocklist/{block['id']}/approve")
    pushed = await room.post("chief", f"/blocklist/{block['id']}/push")
    feed = await room.clients["jongno"].get(f"/api/v1/blocklist/feed/{JONGNO}.txt")
    assert ATTACKER in feed.text.splitlines()
    applied = {"version": pushed["pushed_version"]}
    assert (await room.post("jongno", f"/blocklist/feed/{JONGNO}/ack", applied))["new"] is True
    [covered] = await room.get("seoul", "/blocklist/coverage")
    assert (covered["acknowledged"], covered["of"]) == (1, 25)
    for state in ("contained", "eradicated", "recovered"):
        await room.post("oper", f"/incidents/{number}/move", {"state": state})
    closed = await room.post("oper", f"/incidents/{number}/close", {"closure": "true_positive", "summary": "blocked"})
    assert closed["state"] == "closed"
    assert {alert["status"] for alert in (await room.get("oper", "/alerts"))["items"]} == {"closed"}
    told = [one["kind"] for one in await room.get("oper", f"/incidents/{number}/timeline")]
    assert {"opened", "state", "request", "block"} <= set(told)
    trail = (await room.get("chief", "/audit", limit=500))["items"]
    assert {"alert.acknowledged", "incident.opened", "request.verified", "block.pushed"} <= {
        one["action"] for one in trail
    }
    assert {one["actor"] for one in trail} >= {"oper", "chief", "jongno"}
    assert (await room.get("chief", "/audit/chain")) == {"whole": True, "broken_at": None, "reason": ""}
    assert verify_audit_log(room.db) is None


async def test_the_centre_writes_down_an_answer_by_phone(room: Room) -> None:
    """The operator names who said what; another one verifies; municipalities have their own way to answer."""
    [asked] = await room.post("oper", "/requests", {"sites": [BUSAN], "severity": 3, "title": "a", "text": "b"}, 201)
    path = f"/requests/{asked['id']}"
    call = {"state": "done", "said_by": "duty desk", "answer": "blocked"}
    await room.post("seoul", f"{path}/phone", call, 403)
    await room.post("oper", f"{path}/phone", {**call, "state": "verified"}, 422)
    await room.post("oper", f"{path}/phone", {**call, "said_by": ""}, 422)
    await room.post("oper", f"{path}/phone", {**call, "answer": " "}, 409)
    done = await room.post("oper", f"{path}/phone", call, seen=etag_of(asked["version"]))
    assert (done["state"], done["done_by"], done["answer"]) == ("done", "oper", "blocked")
    await room.post("oper", f"{path}/phone", call, 412, seen=etag_of(asked["version"]))
    await room.post("oper", f"{path}/verify", {}, 409)
    assert (await room.post("chief", f"{path}/verify", {}))["state"] == "verified"
    by_phone = [one for one in await room.get("oper", f"{path}/receipts") if one["channel"] == "phone"]
    assert [(one["kind"], one["detail"]) for one in by_phone] == [
        ("acknowledged", "duty desk"),
        ("done", "duty desk: blocked"),
    ]
    [entry] = (await room.get("chief", "/audit", action="request.done"))["items"]
    assert (entry["after"]["source"], entry["after"]["said_by"]) == ("phone", "duty desk")


async def test_two_at_once_are_told(room: Room) -> None:
    """The second change with the version that both have seen is 412, and nothing of it is kept."""
    number = (await room.get("oper", "/alerts"))["items"][0]["id"]
    answer = await room.clients["oper"].get(f"/api/v1/alerts/{number}")
    seen = answer.headers["etag"]
    first = await room.post("oper", f"/alerts/{number}/start", {}, seen=seen)
    told = await room.post("chief", f"/alerts/{number}/close", {"closure": "benign", "note": "x"}, 412, seen)
    assert "oper" in told["detail"]
    assert (await room.get("oper", f"/alerts/{number}"))["version"] == first["version"]
    await room.post("chief", f"/alerts/{number}/start", {}, 412, '"nonsense"')
    await room.post("chief", f"/alerts/{number}/close", {"closure": "benign", "note": "x"}, seen="*")


async def test_an_illegal_move_is_409(room: Room) -> None:
    """The problem says what is possible instead."""
    number = (await room.get("oper", "/alerts"))["items"][0]["id"]
    told = await room.post("oper", f"/alerts/{number}/reopen", {"reason": "because"}, 409)
    assert (told["status"], "only a closed alert can be reopened" in told["detail"]) == (409, True)


async def test_many_alerts_at_once(room: Room) -> None:
    """One act with one note on all of them, or on none when one of them cannot."""
    ids = [alert["id"] for alert in (await room.get("oper", "/alerts"))["items"]]
    chosen = [{"id": number} for number in ids]
    await room.post("oper", "/alerts/bulk", {"action": "close", "alerts": chosen}, 400)
    closing = {"action": "close", "closure": "false_positive", "note": "a test of ours"}
    done = await room.post("oper", "/alerts/bulk", {**closing, "alerts": chosen[:2]})
    assert {alert["note"] for alert in done} == {"a test of ours"}
    await room.post("oper", "/alerts/bulk", {**closing, "alerts": chosen}, 409)
    assert (await room.get("oper", f"/alerts/{ids[2]}"))["status"] == "new"


async def test_suppressions_are_listed_and_lifted(room: Room) -> None:
    """Each user sees those of the own sites; lifting needs the permission of suppressing, and is audited."""
    alerts = {alert["site"]: alert["id"] for alert in (await room.get("oper", "/alerts"))["items"]}
    until = (NOW + timedelta(days=1)).isoformat()
    for site in (JONGNO, BUSAN):
        await room.post("oper", f"/alerts/{alerts[site]}/suppress", {"until": until, "reason": "known probe"})
    busan, jongno = await room.get("oper", "/suppressions")
    assert (jongno["site"], jongno["actor"], jongno["reason"], jongno["author"]) == (
        JONGNO,
        ATTACKER,
        "known probe",
        "oper",
    )
    assert [one["id"] for one in await room.get("seoul", "/suppressions")] == [jongno["id"]]
    await room.post("guest", f"/suppressions/{jongno['id']}/lift", None, 403)
    lifted = await room.post("chief", f"/suppressions/{jongno['id']}/lift")
    assert lifted["until"] == NOW.isoformat().replace("+00:00", "Z")
    await room.post("chief", f"/suppressions/{jongno['id']}/lift", None, 409)
    assert [one["id"] for one in await room.get("oper", "/suppressions")] == [busan["id"]]
    assert len(await room.get("oper", "/suppressions", ended=True)) == 2
    (entry,) = (await room.get("boss", "/audit", action="alert.unsuppress"))["items"]
    assert (entry["actor"], entry["subject"]) == ("chief", f"suppression:{jongno['id']}")


async def test_merge_and_unmerge(room: Room) -> None:
    """A merged alert stands behind the other, and comes back."""
    ids = [alert["id"] for alert in (await room.get("oper", "/alerts"))["items"]]
    await room.post("oper", f"/alerts/{ids[0]}/merge", {"into": ids[1]})
    assert len((await room.get("oper", "/alerts"))["items"]) == 2
    assert len((await room.get("oper", "/alerts", merged="true"))["items"]) == 3
    await room.post("oper", f"/alerts/{ids[0]}/unmerge")
    assert len((await room.get("oper", "/alerts"))["items"]) == 3


async def test_pages_have_everything_once(room: Room) -> None:
    """With a cursor every alert comes once; a cursor that was not given out is refused."""
    seen, cursor = [], ""
    for _ in range(4):
        page = await room.get("oper", "/alerts", limit=1, cursor=cursor)
        seen += [alert["id"] for alert in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 3
    for wrong in ("nonsense", "WzFd1", "W10", "WyJhIl0", "é"):
        assert (await room.get("oper", "/alerts", 400, cursor=wrong))["status"] == 400


async def test_filters_choose(room: Room) -> None:
    """By site, severity, state, text and owner."""
    for query, number in (
        ({"site": JONGNO}, 1),
        ({"site": [JONGNO, JUNG]}, 2),
        ({"least": 5}, 0),
        ({"status": "closed"}, 0),
        ({"text": "203.0"}, 3),
        ({"text": "%"}, 0),
        ({"owner": ""}, 3),
        ({"owner": "oper"}, 0),
    ):
        assert len((await room.get("oper", "/alerts", **query))["items"]) == number, query
    await room.get("oper", "/alerts", 422, site="1")
    await room.get("oper", "/alerts", 422, since="yesterday")


async def test_nobody_sees_beyond_the_scope(room: Room) -> None:
    """Alerts, incidents, requests, blocks, feeds and sites of others are 404, and lists leave them out."""
    alerts = {alert["site"]: alert["id"] for alert in (await room.get("oper", "/alerts"))["items"]}
    assert {alert["site"] for alert in (await room.get("jongno", "/alerts"))["items"]} == {JONGNO}
    assert {alert["site"] for alert in (await room.get("seoul", "/alerts"))["items"]} == {JONGNO, JUNG}
    assert (await room.get("jongno", "/alerts", site=JUNG))["items"] == []
    opened = await room.post("oper", "/incidents", {"title": "x", "severity": 3, "alerts": [alerts[JUNG]]}, 201)
    [asked] = await room.post("oper", "/requests", {"sites": [JUNG], "severity": 3, "title": "a", "text": "b"}, 201)
    until = (NOW + timedelta(days=7)).isoformat()
    block = await room.post(
        "oper", "/blocklist", {"value": ATTACKER, "reason": "x", "expires_at": until, "sites": [JUNG]}, 201
    )
    hidden = [
        f"/alerts/{alerts[JUNG]}",
        f"/incidents/{opened['id']}",
        f"/incidents/{opened['id']}/timeline",
        f"/incidents/{opened['id']}/tasks",
        f"/incidents/{opened['id']}/evidence",
        f"/incidents/{opened['id']}/alerts",
        f"/requests/{asked['id']}",
        f"/requests/{asked['id']}/receipts",
        f"/blocklist/{block['id']}",
        f"/blocklist/feed/{JUNG}.txt",
        "/blocklist/feed/all.csv",
        "/blocklist/feed/province/11.stix.json",
        f"/sites/{JUNG}",
    ]
    for path in hidden:
        assert (await room.get("jongno", path, 404))["status"] == 404, path
    for path in ("/incidents", "/requests", "/blocklist"):
        assert (await room.get("jongno", path))["items"] == []
    for act, body in (("acknowledge", {"note": ""}), ("done", {"answer": "x"}), ("refuse", {"reason": "x"})):
        await room.post("jongno", f"/requests/{asked['id']}/{act}", body, 404)
    await room.post("jongno", f"/blocklist/feed/{JUNG}/ack", {"version": 1}, 404)
    assert [site["code"] for site in await room.get("jongno", "/sites")] == [JONGNO]
    assert len(await room.get("seoul", "/sites")) == 25
    assert len(await room.get("guest", "/sites")) == 226
    await room.get("jung", f"/requests/{asked['id']}")
    await room.get("seoul", f"/incidents/{opened['id']}")


@pytest.mark.parametrize("form", ["txt", "csv", "stix.json"])
async def test_a_feed_is_sent_when_it_changed(room: Room, form: str) -> None:
    """A firewall that polls gets the list once, then 304 until it changes."""
    path, client = f"/api/v1/blocklist/feed/{JONGNO}.{form}", room.clients["jongno"]
    first = await client.get(path)
    again = await client.get(path, headers={"if-none-match": first.headers["etag"]})
    until = (NOW + timedelta(days=7)).isoformat()
    body = {"value": ATTACKER, "reason": "x", "expires_at": until}
    block = await room.post("oper", "/blocklist", body, 201)
    for act in ("approve", "push"):
        await room.post("chief", f"/blocklist/{block['id']}/{act}")
    changed = await client.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (first.status_code, again.status_code, changed.status_code) == (200, 304, 200)
    assert (ATTACKER in first.text, ATTACKER in changed.text) == (False, True)
    await room.post("chief", f"/blocklist/{block['id']}/undo", {"reason": "wrong one"})
    assert ATTACKER not in (await client.get(path)).text


async def test_what_is_never_blocked_is_explained(room: Room) -> None:
    """A proposal that touches the never-block list is 409 and says what stands in the way."""
    until = (NOW + timedelta(days=7)).isoformat()
    told = await room.post("oper", "/blocklist", {"value": "10.1.2.3", "reason": "x", "expires_at": until}, 409)
    assert "RFC 1918" in told["detail"]
    await room.post("oper", "/blocklist", {"value": "no such thing!", "reason": "x", "expires_at": until}, 400)
    added = await room.post("chief", "/never-block", {"value": ATTACKER, "reason": "our scanner"}, 201)
    await room.post("oper", "/blocklist", {"value": ATTACKER, "reason": "x", "expires_at": until}, 409)
    await room.post("chief", f"/never-block/{added['id']}/remove", {"reason": "moved"}, 204)
    await room.post("oper", "/blocklist", {"value": ATTACKER, "reason": "x", "expires_at": until}, 201)


async def test_accounts_are_administered(room: Room) -> None:
    """Made with a one-time password, changed by version, disabled at once; the password is shown once."""
    made = await room.post("boss", "/accounts", {"name": "new", "role": "viewer"}, 201)
    assert len(made["password"]) == 19
    assert made["password"] not in str(await room.get("boss", "/accounts"))
    await room.post("boss", "/accounts", {"name": "new", "role": "viewer"}, 400)
    answer = await room.clients["boss"].patch("/api/v1/accounts/guest", json={"disabled": True})
    assert answer.json()["disabled"] is True
    await room.get("guest", "/me", 401)
    old = await room.clients["boss"].patch(
        "/api/v1/accounts/guest", json={"disabled": False}, headers={"if-match": '"v1"'}
    )
    assert old.status_code == 412
    await room.get("boss", "/accounts/nobody", 404)


async def test_sessions_end_at_once(room: Room) -> None:
    """One's own session can be ended by oneself, others' by an administrator only; the next request is 401."""
    mine = await room.get("oper", "/sessions")
    assert {one["account"] for one in mine} == {"oper"}
    assert len(await room.get("boss", "/sessions")) == len(PEOPLE)
    [chiefs] = await room.get("chief", "/sessions")
    assert (await room.clients["oper"].delete(f"/api/v1/sessions/{chiefs['id']}")).status_code == 404
    assert (await room.clients["boss"].delete(f"/api/v1/sessions/{chiefs['id']}")).status_code == 204
    await room.get("chief", "/me", 401)
    assert (await room.clients["oper"].delete(f"/api/v1/sessions/{mine[0]['id']}")).status_code == 204
    await room.get("oper", "/me", 401)


async def test_a_token_is_made_used_and_ended(room: Room) -> None:
    """It may what it lists in its owner's scope, makes no tokens itself, and ends at once."""
    until = (NOW + timedelta(days=1)).isoformat()
    body = {"name": "script", "permissions": ["view"], "expires_at": until}
    made = await room.post("seoul", "/tokens", body, 201)
    await room.post("seoul", "/tokens", {**body, "permissions": ["triage"]}, 400)
    await room.post("seoul", "/tokens", {**body, "site": BUSAN}, 400)
    program = httpx.AsyncClient(
        transport=room.clients["seoul"]._transport, base_url=HOST, headers={"authorization": f"Bearer {made['secret']}"}
    )
    async with program:
        assert {alert["site"] for alert in (await program.get("/api/v1/alerts")).json()["items"]} == {JONGNO, JUNG}
        assert (await program.get("/api/v1/audit")).status_code == 403
        assert (await program.post("/api/v1/tokens", json=body)).status_code == 403
        assert (await room.clients["jongno"].delete(f"/api/v1/tokens/{made['id']}")).status_code == 404
        assert (await room.clients["seoul"].delete(f"/api/v1/tokens/{made['id']}")).status_code == 204
        assert (await program.get("/api/v1/alerts")).status_code == 401
    listed = await room.get("seoul", "/tokens")
    assert [one["revoked_at"] is not None for one in listed] == [True]
    assert made["secret"] not in str(listed)


async def test_too_many_requests_are_told_when_to_come_again(room: Room) -> None:
    """Beyond the limit the answer is 429 with Retry-After; others are not held up."""
    codes = [(await room.clients["guest"].get("/api/v1/level")).status_code for _ in range(121)]
    answer = await room.clients["guest"].get("/api/v1/level")
    assert (codes[:120], answer.status_code) == ([200] * 120, 429)
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.headers["content-type"] == "application/problem+json"
    await room.get("oper", "/level")


async def test_errors_are_problems(room: Room) -> None:
    """Whatever goes wrong is one shape with the status in it."""
    client = room.clients["oper"]
    for answer in (
        await client.get("/api/v1/alerts/999999"),
        await client.get("/api/v1/alerts/0"),
        await client.get("/api/v1/nothing"),
        await client.put("/api/v1/alerts"),
        await client.post("/api/v1/incidents", content=b"{"),
        await client.post("/api/v1/incidents", json={"title": "x\x00", "severity": 3}),
        await client.get("/api/v1/findings"),
        await client.get("/api/v1/accounts"),
    ):
        body = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert (body["status"], set(body) >= {"type", "title", "detail"}) == (answer.status_code, True)


async def test_the_description_is_for_those_who_are_in(room: Room) -> None:
    """Every route of the API is described, with its problems; nobody reads it without a login."""
    spec = await room.get("guest", "/openapi.json")
    assert {"/api/v1/alerts", "/api/v1/incidents", "/api/v1/requests", "/api/v1/blocklist", "/api/v1/audit"} <= set(
        spec["paths"]
    )
    assert all("429" in act["responses"] for path in spec["paths"].values() for act in path.values())


async def test_a_level_goes_down_to_the_sites(room: Room) -> None:
    """Declared by a supervisor, with its duties, acknowledged by sites for themselves only; earlier ones stay."""
    assert (await room.get("guest", "/level"))["level"] is None
    await room.post("oper", "/level", {"level": "caution", "issuer": "NCSC", "reason": "campaign"}, 403)
    await room.post("chief", "/level", {"level": "caution", "issuer": "NCSC"}, 409)
    declared = await room.post("chief", "/level", {"level": "caution", "issuer": "NCSC", "reason": "campaign"}, 201)
    number = declared["number"]
    duties = await room.get("chief", f"/level/{number}/duties")
    await room.post("chief", f"/level/{number}/duties/{duties[0]['key']}", {}, 204)
    assert (await room.get("chief", f"/level/{number}/duties"))[0]["done_by"] == "chief"
    await room.get("jongno", f"/level/{number}/duties", 404)
    assert (await room.post("jongno", f"/level/{number}/acknowledge/{JONGNO}", {}))["new"] is True
    assert (await room.post("jongno", f"/level/{number}/acknowledge/{JONGNO}", {}))["new"] is False
    await room.post("jongno", f"/level/{number}/acknowledge/{JUNG}", {}, 404)
    cascade = await room.get("seoul", f"/level/{number}/cascade")
    assert (cascade["acknowledged"], cascade["of"]) == (1, 25)
    await room.post("chief", "/level", {"level": "normal", "issuer": "NCSC"}, 201)
    assert [one["level"] for one in await room.get("guest", "/level/history")] == ["normal", "caution"]
    await room.post("jung", f"/level/{number}/acknowledge/{JUNG}", {}, 409)


@pytest.mark.store
async def test_a_handover_is_signed_by_two(store: Store, tmp_path: Path) -> None:
    """Drafted from how things stand, edited by version, signed by the outgoing and then by another, incoming lead."""
    db = new_desk(tmp_path)
    with Instance(tmp_path) as instance:
        made = centre_over(store, db, tmp_path, instance)
        async with room_of(made, {name: PEOPLE[name] for name in ("chief", "oper")}) as room:
            drafted = await room.post("oper", "/handovers", status=201)
            path = f"/handovers/{drafted['id']}"
            edited = await room.clients["oper"].patch(
                f"/api/v1{path}", json={"notes": "quiet"}, headers={"if-match": f'"v{drafted["version"]}"'}
            )
            assert edited.json()["notes"] == "quiet"
            assert (await room.post("oper", f"{path}/sign"))["state"] == "signed"
            await room.post("oper", f"{path}/sign", status=409)
            assert (await room.post("chief", f"{path}/sign"))["state"] == "handed_over"
            shift = {
                "name": "night",
                "begins": (NOW + timedelta(hours=1)).isoformat(),
                "ends": (NOW + timedelta(hours=12)).isoformat(),
            }
            planned = await room.post("oper", "/roster", {**shift, "lead": "chief"}, 201)
            assert [one["name"] for one in await room.get("oper", "/roster")] == ["night"]
            assert (await room.clients["oper"].delete(f"/api/v1/roster/{planned['id']}")).status_code == 204
    db.close()


async def test_metrics_are_of_ones_scope(room: Room) -> None:
    """Figures of a period with their definitions, of each site or province when asked for."""
    whole = await room.get("oper", "/metrics", by="site")
    assert {one["metric"] for one in whole["figures"]} == set(await room.get("oper", "/metrics/definitions"))
    own = await room.get("jongno", "/metrics", by="site")
    assert set(own["parts"]) <= {JONGNO}
    await room.get("guest", "/metrics", 403)
    since = (NOW + timedelta(days=1)).isoformat()
    await room.get("oper", "/metrics", 400, since=since)
