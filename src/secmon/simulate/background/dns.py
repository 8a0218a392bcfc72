"""Background of the `dns` feed: queries and connections seen by a Zeek sensor beside the resolver."""

from secmon.simulate.background.mixture import EPHEMERAL, ROOM, Draw, Mixture, Share
from secmon.simulate.clock import Line, Minute
from secmon.simulate.lines import zeek
from secmon.simulate.municipality_model import Municipality
from secmon.simulate.webpages import SERVICES


def _question(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    """Generate a PC's query for a name; one name in thirty does not exist."""
    big, when, port, who, what, _, which, *_ = draw
    at = when * ROOM >> 32
    service = SERVICES[what & 255]
    ends = (town.pcs[who & 63], EPHEMERAL + (port >> 1), town.dns, 53)
    head = zeek.head("dns", minute.epoch(at), zeek.uid(big), ends, "udp")
    exists = which % 30
    name = service.host if exists else f"wpad.{town.domain}"
    return ((at, zeek.dns(head, what, name, service.address if exists else "", 0 if exists else 3)),)


def _asked_us(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    """Generate an outside resolver's query for the municipality's web site."""
    big, when, port, _, what, *_ = draw
    at = when * ROOM >> 32
    ends = (SERVICES[what & 255].address, EPHEMERAL + (port >> 1), town.dns, 53)
    head = zeek.head("dns", minute.epoch(at), zeek.uid(big), ends, "udp")
    return ((at, zeek.dns(head, what, town.www, town.web)),)


def _connection(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    big, when, port, who, what, _, size, *_ = draw
    at = when * ROOM >> 32
    service = SERVICES[what & 255]
    ends = (town.pcs[who & 63], EPHEMERAL + (port >> 1), service.address, 443)
    head = zeek.head("conn", minute.epoch(at), zeek.uid(big), ends, "tcp")
    return ((at, zeek.conn(head, "ssl", what % 900 / 16, 900 + size * 11, size * 240 + 4200)),)


def _forwarded(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    big, when, port, _, what, _, size, *_ = draw
    at = when * ROOM >> 32
    ends = (town.dns, EPHEMERAL + (port >> 1), SERVICES[what & 15].address, 53)
    head = zeek.head("conn", minute.epoch(at), zeek.uid(big), ends, "udp")
    return ((at, zeek.conn(head, "dns", what % 100 / 1000, 40 + size % 40, 90 + size, packets=1)),)


MIXTURE = Mixture(
    (Share(_question, 140, 1), Share(_asked_us, 30, 1), Share(_connection, 50, 1), Share(_forwarded, 36, 1))
)
