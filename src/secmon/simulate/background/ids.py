"""Background of the `ids` feed: citizens on the web site, offices on the Internet, and noise.

A bucket is a number of conversations, each of one to four lines that share flow id, addresses and ports.
"""

import struct
from collections.abc import Callable
from random import Random

from secmon.simulate.addresses import (
    NOISE_CAPACITY,
    citizen,
    citizen6,
    noise_domestic,
    noise_foreign,
    noise_foreign6,
    noise_slot,
)
from secmon.simulate.clock import BUCKET, Line, Minute
from secmon.simulate.lines import eve
from secmon.simulate.municipality_model import Municipality
from secmon.simulate.signatures import WHEEL
from secmon.simulate.webpages import FINGERPRINTS, PAGES, PROBE_AGENTS, PROBES, SERVICES, dropped

Draw = tuple[int, ...]
"""Randomness of a conversation: flow id (64 bit), time, bytes (32), port, who, what (16), five bytes."""
Conversation = Callable[[Municipality, Minute, Draw], tuple[Line, ...]]

_DRAW = struct.Struct("<QIIHHHBBBBB")
_KIND = 6
_LAST_SECONDS = 59_000_000
_EPHEMERAL = 32768


def stories(town: Municipality, minute: Minute, count: int, rng: Random) -> list[Line]:
    """Return the lines of `count` conversations of one minute, unordered."""
    lines: list[Line] = []
    noises = 0
    for draw in _DRAW.iter_unpack(rng.randbytes(_DRAW.size * count)):
        conversation = _MIX[draw[_KIND]]
        if conversation is not None:
            lines += conversation(town, minute, draw)
        elif noises < NOISE_CAPACITY["ids"]:
            lines += _noise(town, minute, draw, noises)
            noises += 1
        else:
            lines += _web_visit(town, minute, draw)
    return lines


def _span(minute: Minute, when: int, much: int) -> tuple[int, int, str, str]:
    """Return the end of a flow, the time of its data, its end as text, and its life; it may begin a minute earlier."""
    end = when * BUCKET >> 32
    age = (much & 0xFFFF) * (much >> 16 & 0x1FF) + 20_000  # 0 to 33 s, mostly short
    spoke = end - age + 9_000
    if spoke < 0:
        spoke = end >> 1
    until = minute.stamp(end)
    return end, spoke, until, eve.life(minute.stamp(end - age), until, age // 1_000_000)


def _visitor(town: Municipality, who: int, kind: int) -> tuple[str, str]:
    """Return a citizen's address and the web server's, both IPv6 in three of a hundred visits."""
    number = who & 0x3FFF
    if kind & 31:
        return citizen(town.index, number), town.web
    return citizen6(town.index, number), town.web6


def _web_visit(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    flow_id, when, much, port, who, _, _, page, size, _, packets = draw
    end, spoke, until, life = _span(minute, when, much)
    source, target = _visitor(town, who, size)
    ends = eve.ends(town.suricata, source, _EPHEMERAL + (port >> 1), target, 80)
    link = eve.link(flow_id >> 13, town.iface)
    length = size * page + 312
    request = f'"hostname":"{town.www}",{PAGES[page]}{length}'
    counters = eve.counters(packets + 4, 480, length + 300)
    return (
        (spoke, eve.http(minute.stamp(spoke), link, ends, request)),
        (end, eve.flow(until, link, ends, "http", counters, life)),
    )


def _tls_visit(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    flow_id, when, much, port, who, _, _, browser, size, _, packets = draw
    end, spoke, until, life = _span(minute, when, much)
    source, target = _visitor(town, who, size)
    ends = eve.ends(town.suricata, source, _EPHEMERAL + (port >> 1), target, 443)
    link = eve.link(flow_id >> 13, town.iface)
    ja3, ja4 = FINGERPRINTS[browser % len(FINGERPRINTS)]
    handshake = f'"sni":"{town.www}","version":"TLS 1.3",{ja3}{ja4 if town.suricata >= 8 else ""}'
    counters = eve.counters(packets + 8, 900 + size, size * packets + 4200)
    return (
        (spoke, eve.tls(minute.stamp(spoke), link, ends, handshake)),
        (end, eve.flow(until, link, ends, "tls", counters, life)),
    )


def _office(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    """Generate an office PC's use of an outside service: a name lookup, then TLS."""
    flow_id, when, much, port, who, what, _, _, size, _, packets = draw
    end, spoke, until, life = _span(minute, when, much)
    service, pc = SERVICES[what & 255], town.pcs[who & 63]
    ends = eve.ends(town.suricata, pc, _EPHEMERAL + (port >> 1), service.address, 443)
    link = eve.link(flow_id >> 13, town.iface)
    ja3, ja4 = FINGERPRINTS[who & 1]
    handshake = f"{service.certificate}{ja3}{ja4 if town.suricata >= 8 else ''}"
    counters = eve.counters(packets + 8, size * 11 + 900, size * packets + 5200)
    asked = max(0, spoke - 30_000)
    lookup = _asked(
        town, minute, asked, (flow_id & (1 << 51) - 1, port ^ 0x2A5A, what, pc), service.host, service.address
    )
    return (
        *lookup,
        (spoke, eve.tls(minute.stamp(spoke), link, ends, handshake)),
        (end, eve.flow(until, link, ends, "tls", counters, life)),
    )


def _lookup(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    """Generate an office PC's name lookup; one name in sixteen does not exist."""
    flow_id, when, _, port, who, what, *_ = draw
    service = SERVICES[what & 255]
    exists = what >> 12
    host = service.host if exists else f"wpad.{town.slug}.example"
    asked = when * _LAST_SECONDS >> 32
    address = service.address if exists else ""
    return _asked(town, minute, asked, (flow_id >> 13, port, what, town.pcs[who & 63]), host, address)


def _asked(
    town: Municipality, minute: Minute, asked: int, who: tuple[int, int, int, str], host: str, address: str
) -> tuple[Line, Line]:
    """Return query and answer; Suricata 8 writes the answer from the server's side, 7 from the client's."""
    flow_id, port, number, pc = who
    version, client = town.suricata, _EPHEMERAL + (port >> 1)
    answered = asked + 700 + (port & 0x1FFF)
    link = eve.link(flow_id, town.iface)
    there = eve.ends(version, pc, client, town.dns, 53, "UDP")
    back = there if version < 8 else eve.ends(version, town.dns, 53, pc, client, "UDP")
    answer = eve.answer(version, number, host, "A", 60 + (number & 0xFF), address)
    return (
        (asked, eve.dns(minute.stamp(asked), link, there, eve.query(version, number, host, "A"))),
        (answered, eve.dns(minute.stamp(answered), link, back, answer)),
    )


def _mail(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    flow_id, when, much, port, _, what, _, _, size, _, packets = draw
    end, _, until, life = _span(minute, when, much)
    service = SERVICES[what & 255]
    ends = eve.ends(town.suricata, town.mail, _EPHEMERAL + (port >> 1), service.address, 25)
    counters = eve.counters(packets + 9, size * 40, 1100)
    return ((end, eve.flow(until, eve.link(flow_id >> 13, town.iface), ends, "smtp", counters, life)),)


def _time(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    flow_id, when, _, port, who, what, *_ = draw
    at = when * BUCKET >> 32
    service = SERVICES[what & 15]
    ends = eve.ends(town.suricata, town.pcs[who & 63], _EPHEMERAL + (port >> 1), service.address, 123, "UDP")
    life = eve.life(minute.stamp(at - 30_000_000 - port), minute.stamp(at - 30_000_000), 0)
    flow = eve.flow_udp(
        minute.stamp(at), eve.link(flow_id >> 13, town.iface), ends, "ntp", eve.counters(1, 24, 24), life
    )
    return ((at, flow),)


def _noise(town: Municipality, minute: Minute, draw: Draw, nth: int) -> tuple[Line, ...]:
    """Generate unwanted traffic from outside: a web probe in three of eight cases, otherwise an alert."""
    flow_id, when, much, port, who, what, _, style, page, _, _ = draw
    slot = noise_slot("ids", minute.bucket, nth)
    source = _noise_source(town, slot, what, who)
    link = eve.link(flow_id >> 13, town.iface)
    source_port = _EPHEMERAL + (port >> 1)
    if style < _PROBE_STYLES:
        end, spoke, until, life = _span(minute, when, much)
        ends = eve.ends(town.suricata, source, source_port, _target(town, source, 80), 80)
        request = f'"hostname":"{town.www}",{PROBES[page]}196'
        counters = eve.counters(5, 240, 420)
        return (
            (spoke, eve.http(minute.stamp(spoke), link, ends, request)),
            (end, eve.flow(until, link, ends, "http", counters, life)),
        )
    at = when * BUCKET >> 32
    return ((at, _alert(town, minute, at, (source, source_port), link, draw)),)


def _alert(town: Municipality, minute: Minute, at: int, source: tuple[str, int], link: str, draw: Draw) -> str:
    much, style, packets = draw[2], draw[7], draw[8]
    address, port = source
    signature = WHEEL[much & 1023]
    text = signature.alert(blocked=signature.severity < 3 or style & 7 > 0)
    ends = eve.ends(
        town.suricata,
        address,
        port,
        _target(town, address, signature.port),
        signature.port,
        signature.proto,
    )
    start = minute.stamp(at - (much >> 12))
    if signature.path:
        request = f'"hostname":"{town.www}",{dropped(signature.path, PROBE_AGENTS[packets & 7])}'
        return eve.alert_http(minute.stamp(at), link, ends, text, request, eve.unanswered(3, 138), start)
    return eve.alert(minute.stamp(at), link, ends, text, eve.unanswered(1 + (packets >> 4), 60), start)


def _target(town: Municipality, source: str, port: int) -> str:
    """Return the server that listens on the port; IPv6 reaches only the web server."""
    if ":" in source:
        return town.web6
    return {22: town.bastion, 25: town.mail, 53: town.dns}.get(port, town.web)


def _noise_source(town: Municipality, slot: int, what: int, who: int) -> str:
    """Return a noise source: eleven foreign to one domestic, three of a hundred IPv6."""
    if what % 12 == 0:
        return noise_domestic(town.index, slot)
    if who & 31 == 0:
        return noise_foreign6(town.index, slot, who)
    return noise_foreign(town.index, slot)


_PROBE_STYLES = 96
_SHARES: tuple[tuple[Conversation | None, int, float], ...] = (
    (None, 12, 1 + _PROBE_STYLES / 256),
    (_web_visit, 44, 2),
    (_tls_visit, 78, 2),
    (_office, 44, 4),
    (_lookup, 54, 2),
    (_mail, 12, 1),
    (_time, 12, 1),
)
"""Conversation (None is noise), its share of 256, and its number of lines."""

_MIX = tuple(conversation for conversation, share, _ in _SHARES for _ in range(share))
LINES_PER_STORY = sum(share * lines for _, share, lines in _SHARES) / 256
