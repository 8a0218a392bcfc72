"""Lists of indicators: plain text, CSV and STIX 2.1, and what is refused of them."""

import json
from datetime import UTC, datetime

import pytest

from secmon.detection.threat_intel.file_formats import IndicatorEntry, read_indicators
from secmon.detection.threat_intel.indicators import ThreatKind, parse_threat
from secmon.errors import UsageError
from secmon.taxonomy import Tlp

ADDRESS, NETWORK, DOMAIN, HASH = ThreatKind
SHA256 = "a" * 64


def stix(*patterns: str, **more: object) -> bytes:
    """A bundle with an indicator for each pattern."""
    objects = [
        {"type": "indicator", "id": f"indicator--{number}", "pattern": pattern, "pattern_type": "stix", **more}
        for number, pattern in enumerate(patterns)
    ]
    return json.dumps({"type": "bundle", "id": "bundle--1", "objects": objects}).encode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("203.0.113.9", (ADDRESS, "203.0.113.9")),
        ("2001:DB8:0:0::1", (ADDRESS, "2001:db8::1")),
        ("203[.]0[.]113[.]9", (ADDRESS, "203.0.113.9")),
        ("203.0.113.9/32", (ADDRESS, "203.0.113.9")),
        ("::ffff:203.0.113.9", (ADDRESS, "203.0.113.9")),
        ("203.0.113.0/24", (NETWORK, "203.0.113.0/24")),
        ("::ffff:203.0.113.0/120", (NETWORK, "203.0.113.0/24")),
        ("2001:DB8::/32", (NETWORK, "2001:db8::/32")),
        ("Evil.Example.", (DOMAIN, "evil.example")),
        ("악성.한국", (DOMAIN, "xn--oj4bp8e.xn--3e0b707e")),
        (SHA256.upper(), (HASH, SHA256)),
        ("d41d8cd98f00b204e9800998ecf8427e", (HASH, "d41d8cd98f00b204e9800998ecf8427e")),
    ],
)
def test_an_indicator_has_one_way_of_writing(text: str, expected: tuple[ThreatKind, str]) -> None:
    """Letter case, brackets around dots, a last dot and Korean letters make no other indicator."""
    assert parse_threat(text) == expected


@pytest.mark.parametrize("text", ["", "word", "http://evil.example/x", "1.2.3", "a" * 40, "x'; DROP", "a..b"])
def test_what_is_none_is_refused(text: str) -> None:
    """Addresses of pages, other hashes and anything else."""
    with pytest.raises(UsageError, match="is not a valid IPv4 or IPv6 address"):
        parse_threat(text)


@pytest.mark.parametrize("text", ["0.0.0.0/0", "::/0", "10.0.0.0/7", "2001::/31", "::ffff:0:0/96"])
def test_a_network_that_is_nearly_everything_is_refused(text: str) -> None:
    """A list with a mistake in it must not raise a finding for every event; the message says what is allowed."""
    with pytest.raises(UsageError, match=r"is too wide: the widest network that is allowed is /(8|32)"):
        parse_threat(text)


def test_a_network_is_written_with_its_own_address() -> None:
    """An address in a network with a prefix could mean the one or the other."""
    with pytest.raises(UsageError, match=r"write the address of the network, 203\.0\.113\.0/24"):
        parse_threat("203.0.113.9/24")


@pytest.mark.parametrize("text", ["ev\u200bil.example", "evil.exam\u00adple", "evil\u2060.example"])
def test_invisible_characters_are_refused(text: str) -> None:
    """The encoding of domains drops them: another name than the written one would be looked for."""
    with pytest.raises(UsageError):
        parse_threat(text)


@pytest.mark.parametrize(
    "body",
    [
        b"203.0.113.0/24 # scanners\n2001:db8::/32\n",
        b"network,note\n203.0.113.0/24,scanners\n2001:db8::/32,\n",
        stix("[ipv4-addr:value = '203.0.113.0/24' OR ipv6-addr:value = '2001:db8::/32']"),
        stix("[ipv4-addr:value ISSUBSET '203.0.113.0/24'] OR [ipv6-addr:value ISSUBSET '2001:db8::/32']"),
    ],
)
def test_every_format_has_networks(body: bytes) -> None:
    """Plain text, CSV, and STIX 2.1 in both ways of comparing."""
    entries, refused = read_indicators(body)
    assert [(one.kind, one.value) for one in entries] == [(NETWORK, "203.0.113.0/24"), (NETWORK, "2001:db8::/32")]
    assert refused == []


def test_plain_text_has_one_a_line() -> None:
    """Notes follow # or ;, empty lines do not count, twice is once, and what is refused says its line."""
    entries, refused = read_indicators(
        b"\xef\xbb\xbf# list\n\n203.0.113.9  # scanner\nevil.example;lure\r\nwhat is this\n203.0.113.9\n"
    )
    assert entries == [IndicatorEntry(ADDRESS, "203.0.113.9"), IndicatorEntry(DOMAIN, "evil.example", "lure")]
    assert [(one.line, "what is this" in one.reason) for one in refused] == [(5, True)]


def test_csv_has_columns() -> None:
    """The indicator, and where there are such columns its note, TLP and expiry."""
    body = (
        "Value,TLP,Comment,Expires\n"
        '203.0.113.9,TLP:RED,"a, b",2027-01-01T00:00:00+00:00\n'
        "evil.example,white,,\n"
        "nothing,,,\n"
        "203.0.113.10,,,tomorrow\n"
    )
    entries, refused = read_indicators(body.encode())
    assert entries == [
        IndicatorEntry(ADDRESS, "203.0.113.9", "a, b", Tlp.RED, datetime(2027, 1, 1, tzinfo=UTC)),
        IndicatorEntry(DOMAIN, "evil.example", "", Tlp.CLEAR),
    ]
    assert [one.line for one in refused] == [4, 5]


def test_stix_patterns_of_single_values_are_taken() -> None:
    """Addresses, domains and hashes, also as alternatives; name, end and marking go along."""
    body = stix(
        "[ipv4-addr:value = '203.0.113.9'] OR [domain-name:value = 'evil.example' OR ipv6-addr:value = '2001:db8::1']",
        f"[file:hashes.'SHA-256' = '{SHA256}']",
        name="C2",
        valid_until="2027-01-01T00:00:00Z",
        object_marking_refs=["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"],
    )
    entries, refused = read_indicators(body)
    assert [one.value for one in entries] == ["203.0.113.9", "evil.example", "2001:db8::1", SHA256]
    assert {(one.note, one.tlp, one.expires_at) for one in entries} == {
        ("C2", Tlp.RED, datetime(2027, 1, 1, tzinfo=UTC))
    }
    assert refused == []


@pytest.mark.parametrize(
    "pattern",
    [
        "[ipv4-addr:value = '203.0.113.9' AND domain-name:value = 'evil.example']",
        "[ipv4-addr:value = '203.0.113.9'] FOLLOWEDBY [domain-name:value = 'evil.example']",
        "[ipv4-addr:value LIKE '203.%']",
        "[url:value = 'http://evil.example/x']",
        "[ipv4-addr:value ISSUPERSET '203.0.113.0/24']",
        "[domain-name:value ISSUBSET 'evil.example']",
        "[file:hashes.MD5 = '' OR '1'='1']",
        "",
    ],
)
def test_a_pattern_that_says_more_is_refused_whole(pattern: str) -> None:
    """As single values it would mean something else."""
    entries, refused = read_indicators(stix(pattern))
    assert entries == []
    assert len(refused) == 1


def test_revoked_indicators_are_passed_over() -> None:
    """Their own source takes them back."""
    assert read_indicators(stix("[ipv4-addr:value = '203.0.113.9']", revoked=True)) == ([], [])


@pytest.mark.parametrize("body", [b"\xff\xfe", b"{", b'{"type": "bundle", "objects": 3}'])
def test_a_file_that_is_no_list_is_refused(body: bytes) -> None:
    """One sentence, no traceback."""
    with pytest.raises(UsageError):
        read_indicators(body)
