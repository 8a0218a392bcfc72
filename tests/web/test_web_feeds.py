"""The page of feed health: what it says is what is."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from page_buttons import words

from log_lines import http
from migrated_database import migrated_database
from secmon.alerts.workflow import Closure
from secmon.db.audit_log import CENTRE
from secmon.db.transaction import Change
from secmon.errors import FeedUnavailable
from secmon.feed_health import maintenance
from secmon.feed_health.health import Health
from secmon.feed_health.maintenance import MaintenanceWindow
from secmon.incidents.workflow import IncidentDraft, close_incident, open_incident
from secmon.ingest import batch_journal
from secmon.ingest.batch_journal import FeedResult
from secmon.live.snapshot import Rates, compose, encode
from secmon.operations import roster
from secmon.runtime.centre import Centre
from secmon.runtime.data_folder_lock import Instance
from secmon.sites.scope import EVERYTHING
from secmon.store.client import Store
from secmon.store.load import Lines
from secmon.web.pages.feeds.view import kinds_of, read_feeds, troubles
from web_centre import NOW, call, centre_over, load, principal

JONGNO, YONGSAN = "11110", "11170"
REFRESH = {"feeds-tick.n_intervals": 1, "language.data": "en"}
BEFORE = NOW - timedelta(minutes=1)


@pytest.fixture
def centre(store: Store, tmp_path: Path) -> Iterator[Centre]:
    """A centre with two sites' feeds, over an empty store."""
    db = migrated_database(tmp_path / "desk.sqlite3")
    with Instance(tmp_path) as instance:
        yield centre_over(store, db, tmp_path, instance)
    db.close()


def fail(centre: Centre, site: str, error: str, times: int = 1) -> None:
    """A site that does not answer."""
    for _ in range(times):
        results = [
            FeedResult(site, feed, "rfc5424", BEFORE, error=error, retry_at=NOW + timedelta(seconds=40))
            for feed in ("ids", "auth")
        ]
        batch_journal.record_round(centre.db, None, results)


@pytest.mark.store
async def test_the_page_says_whom_to_call_and_why(centre: Centre) -> None:
    """One row for a site that is out of reach, its unreadable lines with the reason, figures that add up."""
    load(centre, "c", Lines(JONGNO, "ids", "suricata_eve", BEFORE, [http(BEFORE, "/"), b"<b>nonsense</b>"]))
    out_of_reach = FeedUnavailable("feed.status", site=YONGSAN, feed="ids", status=503).stored()
    fail(centre, YONGSAN, out_of_reach, times=3)
    async with principal(centre) as client:
        answer = (await call(client, "feeds-unwell.children", REFRESH)).json()["response"]
        korean = words(await call(client, "feeds-unwell.children", {**REFRESH, "language.data": "ko"}))
    unwell, rejects = str(answer["feeds-unwell"]), str(answer["feeds-rejects"])
    assert "answered 503 (3 failures in a row)" in unwell
    assert "503 응답을 받았습니다" in korean
    assert "next try" in unwell
    assert unwell.count("answered 503") == 1
    assert "not JSON" in rejects
    assert "<b>nonsense</b>" in rejects
    assert "1 of 2 lines in 24 h" in str(answer["feeds-states"])
    view = read_feeds(centre.pipeline.context)
    assert sum(view.states.values()) == len(centre.pipeline.context.feeds)
    assert view.completeness.shape == (226, 24)
    [ids] = view.kinds
    assert (ids.received, ids.rejected) == (1, 1)


def steady(site: str, *, minutes: range) -> list[Lines]:
    """Two readable lines a minute, so many minutes before now."""
    sent = [NOW - timedelta(minutes=ago) for ago in minutes]
    return [Lines(site, "ids", "suricata_eve", at, [http(at, "/"), http(at, "/board")]) for at in sent]


@pytest.mark.store
@pytest.mark.parametrize(("language", "state"), [("en", "Silent"), ("ko", "무수신")])
async def test_a_feed_that_answers_and_sends_nothing_is_silent_everywhere(
    centre: Centre, language: str, state: str
) -> None:
    """No data is not "no alerts": the feeds page, the site's own and the wall say it, with what was to be expected."""
    load(centre, "c", *steady(YONGSAN, minutes=range(240, 1, -1)), *steady(JONGNO, minutes=range(240, 66, -1)))
    batch_journal.record_round(
        centre.db, None, [FeedResult(JONGNO, "ids", "suricata_eve", BEFORE, cursor="d", lines=0)]
    )
    asked = {**REFRESH, "language.data": language, "site-code.data": JONGNO, "site-tick.n_intervals": 1}
    async with principal(centre) as client:
        page = (await call(client, "feeds-unwell.children", asked)).json()["response"]
        site = (await call(client, "site-feeds.children", asked)).json()["response"]
    [report] = [one for one in centre.pipeline.context.reports() if one.site == JONGNO]
    assert report.health is Health.SILENT
    assert report.missed is not None
    assert 100 < report.missed < 160
    for said in (str(page["feeds-unwell"]), str(site["site-feeds"])):
        assert state in said
        assert f"{report.missed:,.0f}" in said
        assert "09:30" in said
    context = centre.pipeline.context
    seen = compose(context.store, context.db, context.sites, context.reports(), {}, Rates(0, 0, NOW), NOW)
    place = [one.code for one in context.sites].index(JONGNO)
    wall = orjson.loads(encode(seen))
    assert wall["feed_states"][wall["sites"]["health"][place]] == "silent"
    assert wall["sites"]["worst"][place] == 0


@pytest.mark.store
async def test_a_store_that_is_away_is_said_in_the_page(store: Store, tmp_path: Path) -> None:
    """The old picture stays, with the error above it."""
    db = migrated_database(tmp_path / "desk.sqlite3")
    with Instance(tmp_path) as instance:
        away = centre_over(Store("clickhouse://127.0.0.1:9"), db, tmp_path, instance)
        async with principal(away) as client:
            answer = await call(client, "feeds-unwell.children", REFRESH)
    db.close()
    assert answer.status_code == 200
    assert "cannot be read" in str(answer.json()["response"]["feeds-error"])


@pytest.mark.store
def test_announced_work_is_not_trouble_of_the_same_kind(centre: Centre) -> None:
    """A site under maintenance is listed last, with the reason, and one row for all its feeds."""
    fail(centre, JONGNO, "answered 500")
    fail(centre, YONGSAN, "answered 503")
    maintenance.announce_maintenance(
        centre.db, MaintenanceWindow(YONGSAN, "", BEFORE, NOW + timedelta(hours=1), "power works")
    )
    reports = [report for report in centre.pipeline.context.reports() if report.site in {JONGNO, YONGSAN}]
    found = troubles(reports)
    assert [(one.worst.site, one.worst.health) for one in found] == [
        (JONGNO, Health.FAILING),
        (YONGSAN, Health.MAINTENANCE),
    ]
    assert found[1].worst.reason == "power works"
    assert kinds_of(reports)[0].healthy == 0


@pytest.mark.store
async def test_maintenance_is_announced_and_ended_over_the_api(centre: Centre) -> None:
    """Only by those who may; a site that does not exist, or no reason, is refused."""
    token = {"authorization": f"Bearer {centre.instance.token}"}
    until = (NOW + timedelta(hours=2)).isoformat()
    async with principal(centre) as client:
        given = {"site": JONGNO, "until": until, "reason": "power"}
        assert (
            await client.post("/api/v1/maintenance", params=given, headers={"authorization": "x"})
        ).status_code == 401
        assert (await client.post("/api/v1/maintenance", params=given, headers=token)).status_code == 200
        nobody = await client.post("/api/v1/maintenance", params={**given, "site": "99999"}, headers=token)
        silent = await client.post("/api/v1/maintenance", params={**given, "reason": " "}, headers=token)
        ended = await client.post("/api/v1/maintenance/end", params={"site": JONGNO}, headers=token)
    assert (nobody.status_code, silent.status_code) == (404, 400)
    assert ended.json()["ended"] == 1


@pytest.mark.store
async def test_the_status_counts_incidents_and_names_who_is_on_duty(centre: Centre) -> None:
    """Open and closed incidents; of the roster the shift that runs now, the lead apart from the members."""
    change = Change(centre.db, EVERYTHING, CENTRE, NOW)
    case = open_incident(change, IncidentDraft("sweep scan", 4, "information_gathering", (), sites=(JONGNO,)), [])
    open_incident(change, IncidentDraft("second", 4, "information_gathering", (), sites=(JONGNO,)), [])
    close_incident(change, case.id, Closure.FALSE_POSITIVE, summary="test")
    hour = timedelta(hours=1)
    roster.plan_shift(change, roster.PlannedShift("day", NOW - hour, NOW + hour, "chief", ("oper", "next")))
    roster.plan_shift(change, roster.PlannedShift("night", NOW + hour, NOW + 9 * hour, "other"))
    async with principal(centre) as client:
        said = (await client.get("/api/v1/status")).json()
    assert said["incidents"] == 2
    until = (NOW + hour).isoformat()
    assert said["on_duty"] == [{"shift": "day", "lead": "chief", "members": ["oper", "next"], "until": until}]


@pytest.mark.store
async def test_the_status_tells_of_every_feed_that_is_not_healthy(centre: Centre) -> None:
    """As JSON: state, error, next try, missed events, rejects by feed."""
    load(centre, "c", Lines(JONGNO, "ids", "suricata_eve", BEFORE, [http(BEFORE, "/"), b"nonsense"]))
    fail(centre, YONGSAN, "answered 503")
    async with principal(centre) as client:
        said = (await client.get("/api/v1/status")).json()
    failing = [one for one in said["not_healthy"] if one["health"] == "failing"]
    assert {(one["site"], one["error"], one["failures"]) for one in failing} == {(YONGSAN, "answered 503", 1)}
    assert all(one["retry_at"] for one in failing)
    assert said["unreadable"] == [{"site": JONGNO, "feed": "ids", "lines": 1, "share": 0.5}]
    assert said["balanced"] is True
