"""Every line is what the product writes."""

import ipaddress
import json
import re
from collections import Counter
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from stream_reading import START, TOWNS, quiet_lines

from secmon.simulate.signatures import ATTEMPTS_2024, WHEEL

SAMPLES = Path(__file__).parents[2] / "sample_logs"
HEAD = [
    "timestamp",
    "flow_id",
    "in_iface",
    "event_type",
    "src_ip",
    "src_port",
    "dest_ip",
    "dest_port",
    "proto",
]
REQUIRED = {
    "http": {"hostname", "url", "http_user_agent", "http_method", "protocol", "length"},
    "tls": {"sni", "version", "ja3"},
    "dns": {"type", "id"},
    "flow": {
        "pkts_toserver",
        "pkts_toclient",
        "bytes_toserver",
        "bytes_toclient",
        "start",
        "end",
        "age",
        "state",
    },
    "alert": {"action", "gid", "signature_id", "rev", "signature", "category", "severity", "metadata"},
}
RFC5424 = re.compile(
    r"<(?P<pri>\d{1,3})>1 (?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+09:00) (?P<host>[\x21-\x7e]{1,255})"
    r" (?P<app>[\x21-\x7e]{1,48}) (?P<pid>\d{1,6}) - - (?P<msg>.+)"
)
OUTSIDE = [
    ipaddress.ip_network(net)
    for net in (
        "198.18.0.0/15",
        "203.0.113.0/24",
        "192.0.2.0/24",
        "198.51.100.0/24",
        "100.64.0.0/10",
        "2001:db8::/32",
    )
]


@cache
def _eve() -> list[dict[str, Any]]:
    some = [*TOWNS[:6], *(town for town in TOWNS if town.suricata == 8)][:12]
    lines = quiet_lines(some, "ids", START, 0.5, rate=700)
    return [json.loads(line) for of_site in lines.values() for line in of_site]


def _check_eve(event: dict[str, Any]) -> None:
    kind = event["event_type"]
    assert list(event)[:9] == HEAD
    assert REQUIRED[kind] <= set(event[kind])
    assert datetime.strptime(event["timestamp"], "%Y-%m-%dT%H:%M:%S.%f%z").utcoffset() == timedelta(hours=9)
    for end in ("src_ip", "dest_ip"):
        address = ipaddress.ip_address(event[end])
        inside = address.version == 4 and address in ipaddress.ip_network("10.0.0.0/8")
        assert inside or any(address.version == net.version and address in net for net in OUTSIDE)


def test_every_ids_line_is_an_eve_event() -> None:
    """All lines are JSON with the members of their type, in Suricata's order, between planned addresses."""
    events = _eve()
    for event in events:
        _check_eve(event)
    assert {event["event_type"] for event in events} == {"alert", "http", "dns", "tls", "flow"}
    versions = {event["dns"].get("version") for event in events if event["event_type"] == "dns"}
    assert {2, 3} <= versions
    six = sum(":" in event["src_ip"] for event in events)
    assert 0.005 < six / len(events) < 0.05


def test_alerts_follow_the_attempts_of_2024() -> None:
    """The wheel holds the seven types in the published proportions, and every alert names its type."""
    total = sum(ATTEMPTS_2024.values())
    counts = Counter(signature.attack_type for signature in WHEEL)
    for kind, attempts in ATTEMPTS_2024.items():
        assert counts[kind] / len(WHEEL) == pytest.approx(attempts / total, abs=0.003)
    alerts = [event for event in _eve() if event["event_type"] == "alert"]
    assert len(alerts) > 200
    assert all(alert["alert"]["metadata"]["attack_type"][0] in ATTEMPTS_2024 for alert in alerts)
    blocked = sum(alert["alert"]["action"] == "blocked" for alert in alerts)
    assert blocked / len(alerts) > 0.75
    foreign = sum(not alert["src_ip"].startswith("100.") for alert in alerts)
    assert 7 < foreign / (len(alerts) - foreign) < 18


def test_every_auth_line_is_rfc5424() -> None:
    """All lines match the grammar and carry the priority of their program."""
    lines = [line for of_site in quiet_lines(TOWNS[:8], "auth", START, 1, rate=600).values() for line in of_site]
    for line in lines:
        match = RFC5424.fullmatch(line)
        assert match is not None, line
        assert match["pri"] in {"38", "78", "85", "86"}
    programs = {line.split(" ")[3] for line in lines}
    assert programs == {"sshd", "sudo", "su", "CRON"}


def test_host_names_tell_towns_apart() -> None:
    """Six cities have a Jung-gu; their host names differ all the same."""
    assert len({town.slug for town in TOWNS}) == len(TOWNS)
    assert TOWNS[0].bastion_host == "bastion01.jongno-gu"
    assert TOWNS[0].www == "www.jongno-gu.example"


def test_the_samples_are_lines_of_both_formats() -> None:
    """The shipped samples hold about 200 lines each and read like the feeds."""
    eve = (SAMPLES / "suricata_eve" / "background.log").read_text().splitlines()
    auth = (SAMPLES / "rfc5424" / "background.log").read_text().splitlines()
    for line in eve:
        _check_eve(json.loads(line))
    assert all(RFC5424.fullmatch(line) for line in auth)
    assert 150 <= len(eve) <= 250
    assert 150 <= len(auth) <= 250
