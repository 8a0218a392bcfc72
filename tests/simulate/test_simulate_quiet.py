"""A day without attacks holds nothing a rule should shout about."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from stream_reading import TOWNS, quiet_lines

from secmon.simulate.webpages import PROBE_AGENTS

BEFORE_NINE = datetime(2026, 3, 4, 0, 20, tzinfo=UTC)  # the busiest hours in Korea, across a full hour
HOUR = timedelta(hours=1)
ACCEPTED = re.compile(r"Accepted \S+ for \S+ from (\S+)")
FAILED = re.compile(r"Failed password for (?:invalid user )?\S+ from (\S+)")

Sighting = tuple[datetime, str, str]
"""Time, source, site."""


@cache
def _ids() -> list[tuple[str, dict[str, Any]]]:
    """Over two busy hours of the eight largest sites, loud enough to reach the noise's limit."""
    towns = sorted(TOWNS, key=lambda town: -town.share)[:8]
    by_site = quiet_lines(towns, "ids", BEFORE_NINE, 2.2, rate=500)
    return [
        (site, json.loads(line))
        for site, lines in by_site.items()
        for line in lines
        if '"event_type":"alert"' in line or '"event_type":"http"' in line
    ]


@cache
def _auth() -> list[tuple[str, str]]:
    by_site = quiet_lines(TOWNS[::6], "auth", BEFORE_NINE, 2.2, rate=1500)
    return [(site, line) for site, lines in by_site.items() for line in lines]


def _most_in_an_hour(sightings: Iterable[Sighting]) -> dict[tuple[str, str], int]:
    """For each source and site, the most sightings in any sixty minutes."""
    times = defaultdict(list)
    for time, source, site in sorted(sightings):
        times[source, site].append(time)
    return {
        key: max(sum(start <= time < start + HOUR for time in of_key) for start in of_key)
        for key, of_key in times.items()
    }


def _noise() -> list[Sighting]:
    """Alerts, and requests of machines."""
    return [
        (datetime.fromisoformat(event["timestamp"]), event["src_ip"], site)
        for site, event in _ids()
        if event["event_type"] == "alert" or event["http"]["http_user_agent"] in PROBE_AGENTS
    ]


def test_no_alert_is_severe() -> None:
    """Background alerts have severity 3, or 2 and were then blocked; never 1."""
    alerts = [event["alert"] for _, event in _ids() if event["event_type"] == "alert"]
    assert {alert["severity"] for alert in alerts} == {2, 3}
    assert {alert["action"] for alert in alerts if alert["severity"] == 2} == {"blocked"}
    assert sum(alert["severity"] == 3 for alert in alerts) > len(alerts) / 2


def test_no_source_is_noisy() -> None:
    """No source is noticed more than three times at a site within any hour."""
    noise = _noise()
    assert len(noise) > 3000
    assert max(_most_in_an_hour(noise).values()) <= 3


def test_no_source_is_noticed_at_several_sites() -> None:
    """A noisy source belongs to one site."""
    sites = defaultdict(set)
    for _, source, site in _noise():
        sites[source].add(site)
    assert {len(of_source) for of_source in sites.values()} == {1}


def test_no_request_carries_an_attack() -> None:
    """Background requests hold no traversal, injection or lookup string."""
    forbidden = re.compile(r"\.\./|union|\$\{|etc/passwd|cgi-bin|manager/html|%27|cmd=", re.IGNORECASE)
    assert not [event for _, event in _ids() if forbidden.search(event.get("http", {}).get("url", ""))]


def test_nobody_outside_is_let_in() -> None:
    """Every accepted login comes from a PC of the site."""
    sources = {match[1] for _, line in _auth() if (match := ACCEPTED.search(line))}
    assert sources
    assert all(source.startswith("10.") for source in sources)


def test_no_source_fails_often() -> None:
    """No source, inside or outside, fails more than three times within any hour."""
    failures = [
        (datetime.fromisoformat(line.split(" ")[1]), match[1], site)
        for site, line in _auth()
        if (match := FAILED.search(line))
    ]
    assert any(source.startswith("198.") for _, source, _ in failures)
    assert any(source.startswith("10.") for _, source, _ in failures)
    assert max(_most_in_an_hour(failures).values()) <= 3


def test_nobody_takes_over_a_server() -> None:
    """No root shell, no new user, nothing about the password file."""
    text = "\n".join(line for _, line in _auth())
    assert not re.search(r"COMMAND=\S*/(?:ba|z|da|k)?sh\b|useradd|shadow|passwd|su\[|to root", text)
