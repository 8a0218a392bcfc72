"""Connections, DNS names, and the alerts of sensors about them."""

from collections.abc import Iterable

from secmon.simulate.clock import stamp
from secmon.simulate.lines import eve, fortigate, windows, zeek
from secmon.simulate.lines.fortigate import LAN_TO_WAN, WAN_TO_DMZ, Ends
from secmon.simulate.scenarios.event_views.occurrence import Occurrence, Sighting
from secmon.simulate.scenarios.event_views.web import dropped_request
from secmon.simulate.signatures import SCRIPTED
from secmon.simulate.webpages import request

SESSION = {"source", "target", "port", "proto", "action", "sent", "received", "seconds"}
ALERT = {"signature", "source", "target", "path", "agent", "port", "blocked", "status", "allowed_request"}
PREVENTED = {"source", "target", "attack", "severity", "action", "port"}
QUERY = {"client", "name", "answer", "failed", "host", "image", "user"}
NOTICE = {"note", "says", "source"}
REBOOT = {"user", "reason"}


def _ends(one: Occurrence) -> Ends:
    source, target = one.text("source"), one.text("target", one.town.web)
    interfaces = LAN_TO_WAN if source.startswith("10.") else WAN_TO_DMZ
    proto = 17 if one.text("proto") == "udp" else 6
    return Ends(source, one.port, target, one.number("port", 443), interfaces, proto)


def _firewall(one: Occurrence) -> Iterable[tuple[int, str]]:
    ends, action = _ends(one), one.text("action", "close")
    minute, offset = one.minute()
    head = fortigate.traffic(
        minute.fortigate(offset),
        one.town.firewall,
        ends.text(fortigate.place(ends.source), fortigate.place(ends.target)),
        one.session,
        action,
        proto=ends.proto,
        policy=0 if action == "deny" else 12,
        port=ends.port,
    )
    sent = one.number("sent", 1_400)
    counters = fortigate.counted(one.number("seconds", 3), sent, one.number("received", 2_600), 6 + sent // 1_400)
    yield one.at, head + (fortigate.REFUSED if action == "deny" else counters)


def _zeek_connection(one: Occurrence) -> Iterable[tuple[int, str]]:
    ends = _ends(one)
    minute, offset = one.minute()
    proto = "udp" if ends.proto == 17 else "tcp"
    between = (ends.source, ends.source_port, ends.target, ends.port)
    head = zeek.head("conn", minute.epoch(offset), zeek.uid(one.big), between, proto)
    state = "S0" if one.text("action") == "deny" else "SF"
    service = {443: "ssl", 80: "http", 53: "dns"}.get(ends.port, "")
    sent, received = one.number("sent", 1_400), one.number("received", 2_600)
    yield one.at, zeek.conn(head, service, float(one.number("seconds", 3)), sent, received, state)


def _flow(one: Occurrence) -> Iterable[tuple[int, str]]:
    ends, town = _ends(one), one.town
    seconds, sent = one.number("seconds", 3), one.number("sent", 1_400)
    at = stamp(one.at)
    life = eve.life(stamp(one.at - seconds * 1_000_000), at, seconds)
    app = {22: "ssh", 53: "dns", 80: "http", 443: "tls", 3389: "rdp"}.get(ends.port, "failed")
    counters = eve.counters(8 + sent // 1_400, sent, one.number("received", 2_600))
    link = eve.link(one.big >> 13, town.iface)
    if ends.proto == 17:
        between = eve.ends(town.suricata, ends.source, ends.source_port, ends.target, ends.port, "UDP")
        yield one.at, eve.flow_udp(at, link, between, app, counters, life)
    else:
        between = eve.ends(town.suricata, ends.source, ends.source_port, ends.target, ends.port)
        yield one.at, eve.flow(at, link, between, app, counters, life)


def _alert(one: Occurrence) -> Iterable[tuple[int, str]]:
    """Generate an alert of the IDS, with the request when `path` is given."""
    town, signature = one.town, SCRIPTED[one.text("signature")]
    port = one.number("port", signature.port)
    target = one.text("target", town.web)
    ends = eve.ends(town.suricata, one.text("source"), one.port, target, port, signature.proto)
    link, text = eve.link(one.big >> 13, town.iface), signature.alert(blocked=one.flag("blocked"))
    start = stamp(one.at - 21_000)
    if not one.text("path"):
        yield one.at, eve.alert(stamp(one.at), link, ends, text, eve.counters(6, 1_200, 1_600), start)
        return
    about = dropped_request(one)
    if "status" in one.given:
        about = request(one.quoted("path"), one.text("agent"), "text/html", "GET", one.number("status", 200)) + "812"
    asked = f'"hostname":"{town.www}",{about}'
    yield one.at, eve.alert_http(stamp(one.at), link, ends, text, asked, eve.counters(4, 310, 0), start)


def _prevented(one: Occurrence) -> Iterable[tuple[int, str]]:
    minute, offset = one.minute()
    ends, port = _ends(one), one.number("port", 443)
    attack = (one.text("attack"), 40_000 + sum(one.text("attack").encode()) % 9_999, one.text("severity", "medium"))
    line = fortigate.ips(
        minute.fortigate(offset),
        one.town.firewall,
        ends.text(fortigate.place(ends.source), fortigate.place(ends.target)),
        one.session,
        attack,
        action=one.text("action", "dropped"),
        port=port,
    )
    yield one.at, line


def _zeek_query(one: Occurrence) -> Iterable[tuple[int, str]]:
    minute, offset = one.minute()
    ends = (one.text("client"), one.port, one.town.dns, 53)
    head = zeek.head("dns", minute.epoch(offset), zeek.uid(one.big), ends, "udp")
    code = 2 if one.flag("failed") else 0 if one.text("answer") else 3
    yield one.at, zeek.dns(head, one.big & 0xFFFF, one.text("name"), one.text("answer"), code)


def _ids_query(one: Occurrence) -> Iterable[tuple[int, str]]:
    town = one.town
    ends = eve.ends(town.suricata, one.text("client"), one.port, town.dns, 53, "UDP")
    message = eve.query(town.suricata, one.big & 0xFFFF, one.text("name"), "A")
    yield one.at, eve.dns(stamp(one.at), eve.link(one.big >> 13, town.iface), ends, message)


def _endpoint_query(one: Occurrence) -> Iterable[tuple[int, str]]:
    minute, offset = one.minute()
    time = minute.utc(offset)
    data = windows.query_data(
        windows.sysmon_time(time),
        one.quoted("image", "C:\\Windows\\System32\\svchost.exe"),
        one.text("name"),
        one.text("answer", "0.0.0.0"),  # noqa: S104 - an answer, not an address to listen on
        f"{one.town.windows}\\\\{one.text('user')}",
        4_108,
        windows.guid(one.big, one.port),
    )
    host = f"{one.text('host')}.ad.{one.town.domain}"
    yield one.at, windows.sysmon(time, windows.SYSMON_QUERY, host, one.record, data)


def _notice(one: Occurrence) -> Iterable[tuple[int, str]]:
    minute, offset = one.minute()
    yield one.at, zeek.notice(minute.epoch(offset), one.text("note"), one.quoted("says"), one.text("source"))


def _rebooted(one: Occurrence) -> Iterable[tuple[int, str]]:
    minute, offset = one.minute()
    line = fortigate.rebooted(minute.fortigate(offset), one.town.firewall, one.text("user"), one.text("reason"))
    yield one.at, line


CONNECTION: dict[str, Sighting] = {"firewall": _firewall, "dns": _zeek_connection, "ids": _flow}
IDS_ALERT: dict[str, Sighting] = {"ids": _alert}
IPS_ALERT: dict[str, Sighting] = {"firewall": _prevented}
DNS_QUERY: dict[str, Sighting] = {"dns": _zeek_query, "ids": _ids_query, "endpoint": _endpoint_query}
ZEEK_NOTICE: dict[str, Sighting] = {"dns": _notice}
FIREWALL_REBOOT: dict[str, Sighting] = {"firewall": _rebooted}
