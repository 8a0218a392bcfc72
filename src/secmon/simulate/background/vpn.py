"""Background of the `vpn` feed: staff work at home, mistyped passwords, single attempts by strangers."""

from secmon.simulate.addresses import NOISE_CAPACITY, home, noise_slot, noise_source
from secmon.simulate.background.mixture import EPHEMERAL, ROOM, Draw, Mixture, Share
from secmon.simulate.clock import Line, Minute
from secmon.simulate.lines import openvpn
from secmon.simulate.municipality_model import Municipality

PID = 1874


def host_name(town: Municipality) -> str:
    """Return the name of the municipality's VPN gateway, by which syslog receivers identify the site."""
    return f"vpn01-{town.slug}"


def _session(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    """Generate certificate, password, address, routes, and the end of an earlier session of the same person."""
    big, when, port, who, _, _, wait, *_ = draw
    account = town.staff[who & 15]
    peer = f"{home(town.index, account.number)}:{EPHEMERAL + (port >> 1)}"
    number = 10 + account.number
    steps = (
        (0, openvpn.initial(peer, big)),
        (180_000, openvpn.certificate(peer, account.name)),
        (420_000, openvpn.accepted(peer, account.name)),
        (450_000, openvpn.initiated(peer, account.name)),
        (460_000, openvpn.pool(peer, account.name, number)),
        (1_500_000, openvpn.pushed(peer, account.name, number)),
        (3_000_000 + wait * 40_000, openvpn.left(peer, account.name)),
    )
    return _told(town, minute, when * ROOM >> 32, steps)


def _renewed(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    """Generate the renewal of a connection's keys after an hour."""
    _, when, port, who, what, *_ = draw
    account = town.staff[who & 15]
    peer = f"{account.name}/{home(town.index, account.number)}:{EPHEMERAL + (port >> 1)}"
    steps = (
        (0, f"{peer} TLS: soft reset sec=3600/3600 bytes={what * 211}/-1 pkts={what}/0"),
        (210_000, f"{peer} VERIFY OK: depth=0, C=KR, O=Government of Korea, CN={account.name}"),
        (
            400_000,
            f"{peer} Control Channel: TLSv1.3, cipher TLSv1.3 TLS_AES_256_GCM_SHA384",
        ),
    )
    return _told(town, minute, when * ROOM >> 32, steps)


def _mistyped(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    """Generate a wrong password, at most one in 16 minutes per person."""
    big, when, port, *_ = draw
    account = town.staff[minute.bucket & 15]
    peer = f"{home(town.index, account.number)}:{EPHEMERAL + (port >> 1)}"
    plugin, error = openvpn.refused(peer, account.name)
    steps = ((0, openvpn.initial(peer, big)), (300_000, plugin), (310_000, error))
    return _told(town, minute, when * ROOM >> 32, steps)


def _stranger(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    """Generate an attempt from outside without a certificate, which cannot succeed."""
    big, when, port, _, what, *_ = draw
    peer = f"{noise_source(town.index, noise_slot('vpn', minute.bucket, 0), what)}:{EPHEMERAL + (port >> 1)}"
    late = "TLS key negotiation failed to occur within 60 seconds (check your network connectivity)"
    steps = (
        (0, openvpn.initial(peer, big)),
        (9_000_000, f"{peer} TLS Error: {late}"),
        (9_000_500, f"{peer} TLS Error: TLS handshake failed"),
    )
    return _told(town, minute, when * ROOM >> 32, steps)


def _told(town: Municipality, minute: Minute, at: int, steps: tuple[tuple[int, str], ...]) -> tuple[Line, ...]:
    host = host_name(town)
    return tuple((at + later, openvpn.line(minute.syslog(at + later), host, PID, text)) for later, text in steps)


MIXTURE = Mixture(
    (
        Share(_renewed, 100, 3),
        Share(_session, 104, 7),
        Share(_mistyped, 12, 3, most=1),
        Share(_stranger, 40, 3, most=NOISE_CAPACITY["vpn"]),
    )
)
