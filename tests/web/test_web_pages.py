"""The pages as Dash serves them: language, callbacks, a site's page, and the routes beside them."""

import inspect
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import orjson
import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from hostile_texts import HOSTILE
from log_lines import failed_login, http, ids_alert
from secmon.alerts.triage import triage
from secmon.live.context import CentreContext
from secmon.runtime.centre import Centre, assets_folder
from secmon.runtime.data_folder_lock import Instance
from secmon.store.client import Store
from secmon.store.load import Lines
from secmon.web.shell.dash_app import dashboard
from secmon.web.shell.page_router import language_of
from secmon.web.tour.sandbox import ContextSource
from web_centre import (
    NOW,
    NOWHERE,
    call,
    centre_over,
    console_over,
    group,
    load,
    load_by_hand,
    new_desk,
    principal,
    started,
)

JONGNO = "11110"
REFRESH = {"site-code.data": JONGNO, "language.data": "en", "site-tick.n_intervals": 1}


def over(store: Store, folder: Path) -> Iterator[Centre]:
    """A centre over this store."""
    db = new_desk(folder)
    with Instance(folder) as instance:
        yield centre_over(store, db, folder, instance)
    db.close()


@pytest.fixture
def deaf(tmp_path: Path) -> Iterator[Centre]:
    """A centre whose store does not answer."""
    yield from over(Store(NOWHERE), tmp_path)


@pytest.fixture
def centre(store: Store, tmp_path: Path) -> Iterator[Centre]:
    """A centre over empty databases."""
    yield from over(store, tmp_path)


@pytest.mark.parametrize(
    ("search", "cookie", "default", "expected"),
    [
        ("", "", "ko", "ko"),
        ("", "", "en", "en"),
        ("?lang=en", "", "ko", "en"),
        ("?lang=ko", "en", "en", "ko"),
        ("", "en", "ko", "en"),
        ("?lang=fr", "", "ko", "ko"),
        ("?lang=fr", "en", "ko", "en"),
        ("?lang=ko&lang=en", "", "ko", "en"),
        ("?other=1", "xx", "ko", "ko"),
        ("?lang=", "en", "ko", "en"),
    ],
)
def test_language_by_address_then_cookie(search: str, cookie: str, default: str, expected: str) -> None:
    """The address wins over the cookie, the cookie over the default; an unknown language counts as none."""
    assert language_of(search, {"lang": cookie} if cookie else {}, default) == expected


def test_a_page_does_not_ask_again_before_it_has_its_answer(deaf: Centre) -> None:
    """Each callback that an interval triggers holds it until the answer is there: Dash drops answers overtaken."""
    app = dashboard(ContextSource(console_over(deaf.store, deaf.db)), FastAPI(), assets_folder())
    asked = [
        (f"{one['id']}.interval", entry)
        for entry in app._callback_list
        for one in entry["inputs"]
        if one["property"] == "n_intervals"
    ]
    assert len(asked) >= 15
    for tick, entry in asked:
        held = entry.get("running", {"running": {}, "runningOff": {}})
        assert held["running"].get(tick, 0) > held["runningOff"].get(tick, 0) > 0, f"{tick}: running=pausing(...)"


def test_no_callback_stops_the_event_loop(deaf: Centre) -> None:
    """Every callback runs in the browser, or is a coroutine: a plain function would hold up all viewers."""
    app = dashboard(ContextSource(console_over(deaf.store, deaf.db)), FastAPI(), assets_folder())
    on_server = {output: entry["callback"] for output, entry in app.callback_map.items() if "callback" in entry}
    assert len(on_server) >= 2
    assert [output for output, callback in on_server.items() if not inspect.iscoroutinefunction(callback)] == []


@pytest.mark.store
@pytest.mark.parametrize("path", ["/", f"/site/{JONGNO}"])
async def test_the_first_page_has_its_scripts_and_style(centre: Centre, path: str) -> None:
    """A server's very first answer is a complete page, whichever page it is."""
    async with started(centre) as client:
        page = (await client.get(path)).text
    assert all(f"/assets/{name}?" in page for name in ("secmon.css", "live.js", "tiles.js", "wall.js"))


@pytest.mark.parametrize(("search", "said"), [("?lang=ko", "기관별 상황"), ("?lang=en", "Situation by municipality")])
async def test_the_wall_is_in_the_language_asked_for(deaf: Centre, search: str, said: str) -> None:
    """The root shows the wall with its texts, the words for the browser and the 226 sites."""
    async with principal(deaf) as client:
        answer = await call(client, "frame.children", {"url.pathname": "/", "url.search": search})
    assert said in answer.text
    given = answer.json()["response"]
    assert len(given["sites"]["data"]) == 226
    assert given["language"]["data"] == search[-2:]
    assert given["words"]["data"]["app.title"] == given["title"]["data"]


async def test_the_cookie_keeps_the_language(deaf: Centre) -> None:
    """A page opened without `?lang` is in the language of the cookie."""
    async with principal(deaf, cookie="lang=en") as client:
        answer = await call(client, "frame.children", {"url.pathname": f"/site/{JONGNO}", "url.search": ""})
    assert answer.json()["response"]["language"]["data"] == "en"
    assert answer.json()["response"]["title"]["data"].startswith("Jongno-gu – ")


@pytest.mark.parametrize(
    ("language", "said"), [("ko", "등록되지 않은 기관 코드입니다: 99999"), ("en", "No municipality has the code 99999")]
)
async def test_an_unknown_site_code_says_so(deaf: Centre, language: str, said: str) -> None:
    """The page of a code that no site has names the code and what to do, and asks the store nothing."""
    async with principal(deaf) as client:
        answer = await call(
            client, "frame.children", {"url.pathname": "/site/99999", "url.search": f"?lang={language}"}
        )
        assert said in answer.text
        assert "site-tick" not in answer.text
        refreshed = await call(client, "site-feeds.children", {**REFRESH, "site-code.data": "99999"})
    assert refreshed.status_code == 204


async def test_a_store_that_does_not_answer_is_told(deaf: Centre) -> None:
    """The site's page keeps what it shows and says that the store could not be read, and why."""
    async with principal(deaf) as client:
        answer = await call(client, "site-feeds.children", REFRESH)
    assert answer.status_code == 200
    assert list(answer.json()["response"]) == ["site-error"]
    assert "The event store cannot be read" in answer.text
    assert "127.0.0.1:9" in answer.text


async def test_a_callback_that_fails_is_in_the_log(deaf: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    """The browser is told 500 and no more; what went wrong is for those who run the server."""
    monkeypatch.setattr(CentreContext, "site", lambda *_: 1 // 0)
    async with principal(deaf) as client:
        with capture_logs() as told:
            answer = await call(client, "site-feeds.children", REFRESH)
    assert answer.status_code == 500
    assert "ZeroDivisionError" not in answer.text
    [entry] = [one for one in told if one["log_level"] == "error"]
    assert isinstance(entry["exc_info"], ZeroDivisionError)


@pytest.mark.store
async def test_a_sites_page_shows_what_the_site_sent(centre: Centre) -> None:
    """Feeds with their counts, the alerts, the unreadable lines with the reason, and the events newest first."""
    at = NOW - timedelta(minutes=20)
    lines = [http(at, "/one"), http(at + timedelta(minutes=5), "/two"), b"nonsense"]
    load(centre, "b1", Lines(JONGNO, "ids", "suricata_eve", NOW - timedelta(minutes=1), lines))
    triage(centre.db, [group(JONGNO, 4, at)], [], quiet=timedelta(hours=6), now=NOW)
    async with principal(centre) as client:
        given = (await call(client, "site-feeds.children", REFRESH)).json()["response"]
    assert [row["summary"] for row in given["site-events"]["rowData"]] == ["GET /two", "GET /one"]
    assert given["site-events"]["rowData"][0]["time"] == "2026-03-02 10:22:00"
    assert "lines 3 = events 2 + quarantined 1" in str(given["site-feeds"])
    assert "Healthy" in str(given["site-feeds"])
    assert "imported manually" not in str(given["site-feeds"])
    assert "Guessing" in str(given["site-alerts"])
    assert "not JSON" in str(given["site-quarantine"])
    assert "nonsense" in str(given["site-quarantine"])


@pytest.mark.store
async def test_lines_loaded_by_hand_balance(centre: Centre) -> None:
    """What was imported manually, into a feed that the site has or into one of its own, is counted as received."""
    at, later = NOW - timedelta(minutes=20), NOW - timedelta(minutes=1)
    load(centre, "b1", Lines(JONGNO, "ids", "suricata_eve", later, [http(at, "/one")]))
    for feed in ("ids", "usb"):
        load_by_hand(centre, Lines(JONGNO, feed, "suricata_eve", later, [http(at, "/two"), b"nonsense"]))
    async with principal(centre) as client:
        given = str((await call(client, "site-feeds.children", REFRESH)).json()["response"]["site-feeds"])
    assert "lines 5 = events 3 + quarantined 2" in given
    assert "waiting" not in given
    assert "imported manually" in given


@pytest.mark.store
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
async def test_hostile_text_stays_text(centre: Centre, text: str) -> None:
    """Whatever a log line carries in a field comes out as it went in, in any field, and the page still opens."""
    at = NOW - timedelta(minutes=20)
    ids = [http(at, f"/?q={text}", text), ids_alert(at, text, text), text.encode()]
    load(
        centre,
        "b1",
        Lines(JONGNO, "ids", "suricata_eve", NOW - timedelta(minutes=1), ids),
        Lines(JONGNO, "auth", "rfc5424", NOW - timedelta(minutes=1), [failed_login(at, text)]),
    )
    found = [group(JONGNO, 4, at, actor=text, rule=text)]
    triage(centre.db, found, [], quiet=timedelta(hours=6), now=NOW)
    async with principal(centre) as client:
        answer = await call(client, "site-feeds.children", REFRESH)
        listed = await client.get("/api/v1/events", params={"q": f"site:{JONGNO} feed:ids"})
        names = [f"{event['batch_id']}/{event['seq']}" for event in listed.json()["items"]]
        events = [await client.get(f"/api/v1/events/{name}") for name in names]
        alerts = await client.get("/api/v1/alerts")
    assert {one.status_code for one in (answer, listed, *events, alerts)} == {200}
    assert {one.headers["content-type"] for one in (listed, *events, alerts)} == {"application/json"}
    assert {one.headers["x-content-type-options"] for one in (listed, *events, alerts)} == {"nosniff"}
    assert f"GET /?q={text}" in {event["summary"] for event in listed.json()["items"]}
    assert text in {event.json()["http_request_user_agent"] for event in events}
    assert [alert["actor"] for alert in alerts.json()["items"]] == [text]
    given = answer.json()["response"]
    summaries = sorted(row["summary"] for row in given["site-events"]["rowData"])
    assert len(summaries) == 3
    assert f"GET /?q={text}" in summaries
    assert text in summaries
    # the sender names the type in its own log: only the seven are taken over
    assert {row["type"] for row in given["site-events"]["rowData"]} <= {"–", "Unauthorised access"}
    rejected = orjson.loads(given["site-quarantine"]["children"]["props"]["data-cells"])
    assert ["span", {"class": "raw"}, text] in [row[-1] for row in rejected["rows"]]
    assert all(kind not in answer.text for kind in ("dangerously_allow_html", '"Markdown"', "DangerouslySet"))


async def test_health_names_what_is_wrong(deaf: Centre) -> None:
    """While the store does not answer the health page is 503 and says so."""
    async with principal(deaf) as client:
        answer = await client.get("/healthz")
    assert answer.status_code == 503
    assert "127.0.0.1:9" in answer.json()["problems"]["store"]


@pytest.mark.store
async def test_health_is_ok(centre: Centre) -> None:
    """While everything works the health page is 200."""
    async with principal(centre) as client:
        answer = await client.get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


async def test_the_snapshot_has_a_version(deaf: Centre) -> None:
    """A browser that polls gets the snapshot once, then 304 until there is another."""
    hub = deaf.pipeline.context.hub
    async with principal(deaf) as client:
        assert (await client.get("/snapshot")).json() == {}
        hub.publish(b'{"n":1}')
        first = await client.get("/snapshot")
        again = await client.get("/snapshot", headers={"if-none-match": first.headers["etag"]})
        hub.publish(b'{"n":2}')
        changed = await client.get("/snapshot", headers={"if-none-match": first.headers["etag"]})
    assert (first.json(), again.status_code, changed.json()) == ({"n": 1}, 304, {"n": 2})


async def test_the_stream_is_not_kept_back(deaf: Centre) -> None:
    """The live stream is an event stream that proxies must not buffer, beginning with the newest snapshot."""
    hub = deaf.pipeline.context.hub
    hub.publish(b'{"n":1}')
    hub.close()
    async with principal(deaf) as client:
        answer: httpx.Response = await client.get("/live")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["x-accel-buffering"] == "no"


async def test_the_registry_is_served(deaf: Centre) -> None:
    """The API lists the 226 sites with the names of their provinces."""
    async with principal(deaf) as client:
        sites = (await client.get("/api/v1/sites")).json()
    assert len(sites) == 226
    assert sites[0]["code"] == JONGNO
    assert sites[0]["province_en"].startswith("Seoul")
