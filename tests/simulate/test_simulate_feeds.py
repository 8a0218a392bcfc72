"""Lines of the other eight feeds are what the product writes, and quiet."""

import json
import re
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from stream_reading import START, TOWNS, quiet_lines

from secmon.simulate.addresses import COUNTRIES, country
from secmon.simulate.background import FEEDS
from secmon.simulate.lines.windows import guid

BUSY = sorted(TOWNS, key=lambda town: -town.share)[:4]
KST = timedelta(hours=9)
FORTIGATE = re.compile(
    r"<(18[5-9])>date=(\d{4}-\d\d-\d\d) time=(\d\d:\d\d:\d\d) devname=\"FGT-[A-Z0-9-]+\" devid=\"FG100FTK2\d{7}\" "
    r"eventtime=(\d{19}) tz=\"\+0900\" logid=\"\d{10}\" type=\"(?:traffic|utm|event)\" .+"
)
PAIR = re.compile(r'(\w+)=("[^"]*"|\S+)')
COMBINED = re.compile(
    r'(?P<ip>\S+) - - \[(?P<time>[^\]]+)\] "(?P<request>[A-Z]+ \S+ HTTP/1\.1)" (?P<status>\d{3}) (?P<size>\d+|-) '
    r'"(?P<referrer>[^"]*)" "(?P<agent>[^"]*)"'
)
RFC3164 = re.compile(r"<(?:27|29)>(?P<time>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) vpn01-[a-z0-9-]+ openvpn\[\d+\]: \S.+")
INSIDE = ip_network("10.0.0.0/8")


@cache
def _lines(feed: str) -> list[tuple[str, str]]:
    return [(site, line) for site, lines in quiet_lines(BUSY, feed, START, 1, rate=1500).items() for line in lines]


@cache
def _objects(feed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for _, line in _lines(feed)]


def _within_the_hour(moment: datetime) -> bool:
    return START <= moment <= START + timedelta(hours=1)


def test_every_firewall_line_is_key_value() -> None:
    """FortiGate's order of keys, its two times agree, and sessions have their counters."""
    kinds: Counter[str] = Counter()
    for _, line in _lines("firewall"):
        match = FORTIGATE.fullmatch(line)
        assert match is not None, line
        fields = dict(PAIR.findall(line.partition(">")[2]))
        local = datetime.fromisoformat(f"{fields['date']}T{fields['time']}+09:00")
        assert local == datetime.fromtimestamp(int(fields["eventtime"]) // 10**9, UTC)
        assert _within_the_hour(local)
        kinds[f"{fields['type']}/{fields.get('action')}"] += 1
        if fields["type"] == '"traffic"':
            assert {"srcip", "dstip", "srccountry", "dstcountry", "sessionid", "sentbyte", "rcvdpkt"} <= set(fields)
    assert kinds['"traffic"/"deny"'] > kinds['"utm"/"dropped"'] > 0
    assert kinds['"traffic"/"close"'] > kinds['"traffic"/"deny"']


def test_every_web_line_is_combined() -> None:
    """Combined lines with local time and its offset."""
    for _, line in _lines("web"):
        match = COMBINED.fullmatch(line)
        assert match is not None, line
        assert _within_the_hour(datetime.strptime(match["time"], "%d/%b/%Y:%H:%M:%S %z"))


def test_every_waf_line_is_a_transaction() -> None:
    """One transaction a line, with a message and C's local time."""
    for event in _objects("waf"):
        transaction = event["transaction"]
        local = datetime.strptime(transaction["time_stamp"], "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
        assert _within_the_hour(local - KST)
        assert transaction["messages"][0]["details"]["ruleId"].isdigit()
        assert set(transaction["request"]) == {"method", "http_version", "uri", "headers"}
    assert {event["transaction"]["response"]["http_code"] for event in _objects("waf")} == {200, 403}


def test_every_endpoint_line_is_a_windows_event() -> None:
    """Security and Sysmon events with their channel, number and data."""
    codes: Counter[str] = Counter()
    for event in _objects("endpoint"):
        codes[event["winlog"]["channel"].split("/")[0].rsplit("-", 1)[-1] + event["event"]["code"]] += 1
        assert event["winlog"]["event_id"] == event["event"]["code"]
        assert event["host"]["name"] == event["winlog"]["computer_name"]
        assert event["winlog"]["event_data"]
        assert _within_the_hour(datetime.fromisoformat(event["@timestamp"]))
    assert set(codes) == {
        *("Security4624", "Security4625", "Security4634", "Security4672", "Security4688"),
        *("Security4768", "Security4769", "Security4776", "Sysmon1", "Sysmon3", "Sysmon11", "Sysmon22"),
    }
    assert re.fullmatch(r"\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}", guid(2**64 - 1, 61_000))


def test_every_vpn_line_is_old_syslog() -> None:
    """No year, no zone, days below ten filled with a blank."""
    for _, line in _lines("vpn"):
        match = RFC3164.fullmatch(line)
        assert match is not None, line
        assert match["time"].startswith("Mar  4 11:")
    text = "\n".join(line for _, line in _lines("vpn"))
    for part in ("Peer Connection Initiated", "verification failed for peer", "SENT CONTROL", "TLS handshake failed"):
        assert part in text


def test_every_mail_line_tells_of_a_message() -> None:
    """Rspamd's members; what is scored high is not delivered."""
    for event in _objects("mail"):
        assert _within_the_hour(datetime.fromtimestamp(event["unix_time"], UTC))
        assert {"message-id", "ip", "sender_smtp", "rcpt_smtp", "subject", "score", "symbols", "size"} <= set(event)
        assert (event["action"] == "reject") == (event["score"] >= 15)
    assert any(re.search("[가-힣]", event["subject"]) for event in _objects("mail"))
    assert {"no action", "add header", "reject"} <= {event["action"] for event in _objects("mail")}


def test_every_db_line_tells_of_a_statement() -> None:
    """Logins, statements and logouts of the gateway; nobody reads much."""
    for event in _objects("db"):
        assert _within_the_hour(datetime.fromisoformat(event["time"]))
        assert event["rows"] <= 200
        assert event["event"] != "query" or event["statement_type"]
    assert {event["event"] for event in _objects("db")} == {"login", "logout", "query", "denied"}


def test_every_dns_line_is_a_log_of_zeek() -> None:
    """Questions and connections with their names and ends."""
    for event in _objects("dns"):
        assert _within_the_hour(datetime.fromtimestamp(event["ts"], UTC))
        assert {"uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto"} <= set(event)
        assert re.fullmatch(r"C[A-Za-z0-9]{16}", event["uid"])
    paths = Counter(event["_path"] for event in _objects("dns"))
    assert set(paths) == {"dns", "conn"}
    assert paths["dns"] > paths["conn"]


@pytest.mark.parametrize("feed", list(FEEDS))
def test_streams_are_in_time_order_and_of_whole_lines(feed: str) -> None:
    """Lines are told apart by LF alone, in every feed, and the same again."""
    once = quiet_lines(TOWNS[:2], feed, START, 0.2, rate=900)
    assert once == quiet_lines(TOWNS[:2], feed, START, 0.2, rate=900)
    assert all(line and "\r" not in line for lines in once.values() for line in lines)


def _sources(feed: str) -> list[tuple[str, str, str]]:
    """Unwanted visitors of a feed: source, site, minute of the hour as text."""
    if feed == "firewall":
        found = [(s, dict(PAIR.findall(line))) for s, line in _lines(feed) if '"deny"' in line or '"utm"' in line]
        return [(fields["srcip"], site, fields["time"]) for site, fields in found]
    if feed == "waf":
        return [
            (event["client_ip"], site, event["time_stamp"])
            for site, line in _lines(feed)
            if (event := json.loads(line)["transaction"])["response"]["http_code"] == 403
        ]
    if feed == "mail":
        found_mail = [(site, json.loads(line)) for site, line in _lines(feed)]
        return [(event["ip"], site, "") for site, event in found_mail if event["score"] > 0]
    return [
        (line.split(" ")[5].split(":")[0], site, "") for site, line in _lines(feed) if "TLS handshake failed" in line
    ]


@pytest.mark.parametrize("feed", ["firewall", "waf", "mail"])
def test_no_unwanted_source_is_busy_or_at_several_sites(feed: str) -> None:
    """A source of noise comes to one site, three times an hour at most; eleven of twelve are foreign."""
    noise = _sources(feed)
    assert len(noise) > 100
    assert max(Counter((source, site) for source, site, _ in noise).values()) <= 3
    sites = defaultdict(set)
    for source, site, _ in noise:
        sites[source].add(site)
    assert {len(of_source) for of_source in sites.values()} == {1}
    foreign = sum(not source.startswith("100.") for source, _, _ in noise)
    assert 6 < foreign / (len(noise) - foreign) < 20


def test_a_quiet_day_has_no_severe_event() -> None:
    """No new account, group member, task or service, no cleared log, no attack in a URL, no high firewall severity."""
    codes = {event["event"]["code"] for event in _objects("endpoint")}
    assert not codes & {"1102", "4698", "4720", "4728", "4732", "7045", "23", "13"}
    urls = [line.split('"')[1] for _, line in _lines("web")]
    urls += [event["transaction"]["request"]["uri"] for event in _objects("waf")]
    assert not [
        url
        for url in urls
        if re.search(r"\.\./|union|\$\{|etc/passwd|cgi-bin|manager/html|%27|cmd=", url, re.IGNORECASE)
    ]
    assert not [line for _, line in _lines("firewall") if re.search(r'severity="(?:high|critical)"', line)]


def test_failed_logins_stay_few() -> None:
    """No PC and no VPN user fails more than three times within the hour."""
    failed: Counter[tuple[str, str]] = Counter()
    for site, line in _lines("endpoint"):
        event = json.loads(line)
        if event["event"]["code"] == "4625":
            failed[site, event["winlog"]["event_data"]["IpAddress"]] += 1
    assert failed
    assert max(failed.values()) <= 3
    users = Counter((s, line.split("'")[1]) for s, line in _lines("vpn") if "failed to authenticate" in line)
    assert users
    assert max(users.values()) <= 4


def test_addresses_have_countries() -> None:
    """Our own table gives every outside address a country, Korea its own and attackers a foreign one."""
    assert country("100.64.3.4")[0] == "KR"
    assert country("192.0.2.7")[0] != "KR"
    assert country("10.1.1.1") == ("ZZ", "Reserved")
    assert country("2001:0db8:8003:0bad:0000:0000:0001:0002")[0] == "NL"
    assert {network.version for network, _, _ in COUNTRIES} == {4, 6}
    assert len({code for _, code, _ in COUNTRIES}) > 15
    sources = {source for source, _, _ in _sources("firewall")}
    assert len({country(source)[0] for source in sources}) > 8


def test_people_speak_from_inside_and_visitors_from_outside() -> None:
    """Database clients are inside, web visitors are not."""
    assert all(ip_address(event["client_ip"]) in INSIDE for event in _objects("db"))
    assert not any(line.startswith("10.") for _, line in _lines("web"))
