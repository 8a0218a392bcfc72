"""Background of the `firewall` feed: visitors, offices at work, and noise from the Internet.

A session is logged when it ends. Every source of noise is refused at most three times an hour.
"""

from secmon.simulate.addresses import NOISE_CAPACITY, citizen, noise_domestic, noise_foreign, noise_slot
from secmon.simulate.background.mixture import EPHEMERAL, ROOM, Draw, Mixture, Share
from secmon.simulate.clock import BUCKET, Line, Minute
from secmon.simulate.lines import fortigate
from secmon.simulate.lines.fortigate import KOREA, LAN_TO_WAN, WAN_TO_DMZ
from secmon.simulate.municipality_model import Municipality
from secmon.simulate.signatures import WHEEL, AttackType
from secmon.simulate.webpages import SERVICES

PORTS: dict[AttackType, tuple[int, ...]] = {
    "denial_of_service": (443, 80, 53, 123),
    "information_gathering": (8080, 3389, 23, 5900, 8443, 2222, 6379, 5060),
    "privilege_acquisition": (8088, 7001, 8161),
    "information_leak": (9200, 27017, 5984),
    "defacement": (8081, 10000),
    "malware": (445, 5555, 37215),
    "unauthorised_access": (22, 3389),
}
"""Ports that each of the seven attack types targets."""

ATTACKS: dict[AttackType, tuple[str, int, str]] = {
    "denial_of_service": ("HTTP.Request.Flood", 49001, "low"),
    "information_gathering": ("ZGrab.Scanner", 48712, "info"),
    "privilege_acquisition": ("Web.Server.Default.Account.Login", 33015, "medium"),
    "information_leak": ("Web.Server.Backup.File.Access", 29022, "low"),
    "defacement": ("HTTP.Method.PUT.Index.Page", 12733, "medium"),
    "malware": ("Mirai.Botnet", 43191, "medium"),
    "unauthorised_access": ("SSH.Connection.Brute.Force", 34711, "low"),
}
_LAST_USE = NOISE_CAPACITY["firewall"] - 1
"""The last use of a minute's addresses is reserved for what the intrusion prevention drops."""
_COUNTRIES = tuple(fortigate.place(noise_foreign(1, slot)) for slot in range(512))
_SERVICE_COUNTRIES = tuple(fortigate.place(service.address) for service in SERVICES)


def _visit(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    big, when, port, who, what, _, size, packets, secure, *_ = draw
    at = when * BUCKET >> 32
    source, wanted = citizen(town.index, who & 0x3FFF), 443 if secure & 3 else 80
    ends = (
        f"srcip={source} srcport={EPHEMERAL + (port >> 1)} dstip={town.web} dstport={wanted} {WAN_TO_DMZ} "
        f'srccountry="{KOREA}" dstcountry="Reserved"'
    )
    head = fortigate.traffic(
        minute.fortigate(at), town.firewall, ends, big & 0xFFFFFFF, "close", proto=6, policy=12, port=wanted
    )
    return ((at, head + fortigate.counted(what & 63, 900 + size * 9, size * packets + 1800, packets + 6)),)


def _office(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    big, when, port, who, what, _, size, packets, *_ = draw
    at = when * BUCKET >> 32
    service = SERVICES[what & 255]
    ends = (
        f"srcip={town.pcs[who & 63]} srcport={EPHEMERAL + (port >> 1)} dstip={service.address} dstport=443 "
        f'{LAN_TO_WAN} srccountry="Reserved" dstcountry="{_SERVICE_COUNTRIES[what & 255]}"'
    )
    head = fortigate.traffic(
        minute.fortigate(at), town.firewall, ends, big & 0xFFFFFFF, "close", proto=6, policy=3, port=443
    )
    return ((at, head + fortigate.counted(what >> 8, 1200 + size * 11, size * packets + 5200, packets + 8)),)


def _lookup(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    big, when, port, _, what, _, size, *_ = draw
    at = when * BUCKET >> 32
    service = SERVICES[what & 15]
    ends = (
        f"srcip={town.dns} srcport={EPHEMERAL + (port >> 1)} dstip={service.address} dstport=53 "
        f'{LAN_TO_WAN} srccountry="Reserved" dstcountry="{_SERVICE_COUNTRIES[what & 15]}"'
    )
    head = fortigate.traffic(
        minute.fortigate(at), town.firewall, ends, big & 0xFFFFFFF, "accept", proto=17, policy=5, port=53
    )
    return ((at, head + fortigate.counted(180, 60 + size, 120 + size, 1)),)


def _mail(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    big, when, port, _, what, _, size, packets, *_ = draw
    at = when * BUCKET >> 32
    service = SERVICES[what & 255]
    ends = (
        f"srcip={service.address} srcport={EPHEMERAL + (port >> 1)} dstip={town.mail} dstport=25 "
        f'{WAN_TO_DMZ} srccountry="{_SERVICE_COUNTRIES[what & 255]}" dstcountry="Reserved"'
    )
    head = fortigate.traffic(
        minute.fortigate(at), town.firewall, ends, big & 0xFFFFFFF, "close", proto=6, policy=14, port=25
    )
    return ((at, head + fortigate.counted(what & 15, 3000 + size * 90, 1400, packets + 9)),)


def _tunnel(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    """Generate statistics of the tunnel to the province."""
    at = draw[1] * BUCKET >> 32
    line = fortigate.tunnel(minute.fortigate(at), town.firewall, SERVICES[1].address, "tunnel-stats", "to-province")
    return ((at, line),)


def _refused(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    big, when, port, who, what, _, _, _, _, _, turn = draw
    at = when * ROOM >> 32
    slot = noise_slot("firewall", minute.bucket, turn)
    source, place = _source(town, slot, what)
    ports = PORTS[WHEEL[who & 1023].attack_type]
    wanted = ports[port % len(ports)]
    proto = 17 if wanted in {53, 123, 5060} else 6
    ends = (
        f"srcip={source} srcport={EPHEMERAL + (port >> 1)} dstip={town.web} dstport={wanted} {WAN_TO_DMZ} "
        f'srccountry="{place}" dstcountry="Reserved"'
    )
    head = fortigate.traffic(
        minute.fortigate(at), town.firewall, ends, big & 0xFFFFFFF, "deny", proto=proto, policy=0, port=wanted
    )
    return ((at, head + fortigate.REFUSED),)


def _prevented(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    """Generate an attack of low severity dropped by the intrusion prevention."""
    big, when, port, who, what, _, _, _, _, _, turn = draw
    at = when * ROOM >> 32
    source, place = _source(town, noise_slot("firewall", minute.bucket, _LAST_USE + turn), what)
    ends = (
        f'srcip={source} srccountry="{place}" dstip={town.web} dstcountry="Reserved" {WAN_TO_DMZ} '
        f"srcport={EPHEMERAL + (port >> 1)} dstport=80"
    )
    attack = ATTACKS[WHEEL[who & 1023].attack_type]
    line = fortigate.ips(minute.fortigate(at), town.firewall, ends, big & 0xFFFFFFF, attack, action="dropped", port=80)
    return ((at, line),)


def _source(town: Municipality, slot: int, what: int) -> tuple[str, str]:
    if what % 12:
        return noise_foreign(town.index, slot), _COUNTRIES[slot]
    return noise_domestic(town.index, slot), KOREA


MIXTURE = Mixture(
    (
        Share(_visit, 92, 1),
        Share(_office, 66, 1),
        Share(_lookup, 24, 1),
        Share(_mail, 8, 1),
        Share(_tunnel, 4, 1),
        Share(_refused, 58, 1, most=_LAST_USE),
        Share(_prevented, 4, 1, most=1),
    )
)
