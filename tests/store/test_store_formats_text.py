"""The text formats: years that lines leave out, fields that try to forge others, what a line is taken for."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from secmon.ingest.transports.page import split_lines
from secmon.store.client import Store
from secmon.store.dry_run import dry_run
from secmon.store.formats import FORMATS, recognise

SAMPLES = Path(__file__).parents[2] / "sample_logs"
RECEIVED = datetime(2026, 11, 23, 1, tzinfo=UTC)
SAMPLED = [entry.name for entry in FORMATS if (SAMPLES / entry.name / "basic.log").exists()]


def events(store: Store, name: str, lines: Sequence[str], received_at: datetime = RECEIVED) -> list[dict[str, Any]]:
    """The events of lines that must all be readable."""
    found = list(dry_run(store, [line.encode() for line in lines], name, received_at))
    assert [one.reason for one in found] == [""] * len(lines)
    return [one.event or {} for one in found]


def event(store: Store, name: str, line: str) -> dict[str, Any]:
    """The event of one line."""
    [one] = events(store, name, [line])
    return one


@pytest.mark.parametrize("name", SAMPLED)
def test_lines_are_recognised_as_their_own_format(name: str) -> None:
    """Each line of a sample is taken for the format whose sample it is."""
    lines = split_lines((SAMPLES / name / "basic.log").read_bytes())
    assert [line for line in lines if recognise(line) != name] == []


@pytest.mark.parametrize(
    "text",
    [
        "CEF:0|Vendor|Product|1|1|x|5|src=10.0.0.1",
        "LEEF:1.0|Vendor|Product|1|1|src=10.0.0.1",
        "%ASA-6-605005: Login permitted from 10.0.0.1/1 to inside:10.0.0.2/ssh for user root",
        "date=2026-11-23 time=09:00:00 logid=0100032001 type=event",
        '203.0.113.1 - - [23/Nov/2026:09:00:00 +0900] "GET / HTTP/1.1" 200 1',
        '{"event_type":"alert"}',
    ],
)
def test_a_message_that_quotes_another_format_stays_syslog(text: str) -> None:
    """What a client made sshd write does not change the format of the line."""
    message = f"sshd[1]: Invalid user {text} from 203.0.113.9 port 1"
    assert recognise(f"<38>Nov 23 09:00:00 web01 {message}".encode()) == "rfc3164"
    assert recognise(f"2026-11-23T09:00:00+09:00 web01 {message}".encode()) == "rfc3164"
    assert recognise(f"<38>1 2026-11-23T09:00:00Z web01 sshd 1 - - Invalid user {text}".encode()) == "rfc5424"


@pytest.mark.store
@pytest.mark.parametrize(
    ("received", "clock", "expected"),
    [
        ("2026-01-01T00:00:05+00:00", "Dec 31 23:59:58", "2025-12-31T14:59:58.000+00:00"),
        ("2025-12-31T14:59:58+00:00", "Jan  1 00:00:05", "2025-12-31T15:00:05.000+00:00"),
        ("2025-12-31T15:00:05+00:00", "Dec 31 23:59:58", "2025-12-31T14:59:58.000+00:00"),
        ("2026-11-23T01:00:00+00:00", "Nov 23 09:59:59", "2026-11-23T00:59:59.000+00:00"),
        ("2028-03-01T00:00:00+00:00", "Feb 29 12:00:00", "2028-02-29T03:00:00.000+00:00"),
    ],
)
def test_a_missing_year_is_the_nearest(store: Store, received: str, clock: str, expected: str) -> None:
    """At New Year a line belongs to the year that puts it next to its receipt, in the site's zone, both ways."""
    at = datetime.fromisoformat(received)
    lines = {
        "rfc3164": f"<13>{clock} web01 app: x",
        "cisco_asa": f"<166>{clock} asa01 : %ASA-6-302010: 1 in use, 2 most used",
        "cef": f"<13>{clock} gw01 CEF:0|Vendor|Product|1|1|x|5|msg=x",
        "leef": f"<13>{clock} gw01 LEEF:1.0|Vendor|Product|1|1|msg=x",
    }
    for name, line in lines.items():
        [one] = events(store, name, [line], at)
        assert one["time"] == expected, name


@pytest.mark.store
def test_a_year_or_a_zone_in_the_line_counts(store: Store) -> None:
    """Nothing is inferred when the line says it; ASA lines may name their zone."""
    lines = ("<13>Nov 20 2026 09:00:00 h app: x", "<13>Nov 20 09:00:00 2026 h app: x", "2026-11-20T00:00:00Z h app: x")
    assert {one["time"] for one in events(store, "rfc3164", lines)} == {"2026-11-20T00:00:00.000+00:00"}
    zoned = ("<166>Nov 20 09:00:00 KST: %ASA-6-302010: x", "<166>Nov 20 2026 00:00:00 UTC: %ASA-6-302010: x")
    assert {one["time"] for one in events(store, "cisco_asa", zoned)} == {"2026-11-20T00:00:00.000+00:00"}


@pytest.mark.store
@pytest.mark.parametrize("name", ["rfc3164", "rfc5424"])
def test_a_vpn_user_cannot_forge_the_address(store: Store, name: str) -> None:
    """A line in which OpenVPN's address cannot be told from one the client wrote has no address."""
    header = {
        "rfc3164": "<29>Nov 23 09:00:00 vpn openvpn[9]: ",
        "rfc5424": "<29>1 2026-11-23T00:00:00Z vpn openvpn 9 - - ",
    }
    peer = "203.0.113.60:51820"
    forged, initiated = "x/10.0.0.1:22 y", "Peer Connection Initiated with [AF_INET]"
    said = (
        f"{forged}/{peer} SENT CONTROL [{forged}]: 'PUSH_REPLY,ping 10' (status=1)",
        f"10.0.0.1:22 x/{peer} SENT CONTROL [UNDEF]: 'AUTH_FAILED' (status=1)",
        f"{peer} TLS: Username/Password authentication succeeded for username 'x' /10.0.0.1:22 '",
        f"{forged} SIGTERM[soft] received, client-instance exiting/{peer} SIGUSR1[soft] received",
        f"{peer} [a] {initiated}10.0.0.1:22 b] {initiated}{peer}",
        f"{peer} TLS Auth Error: Auth Username/Password verification failed for peer",
    )
    found = events(store, name, [header[name] + text for text in said])
    addresses = [one.get("src_endpoint_ip", "") for one in found]
    assert set(addresses) <= {"", "203.0.113.60"}
    assert addresses[-2:] == ["203.0.113.60", "203.0.113.60"]


@pytest.mark.store
def test_a_pam_user_cannot_forge_the_remote_host(store: Store) -> None:
    """The user name stands last and is taken whole."""
    line = (
        "<86>Nov 23 09:00:00 ftp01 vsftpd[1]: pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0"
        " tty=ftp ruser= rhost=203.0.113.9  user=x rhost=10.0.0.1  user=root"
    )
    one = event(store, "rfc3164", line)
    assert (one["src_endpoint_ip"], one["user_name"]) == ("203.0.113.9", "x rhost=10.0.0.1  user=root")


@pytest.mark.store
def test_a_dead_format_of_text_is_still_an_event(store: Store) -> None:
    """Korean text in the encoding of old devices is no reason to reject a line."""
    line = b"<13>Nov 23 09:00:00 old01 app[7]: " + "로그인".encode("cp949")
    for name, sent in (("rfc3164", line), ("rfc5424", b"<13>1 2026-11-23T00:00:00Z old01 app 7 - - " + line[34:])):
        [one] = dry_run(store, [sent], name, RECEIVED)
        assert one.event is not None
        assert one.event["process_name"] == "app"


@pytest.mark.store
def test_a_cef_value_cannot_forge_another(store: Store) -> None:
    """An escaped = belongs to the value, also when a key seems to stand before it; so do the marks used inside."""
    values = (
        r"x src\=10.0.0.1 act\=allowed",
        r"x\\ src\=10.0.0.1",
        "x\x03src\x0410.0.0.1",
        'x" src\\="10.0.0.1',
        "x\x05y",
    )
    lines = [
        f"CEF:0|V|IPS|1|1|n|5|suser={value} src=203.0.113.9 act=blocked request=https://x.example/?a\\=b src=10.0.0.2"
        for value in values
    ]
    found = events(store, "cef", lines)
    assert {one["src_endpoint_ip"] for one in found} == {"203.0.113.9"}
    assert {one["action_id"] for one in found} == {2}
    assert [one["user_name"] for one in found] == [
        "x src=10.0.0.1 act=allowed",
        "x\\ src=10.0.0.1",
        "x src 10.0.0.1",
        'x" src="10.0.0.1',
        "x y",
    ]


@pytest.mark.store
def test_a_cef_header_may_hold_escaped_bars(store: Store) -> None:
    r"""`\|` and `\\` in the header stand for themselves."""
    one = event(store, "cef", r"CEF:0|V\|1|P\\Q IPS|1|a\|b|n\|m|5|src=203.0.113.9")
    assert (one["metadata_product_name"], one["metadata_event_code"]) == ("P\\Q IPS", "a|b")
    assert (one["finding_info_title"], one["unmapped"]["vendor"]) == ("n|m", "V|1")


@pytest.mark.store
def test_a_fortigate_value_cannot_forge_another(store: Store) -> None:
    """Escaped quotes stay in their value, and of two equal names the first counts."""
    start = 'date=2026-11-23 time=09:00:00 devname="fw" devid="FG1" logid="1" type="event" subtype="vpn" '
    tail = ' action="ssl-login-fail" remip=203.0.113.9 srcip=10.0.0.2 level="alert"'
    users = (r"x\" remip=10.0.0.1 action=\"tunnel-up", r"x\\", r"x\\\" remip=10.0.0.1 y=\"", "x=1 remip=10.0.0.1")
    found = events(store, "fortigate", [f'{start}remip=203.0.113.9 user="{user}"{tail}' for user in users])
    assert {one["status_id"] for one in found} == {2}
    assert {one["unmapped"]["remip"] for one in found} == {"203.0.113.9"}
    assert [one["user_name"] for one in found] == [
        'x" remip=10.0.0.1 action="tunnel-up',
        "x\\",
        'x\\" remip=10.0.0.1 y="',
        "x=1 remip=10.0.0.1",
    ]


@pytest.mark.store
@pytest.mark.parametrize("digits", [10, 13, 16, 19])
def test_fortigate_tells_its_time_in_any_unit(store: Store, digits: int) -> None:
    """Seconds, milli-, micro- and nanoseconds since 1970, by firmware; eventtime goes before date and time."""
    clock = str(int(RECEIVED.timestamp()))
    line = f'date=2020-01-01 time=09:00:00 eventtime={clock.ljust(digits, "0")} logid="1" type="event" subtype="system"'
    assert event(store, "fortigate", line)["time"] == "2026-11-23T01:00:00.000+00:00"


@pytest.mark.store
def test_a_user_agent_cannot_end_its_field(store: Store) -> None:
    """Quotes in a request or an agent are escaped by the server and do not start the next field."""
    agent = r"x\" 200 9 \"-\" \"ok"
    line = rf'203.0.113.9 - - [23/Nov/2026:09:00:00 +0900] "GET /a\" 200 1 HTTP/1.1" 404 5 "-" "{agent}"'
    one = event(store, "combined", line)
    assert (one["http_response_code"], one["traffic_bytes_in"]) == (404, 5)
    assert one["http_request_url_string"] == '/a" 200 1'
    assert one["http_request_user_agent"] == 'x" 200 9 "-" "ok'


@pytest.mark.store
def test_a_basic_user_cannot_forge_the_time(store: Store) -> None:
    """The user name of a web login may look like the rest of the line."""
    user = r"x [22/Nov/2026:00:00:00 +0900] \"GET /ok HTTP/1.1\" 200 1"
    line = f'203.0.113.9 - {user} [23/Nov/2026:09:00:00 +0900] "GET /admin HTTP/1.1" 401 5 "-" "-"'
    one = event(store, "combined", line)
    assert (one["time"], one["http_response_code"]) == ("2026-11-23T00:00:00.000+00:00", 401)


@pytest.mark.store
def test_a_web_error_takes_no_address_from_a_path(store: Store) -> None:
    """nginx writes decoded paths: a line with two clients names neither; a rule's id is the one ModSecurity wrote."""
    path = '/x, client: 10.0.0.1, server: s, request: "GET / HTTP/1.1"'
    line = (
        f'2026/11/23 09:00:00 [error] 1#1: *1 open() "{path}" failed (2: No such file or directory),'
        ' client: 203.0.113.9, server: _, request: "GET /x HTTP/1.1", host: "h.example"'
    )
    assert "src_endpoint_ip" not in event(store, "apache_error", line)
    fake = '[file "x"] [line "1"] [id "1"] [msg "harmless"] [severity "NOTICE"]'
    line = (
        "[Mon Nov 23 09:00:00.000000 2026] [security2:error] [pid 1:tid 2] [client 203.0.113.9:4444] ModSecurity:"
        f' Access denied with code 403 (phase 2). Matched phrase "a" at ARGS:{fake}. [file "/etc/crs/942.conf"]'
        ' [line "66"] [id "942100"] [msg "SQL Injection"] [data "x [tag \\"attack-dos\\"] [uri \\"/y\\"]"]'
        ' [severity "CRITICAL"] [tag "attack-sqli"] [hostname "h.example"] [uri "/z"] [unique_id "u"]'
    )
    one = event(store, "apache_error", line)
    assert (one["metadata_event_code"], one["severity_id"]) == ("942100", 4)
    assert (one["attack_type"], one["http_request_url_string"]) == ("privilege_acquisition", "/z")


@pytest.mark.store
def test_an_asa_user_cannot_forge_the_address(store: Store) -> None:
    """Of several addresses behind a user name the last is the ASA's."""
    rejected = (
        "%ASA-6-113015: AAA user authentication Rejected : reason = Invalid password : local database : user = x"
        " : user IP = 10.0.0.1 : user IP = 203.0.113.9"
    )
    lines = (
        rejected,
        "%ASA-6-716001: Group <RA> User <x> IP <10.0.0.1> IP <203.0.113.9> WebVPN session started.",
        '%ASA-6-605004: Login denied from 203.0.113.9/4444 to outside:192.0.2.1/ssh for user "x" from 10.0.0.1/22"',
    )
    assert {one["src_endpoint_ip"] for one in events(store, "cisco_asa", lines)} == {"203.0.113.9"}


@pytest.mark.store
@pytest.mark.parametrize("name", ["rfc3164", "fortigate", "cisco_asa", "cef", "leef", "combined", "apache_error"])
def test_absurd_lines_disturb_nobody(store: Store, name: str) -> None:
    """More pairs than the engine takes apart, endless numbers and broken text end as events or in quarantine."""
    sample = split_lines((SAMPLES / name / "basic.log").read_bytes())[0]
    absurd = [
        sample + b" a=b" * 5000,
        sample + b"\t" + b"c=\xff\x00\x03\x04\x05\x06\\" * 300,
        sample.replace(b"1", b"9" * 400),
        sample.replace(b"2026", b"99999"),
        sample.replace(b" ", b"\xff"),
        sample[: len(sample) // 2],
        sample.replace(b"=", b"==").replace(b"|", b"||"),
        sample + b"\\" * 3000,
        sample + b'"' * 3000,
        b"CEF:0|a|b|c|d|e|5|" + b"x=1 " * 2000,
        b"LEEF:2.0|a|b|c|d|\\|" + b"x=1\\" * 2000,
        b"LEEF:2.0|a|b|c|d|x00|x=1",
        b"eventtime=9999999999999999999 logid=1 type=traffic",
    ]
    found = list(dry_run(store, [*absurd, sample], name, RECEIVED))
    assert all((one.event is None) != (one.reason == "") for one in found)
    assert found[-1].reason == ""
