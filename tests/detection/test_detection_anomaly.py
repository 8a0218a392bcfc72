"""What no rule says: indicators in events, newcomers, volumes, and the risk that all findings add up to."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from writing_rules import DETECTED, FROM, START, TO, accepted_login, failed_login

from secmon.detection.anomaly.builtin import builtin
from secmon.detection.anomaly.explanation import Explanation, explanation
from secmon.detection.anomaly.first_seen import find_first_seen
from secmon.detection.anomaly.volume import LearntVolumes, compared_hours, expected_volume, find_unusual
from secmon.detection.engine import findings
from secmon.detection.engine.batches import Batches
from secmon.detection.engine.findings import Finding
from secmon.detection.risk import HALF_LIFE, EntityKind, risks
from secmon.detection.threat_intel import indicators
from secmon.detection.threat_intel.indicators import ThreatIndicator, ThreatKind, match_indicators
from secmon.store.client import Store
from secmon.store.load import Lines, insert_lines
from secmon.taxonomy import Severity, Tlp

DAY = timedelta(days=1)


def load(store: Store, batch_id: str, *lines: bytes, site: str = "11110") -> Batches:
    """Lines of sshd and sudo as a batch."""
    insert_lines(store, batch_id, [Lines(site, "auth", "rfc5424", START + timedelta(minutes=30), lines)])
    return Batches.of([batch_id], FROM, TO)


def warned(kind: ThreatKind, value: str, source: str = "CERT", days: float = 30) -> ThreatIndicator:
    """An indicator in force for some days."""
    return ThreatIndicator(kind, value, source, Tlp.AMBER, START, DETECTED + days * DAY)


def reason(details: dict[str, str]) -> Explanation:
    """The reason that the details of a finding state."""
    found = explanation(details)
    assert found is not None
    return found


def resolved(second: float, name: str) -> bytes:
    """A DNS query of a computer inside as Zeek writes it."""
    return (
        f'{{"_path":"dns","ts":{START.timestamp() + second:.3f},"uid":"C1","id.orig_h":"10.1.2.3","id.orig_p":5353,'
        f'"id.resp_h":"10.1.0.1","id.resp_p":53,"proto":"udp","query":"{name}","qtype_name":"A","rcode_name":"NOERROR"}}'
    ).encode()


@pytest.mark.store
def test_indicators_are_found_in_one_pass(store: Store) -> None:
    """An address, a domain and what lies under it; one that expired is not, and looking again adds nothing."""
    indicators.write_indicators(
        store,
        [
            warned(ThreatKind.ADDRESS, "203.0.113.9"),
            warned(ThreatKind.ADDRESS, "203.0.113.10", days=-1),
            warned(ThreatKind.DOMAIN, "evil.example"),
        ],
        START,
    )
    load(store, "b1", failed_login(0), failed_login(1, "203.0.113.10"), failed_login(2, "203.0.113.11"))
    queries = [resolved(0, "evil.example"), resolved(1, "a.b.EVIL.example"), resolved(2, "notevil.example")]
    insert_lines(store, "b2", [Lines("11140", "dns", "zeek_json", START + timedelta(minutes=30), queries)])
    batches = Batches.of(["b1", "b2"], FROM, TO)
    for seconds in (0, 1):
        [outcome] = match_indicators(store, batches, DETECTED + timedelta(seconds=seconds)).outcomes
        assert outcome.matches == 3
    rows = store.rows("SELECT toString(site), actor, severity_id FROM findings FINAL ORDER BY site, seq")
    assert rows == [("11110", "203.0.113.9", 3), ("11140", "evil.example", 4), ("11140", "evil.example", 4)]
    assert [(one.indicator.value, one.hits, one.sites) for one in indicators.list_indicators(store, DETECTED)] == [
        ("evil.example", 2, 1),
        ("203.0.113.9", 1, 1),
    ]


def flow(second: float, source: str, target: str) -> bytes:
    """A connection as Zeek writes it."""
    return (
        f'{{"_path":"conn","ts":{START.timestamp() + second:.3f},"uid":"C1","id.orig_h":"{source}","id.orig_p":50000,'
        f'"id.resp_h":"{target}","id.resp_p":443,"proto":"tcp","conn_state":"SF"}}'
    ).encode()


@pytest.mark.store
def test_addresses_are_found_in_networks(store: Store) -> None:
    """IPv4 and IPv6, as source and as target; of two networks the narrower counts; expired ones and neighbours not."""
    listed = [
        warned(ThreatKind.NETWORK, "203.0.113.0/24"),
        warned(ThreatKind.NETWORK, "203.0.113.64/26"),
        warned(ThreatKind.NETWORK, "2001:db8:1::/48"),
        warned(ThreatKind.NETWORK, "198.51.100.0/24", days=-1),
    ]
    indicators.write_indicators(store, listed, START)
    lines = [
        flow(0, "203.0.113.9", "10.1.1.1"),
        flow(1, "10.1.1.1", "203.0.113.70"),
        flow(2, "2001:db8:1::77", "2001:db8:2::1"),
        flow(3, "203.0.112.255", "198.51.100.7"),
        flow(4, "2001:db8:2::1", "203.0.114.0"),
    ]
    insert_lines(store, "b1", [Lines("11110", "dns", "zeek_json", START + timedelta(minutes=30), lines)])
    [outcome] = match_indicators(store, Batches.of(["b1"], FROM, TO), DETECTED).outcomes
    assert outcome.matches == 3
    rows = store.rows("SELECT actor, severity_id, details['field'] FROM findings FINAL ORDER BY seq")
    assert rows == [
        ("203.0.113.0/24", 3, "src_endpoint_ip"),
        ("203.0.113.64/26", 4, "dst_endpoint_ip"),
        ("2001:db8:1::/48", 3, "src_endpoint_ip"),
    ]
    assert {one.indicator.value: one.hits for one in indicators.list_indicators(store, DETECTED)} == {
        "203.0.113.0/24": 1,
        "203.0.113.64/26": 1,
        "2001:db8:1::/48": 1,
    }


@pytest.mark.store
def test_an_ended_indicator_is_looked_for_no_more(store: Store) -> None:
    """Of one source or of all; the list still shows it when asked."""
    both = [warned(ThreatKind.ADDRESS, "203.0.113.9", source) for source in ("CERT", "NIS")]
    indicators.write_indicators(store, both, START)
    assert indicators.expire_indicator(store, "203.0.113.9", "CERT", DETECTED) == 1
    assert [one.indicator.source for one in indicators.list_indicators(store, DETECTED)] == ["NIS"]
    assert indicators.expire_indicator(store, "203.0.113.9", "", DETECTED) == 1
    assert match_indicators(store, load(store, "b1", failed_login(0)), DETECTED).findings == 0
    assert len(indicators.list_indicators(store, DETECTED, expired=True)) == 2


def sudo(second: float, user: str) -> bytes:
    """An administrator's command."""
    stamp = (START + timedelta(seconds=second)).isoformat()
    text = f"{user} : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls"
    return f"<86>1 {stamp} web01.city.example sudo 77 - -   {text}".encode()


@pytest.mark.store
def test_a_new_administrator_is_told_once_the_site_is_known(store: Store) -> None:
    """In the first week everybody is new and nobody is told; after it the new one is, once, and at its site only."""
    known = load(store, "b1", sudo(-8 * 86_400, "kim"))
    assert find_first_seen(store, known, DETECTED).findings == 0
    later = load(store, "b2", sudo(0, "kim"), sudo(1, "lee"), accepted_login(2))
    assert find_first_seen(store, later, DETECTED).findings == 1
    assert find_first_seen(store, later, DETECTED).findings == 0
    elsewhere = load(store, "b3", sudo(0, "lee"), site="11140")
    assert find_first_seen(store, elsewhere, DETECTED).findings == 0
    [(actor, site, details)] = store.rows("SELECT actor, toString(site), details FROM findings FINAL")
    assert (actor, site, details["what"]) == ("lee", "11110", "admin")
    assert reason(details).en.endswith("lee")


NOON = datetime(2026, 11, 24, 3, tzinfo=UTC)  # a Tuesday in Korea


def attempts(store: Store, hour: datetime, events: int, site: str = "11110") -> None:
    """So many attempts in the first quarter of an hour."""
    store.command(
        "INSERT INTO events_15m (slot, site, feed, attack_type, severity_id, events, bytes)"
        " VALUES ({slot:DateTime('UTC')}, {site:String}, 'ids', 'malware', 3, {events:UInt64}, 1)",
        {"slot": hour.replace(tzinfo=None), "site": site, "events": events},
    )


def unusual(store: Store, now: datetime) -> list[tuple[str, int, int, str]]:
    """Site, severity, attempts seen and basis of what is found."""
    find_unusual(store, {}, now, now)
    return [
        (site, severity, int(details["seen"]), details["basis"])
        for site, severity, details in store.rows(
            "SELECT toString(site), severity_id, details FROM findings FINAL WHERE kind = 'baseline' ORDER BY site"
        )
    ]


@pytest.mark.store
def test_an_hour_is_measured_against_the_same_hour_of_the_week(store: Store) -> None:
    """Ten times as many as in the last eight weeks is told with both numbers; half as many again is not."""
    for back in range(1, 9):
        attempts(store, NOON - timedelta(weeks=back), 100 + back)
        attempts(store, NOON - timedelta(weeks=back), 100 + back, site="11140")
    attempts(store, NOON, 1_200)
    attempts(store, NOON, 150, site="11140")
    assert unusual(store, NOON + timedelta(minutes=20)) == [("11110", 3, 1_200, "week")]
    [(details,)] = store.rows("SELECT details FROM findings FINAL")
    assert reason(details).en.startswith("1200 in an hour. Expected: 104.5, the median of the same hour of the week")
    assert "1200건" in reason(details).ko


@pytest.mark.store
def test_a_young_site_is_measured_against_days_of_the_kind(store: Store) -> None:
    """Five working days stand in for the weeks; with fewer nothing is known, and nothing is told."""
    for site, days in (("11110", range(1, 9)), ("11140", range(1, 4))):
        for back in days:
            attempts(store, NOON - timedelta(days=back), 40, site=site)
        attempts(store, NOON, 300, site=site)
    assert unusual(store, NOON + timedelta(minutes=20)) == [("11110", 2, 300, "day")]


def test_what_is_usual_is_robust() -> None:
    """One flood among eight hours moves neither what is expected nor what is still usual by much."""
    calm, flooded = (
        expected_volume([100, 104, 98, 101, 99, 103, 97, 100], "week"),
        expected_volume([100, 104, 98, 101, 99, 103, 97, 9_000], "week"),
    )
    assert abs(flooded.expected - calm.expected) <= 1
    assert flooded.most < 1.1 * calm.most < 200


def test_hours_of_the_same_kind_are_compared() -> None:
    """A Tuesday with Tuesdays, and with working days in Korea; a Sunday with Saturdays and Sundays."""
    weeks, days = compared_hours(NOON)
    assert {day.weekday() for day in weeks} == {1}
    assert {day.weekday() for day in days} == {0, 1, 2, 3, 4}
    assert {day.weekday() for day in compared_hours(NOON - 2 * DAY)[1]} == {5, 6}


@pytest.mark.store
def test_what_was_learnt_is_kept_for_the_hour(store: Store) -> None:
    """Two hours are remembered, the running one and the one before."""
    memory: dict[datetime, LearntVolumes] = {}
    for minutes in (1, 50, 61):
        find_unusual(store, memory, NOON + timedelta(minutes=minutes), NOON)
    assert sorted(memory) == [NOON, NOON + timedelta(hours=1)]


def finding(uid: str, severity: Severity, at: datetime, **about: str) -> Finding:
    """A finding about somebody."""
    signature = builtin()["indicator_seen"]
    return Finding(uid, signature, "indicator", about.pop("site", "11110"), "x", severity, at, at, at, **about)  # type: ignore[arg-type]


def levels(store: Store, kind: EntityKind, now: datetime, sites: Sequence[str] | None = None) -> dict[str, int]:
    """Risk by entity."""
    return {one.entity: one.risk for one in risks(store, kind, now, sites=sites)}


@pytest.mark.store
def test_risk_adds_up_and_decays(store: Store) -> None:
    """Worse findings and more of them raise it, a half-life halves its points, and its reasons are told."""
    findings.write_findings(
        store,
        [
            finding("1", Severity.CRITICAL, NOON, address="203.0.113.9", user="kim", host="pc1"),
            finding("2", Severity.LOW, NOON, address="203.0.113.10"),
            finding("3", Severity.LOW, NOON, address="203.0.113.11", site="11140"),
            *(finding(f"4{number}", Severity.LOW, NOON, address="203.0.113.11") for number in range(7)),
        ],
        NOON,
    )
    now = levels(store, EntityKind.ADDRESS, NOON)
    assert now["203.0.113.9"] > now["203.0.113.11"] > now["203.0.113.10"] > 0
    [kim] = risks(store, EntityKind.USER, NOON)
    [later] = risks(store, EntityKind.USER, NOON + HALF_LIFE)
    assert (kim.points, later.points, kim.reasons[0].findings) == (40.0, 20.0, 1)
    assert levels(store, EntityKind.HOST, NOON + 8 * HALF_LIFE) == {}
    assert set(levels(store, EntityKind.SITE, NOON, sites=["11140"])) == {"11140"}
