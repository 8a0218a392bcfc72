"""The wall's snapshot: its numbers agree with each other and with the two databases."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
import pytest

from log_lines import failed_login, http, ids_alert
from secmon.alerts.triage import triage
from secmon.db.audit_log import CENTRE
from secmon.db.transaction import Change
from secmon.ingest import batch_journal
from secmon.ingest.batch_journal import FeedResult
from secmon.live.snapshot import Rates, by_slot, compose, encode
from secmon.live.status import status
from secmon.operations.crisis_level import CrisisLevel, Declaration, declare_level
from secmon.runtime.centre import Centre
from secmon.runtime.data_folder_lock import Instance
from secmon.sites.scope import EVERYTHING, Scope
from secmon.store.client import Store
from secmon.store.load import Lines
from secmon.taxonomy import AttackType
from web_centre import FEEDS, NOW, RULES, centre_over, group, load, new_desk

SINCE = NOW - timedelta(hours=24)
JONGNO, JUNG, YONGSAN = "11110", "11140", "11170"


@pytest.fixture
def centre(store: Store, tmp_path: Path) -> Iterator[Centre]:
    """A centre over empty databases."""
    db = new_desk(tmp_path)
    with Instance(tmp_path) as instance:
        yield centre_over(store, db, tmp_path, instance)
    db.close()


def snapshot(centre: Centre, now: datetime = NOW, scope: Scope = EVERYTHING) -> dict[str, Any]:
    """The snapshot as a viewer receives it."""
    context, rates = centre.pipeline.context, Rates(12.34, 0.5, NOW)
    body = compose(context.store, context.db, context.sites, context.reports(), RULES, rates, now, scope)
    decoded: dict[str, Any] = orjson.loads(encode(body))
    return decoded


def fill(centre: Centre) -> None:
    """Eight lines of two sites, two of them unreadable; five open alerts at two sites and one too old."""
    hour, day = NOW - timedelta(hours=1), NOW - timedelta(hours=23)
    ids = [
        http(hour, "/"),
        ids_alert(hour, "scan", "information_gathering"),
        ids_alert(day, "bot", "malware"),
        b"not json",
    ]
    auth = [failed_login(hour, "root"), failed_login(day, "root"), b"<14>no syslog", failed_login(hour, "kim")]
    load(
        centre,
        "b1",
        Lines(JONGNO, "ids", "suricata_eve", NOW - timedelta(minutes=1), ids),
        Lines(JUNG, "ids", "rfc5424", NOW - timedelta(minutes=1), auth),
    )
    refused = FeedResult(YONGSAN, "ids", "suricata_eve", NOW, error="answered 503")
    batch_journal.record_round(centre.db, None, [refused])
    groups = [
        group(JONGNO, 3, NOW - timedelta(minutes=9)),
        group(JONGNO, 5, NOW - timedelta(minutes=5), actor="203.0.113.10"),
        group(JONGNO, 2, NOW - timedelta(hours=23), actor="203.0.113.11"),
        group(JUNG, 4, NOW - timedelta(minutes=7)),
        group(JUNG, 4, NOW - timedelta(minutes=6), actor="kim", rule="unknown-rule"),
        group(YONGSAN, 5, NOW - timedelta(hours=25)),
    ]
    triage(centre.db, groups, [], quiet=timedelta(hours=6), now=NOW)


@pytest.mark.store
def test_a_narrower_scope_is_told_of_its_sites_only(centre: Centre) -> None:
    """Of other sites nothing is told: no alert, no health, no event, no finding, no rate of the whole."""
    fill(centre)
    whole, own = snapshot(centre), snapshot(centre, scope=Scope.of_sites([JUNG]))
    codes = [site.code for site in centre.pipeline.context.sites]
    place = codes.index(JUNG)
    for name in ("worst", "alerts", "health"):
        assert len(own["sites"][name]) == 226
        assert own["sites"][name][place] == whole["sites"][name][place]
    assert {
        own["feed_states"][state] for code, state in zip(codes, own["sites"]["health"], strict=True) if code != JUNG
    } == {"outside"}
    assert sum(own["sites"]["alerts"]) == own["headline"]["alerts"] == 2
    assert {alert["site"] for alert in own["newest"]} == {JUNG}
    assert (own["headline"]["sites"], own["headline"]["feeds"]) == (1, 1)
    assert own["headline"]["events"] == 3
    assert own["headline"]["quarantined"] == 1
    assert own["headline"]["events_per_second"] is None
    assert whole["headline"]["events"] == 6
    nobody = snapshot(centre, scope=Scope.of_sites([]))
    assert (nobody["headline"]["events"], nobody["headline"]["alerts"], nobody["newest"]) == (0, 0, [])


def slots(*rows: tuple[datetime, str, int]) -> pd.DataFrame:
    """Rows as the store counts them."""
    return pd.DataFrame(rows, columns=["slot", "attack_type", "events"])


def test_a_day_has_every_quarter_hour() -> None:
    """The table has a row for each quarter hour from the first to the last, in order, with 0 where nothing was."""
    table = by_slot(slots((NOW.replace(minute=30), "malware", 4)), SINCE, NOW)
    assert table.index[0] == pd.Timestamp("2026-03-01T01:30Z")
    assert table.index[-1] == pd.Timestamp("2026-03-02T01:30Z")
    assert list(table.index.to_series().diff().dropna().unique()) == [pd.Timedelta(minutes=15)]
    assert len(table) == 97
    assert list(table.columns) == [*AttackType, "all"]
    assert table["malware"].tolist() == [0] * 96 + [4]


def test_a_slot_sums_its_rows() -> None:
    """`all` counts every event; an event without a type, or with an unknown one, is in no other column."""
    at = NOW.replace(minute=15)
    table = by_slot(slots((at, "malware", 4), (at, "malware", 1), (at, "", 7), (at, "<b>", 2)), SINCE, NOW)
    assert [table[name].sum() for name in ("malware", "all")] == [5, 14]
    assert table["all"].idxmax() == pd.Timestamp(at)
    assert int(table[[*AttackType]].to_numpy().sum()) == 5
    assert {str(table[name].dtype) for name in table} == {"int64"}


def test_slots_outside_are_left_out() -> None:
    """Events with a time before or after the window are not counted in it."""
    rows = slots((SINCE - timedelta(hours=1), "malware", 1), (NOW + timedelta(hours=1), "malware", 1))
    assert int(by_slot(rows, SINCE, NOW).to_numpy().sum()) == 0


def test_an_empty_store_gives_zeros() -> None:
    """Without any row the table has the same shape, all 0."""
    empty = by_slot(slots(), SINCE, NOW)
    assert empty.shape == (97, 8)
    assert int(empty.to_numpy().sum()) == 0
    assert pd.DatetimeIndex(empty.index).tz == UTC


@pytest.mark.store
def test_numbers_of_the_wall_agree(centre: Centre) -> None:
    """Totals, numbers by severity, numbers by site and the trend are the same numbers."""
    fill(centre)
    seen = snapshot(centre)
    headline, sites = seen["headline"], seen["sites"]
    assert headline["alerts"] == sum(headline["alerts_by_severity"]) == sum(sites["alerts"]) == 5
    assert headline["alerts_by_severity"] == [0, 0, 1, 1, 2, 1]
    assert headline["sites_with_alerts"] == sum(number > 0 for number in sites["alerts"]) == 2
    assert [number > 0 for number in sites["alerts"]] == [worst > 0 for worst in sites["worst"]]
    assert (headline["events"], headline["attempts"], headline["quarantined"]) == (6, 5, 2)
    assert {name: sum(values) for name, values in seen["trend"]["types"].items() if any(values)} == {
        "information_gathering": 1,
        "malware": 1,
        "unauthorised_access": 3,
    }
    assert {len(values) for values in seen["trend"]["types"].values()} == {len(seen["trend"]["slots"])} == {97}
    assert headline["events_per_second"] == 12.3


@pytest.mark.store
def test_arrays_follow_the_registry(centre: Centre) -> None:
    """What is said at a site's place is that site's: its worst alert, its number of alerts, its health."""
    fill(centre)
    seen = snapshot(centre)
    codes = [site.code for site in centre.pipeline.context.sites]
    by_code = {
        code: (worst, alerts, seen["feed_states"][health])
        for code, worst, alerts, health in zip(
            codes, seen["sites"]["worst"], seen["sites"]["alerts"], seen["sites"]["health"], strict=True
        )
    }
    assert by_code[JONGNO] == (5, 3, "healthy")
    assert by_code[JUNG] == (4, 2, "healthy")
    assert by_code[YONGSAN] == (0, 0, "failing")
    assert by_code["47940"] == (0, 0, "never_seen")


@pytest.mark.store
def test_reporting_sites_are_the_healthy_ones(centre: Centre) -> None:
    """The headline counts as reporting the sites that are shown healthy, and their feeds likewise."""
    fill(centre)
    seen = snapshot(centre)
    healthy = seen["feed_states"].index("healthy")
    assert seen["headline"]["sites_reporting"] == seen["sites"]["health"].count(healthy) == 2
    assert (seen["headline"]["feeds"], seen["headline"]["feeds_healthy"]) == (len(FEEDS), 2)
    assert seen["headline"]["sites"] == len(seen["sites"]["health"]) == 226


@pytest.mark.store
def test_newest_alerts_are_sorted(centre: Centre) -> None:
    """The list begins with the newest finding; a rule that is no longer there is called by its id."""
    fill(centre)
    newest = snapshot(centre)["newest"]
    times = [alert["time"] for alert in newest]
    assert times == sorted(times, reverse=True)
    assert [(alert["site"], alert["severity"]) for alert in newest] == [
        (JONGNO, 5),
        (JUNG, 4),
        (JUNG, 4),
        (JONGNO, 3),
        (JONGNO, 2),
    ]
    assert newest[0]["title"] == {"ko": "대입 공격", "en": "Guessing"}
    assert newest[1]["title"] == {"ko": "unknown-rule", "en": "unknown-rule"}


@pytest.mark.store
def test_an_empty_centre_claims_nothing(centre: Centre) -> None:
    """Before the first line everything is 0, no site reports, and no level is made up."""
    seen = snapshot(centre)
    headline = seen["headline"]
    assert [headline[name] for name in ("events", "attempts", "findings", "alerts", "quarantined")] == [0] * 5
    assert headline["sites_reporting"] == headline["feeds_healthy"] == 0
    assert seen["newest"] == []
    assert seen["level"] is None


@pytest.mark.store
def test_the_level_is_the_declared_one(centre: Centre) -> None:
    """The crisis level is what was declared last, with its issuer."""
    declare_level(
        Change(centre.db, EVERYTHING, CENTRE, SINCE), Declaration(CrisisLevel.NORMAL, "NCSC", "exercise", SINCE)
    )
    declare_level(
        Change(centre.db, EVERYTHING, CENTRE, NOW), Declaration(CrisisLevel.CAUTION, "국정원", "exercise", NOW)
    )
    assert snapshot(centre)["level"] == {"level": "caution", "issuer": "국정원", "declared_at": NOW.isoformat()}


@pytest.mark.store
def test_the_status_accounts_for_every_line(centre: Centre) -> None:
    """Lines taken are the events and the quarantined lines, and the status says that they balance."""
    fill(centre)
    context = centre.pipeline.context
    said = status(context.store, context.db, context.sites, context.reports(), NOW)
    assert said["lines"] == said["events"] + said["quarantine"] == 8
    assert (said["quarantine"], said["balanced"], said["alerts"]) == (2, True, 6)
    assert said["sites"] == {
        "total": 226,
        "healthy": 2,
        "maintenance": 0,
        "late": 0,
        "silent": 0,
        "failing": 1,
        "never_seen": 223,
    }
    [failing] = [one for one in said["not_healthy"] if one["health"] == "failing"]
    assert (failing["site"], failing["feed"], failing["error"]) == (YONGSAN, "ids", "answered 503")
    assert len(said["not_healthy"]) == 224
    assert said["batches"] == {"waiting": 0, "undetected": 1, "failed": 0}


@pytest.mark.store
def test_an_empty_status_has_no_newest_event(centre: Centre) -> None:
    """Before the first event its age is unknown, not zero."""
    context = centre.pipeline.context
    said = status(context.store, context.db, context.sites, context.reports(), NOW)
    assert said["newest_event_age_seconds"] is None
    assert said["lines"] == said["events"] == said["quarantine"] == 0
    assert said["balanced"] is True
