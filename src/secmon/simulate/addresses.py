"""Plan of the outside addresses, all from documentation and reserved ranges.

    100.64.0.0/10    domestic: a /18 for each site (citizens and noise), the end for cloud services
    100.122.64.0/24  domestic: suppliers of the sites, the same for all sites they serve
    198.18.0.0/15    foreign noise: 512 networks, in each of them one address for each site
    203.0.113.0/24   foreign cloud services
    192.0.2.0/24, 198.51.100.0/24   attackers of the scenarios, used by nothing else
    2001:db8::/32    all IPv6; the third group is the site, with its first bit set for foreign noise

Noise comes from addresses that belong to one site and to one minute of two hours, so that no source appears at
two sites, and none more than `NOISE_USES` times within any hour, although buckets are generated independently.
"""

import csv
import ipaddress
from functools import lru_cache
from importlib import resources

SITES = 230
"""Largest number of sites the plan has room for."""
CITIZENS = 1 << 14
NOISE_USES = 3

_NOISE_BLOCK = 512
_SLOTS = 240  # per hour: 60 minutes of four addresses; even and odd hours use different halves of the block
_FEED_SLOTS = {  # first and number of the four addresses of a minute
    "ids": (0, 3),
    "auth": (3, 1),
    "firewall": (0, 4),
    "web": (0, 3),
    "waf": (0, 3),
    "vpn": (3, 1),
    "mail": (3, 1),
}

NOISE_CAPACITY = {feed: count * NOISE_USES for feed, (_, count) in _FEED_SLOTS.items()}
"""Most noisy conversations in a minute; the noise does not grow when a site has more traffic."""


def citizen(site: int, number: int) -> str:
    """Return the address of one of a site's 15,872 citizens; numbers below 512 move up (reserved for noise)."""
    number |= _NOISE_BLOCK if number < _NOISE_BLOCK else 0
    return _domestic(site, number)


def citizen6(site: int, number: int) -> str:
    """Return the IPv6 address of a citizen, with all digits, as Suricata writes it."""
    return f"2001:0db8:{site:04x}:0c00:0000:0000:0000:{number:04x}"


def domestic_cloud(number: int) -> str:
    """Return the address of one of 256 domestic services, the same for all sites."""
    return _domestic(SITES + 2, 0).rpartition(".")[0] + f".{number}"


def foreign_cloud(number: int) -> str:
    """Return the address of one of 256 foreign services, the same for all sites."""
    return f"203.0.113.{number}"


def supplier(number: int) -> str:
    """Return the address from which one of 250 suppliers maintains its systems."""
    return f"100.{64 + (SITES + 3 >> 2)}.64.{number + 1}"


def sender(place: int) -> str:
    """Return the loopback address from which the site at that position of the list sends its syslog."""
    return f"127.1.{(place + 1) >> 8}.{(place + 1) & 255}"


def home(site: int, number: int) -> str:
    """Return the domestic address from which a member of a site's staff works at home."""
    return citizen(site, 4000 + number * 37)


def noise_foreign(site: int, slot: int) -> str:
    """Return the foreign source of background noise in a slot, which also determines its country."""
    return f"198.{18 + (slot >> 8)}.{slot & 255}.{site}"


def noise_foreign6(site: int, slot: int, number: int) -> str:
    """Return the foreign IPv6 source of background noise, with all digits, as Suricata writes it."""
    return f"2001:0db8:{0x8000 | site:04x}:0bad:0000:0000:{slot:04x}:{number:04x}"


def noise_source(site: int, slot: int, turn: int) -> str:
    """Return the source of background noise in a slot: over the turns, eleven foreign to one domestic."""
    return noise_foreign(site, slot) if turn % 12 else noise_domestic(site, slot)


def noise_domestic(site: int, slot: int) -> str:
    """Return the domestic source of background noise in a slot."""
    return _domestic(site, slot)


def noise_slot(feed: str, bucket: int, nth: int) -> int:
    """Return the slot of a site's noise addresses for the `nth` noisy conversation of a minute."""
    first, count = _FEED_SLOTS[feed]
    hour, minute = divmod(bucket, 60)
    turn = (minute * 4 + first + nth % count) * 7 + hour * 101  # 7 and 240 are coprime: no two turns share a slot
    return (hour & 1) * _SLOTS + turn % _SLOTS


@lru_cache(maxsize=65_536)
def country(address: str) -> tuple[str, str]:
    """Return ISO code and name of an address's country from our own table; `ZZ` and `Reserved` if it has no entry."""
    parsed = ipaddress.ip_address(address)
    for network, code, name in COUNTRIES:
        if parsed.version == network.version and parsed in network:
            return code, name
    return "ZZ", "Reserved"


def _countries() -> tuple[tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, str, str], ...]:
    text = resources.files("secmon.simulate").joinpath("countries.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple((ipaddress.ip_network(row["prefix"]), row["country"], row["name"]) for row in rows)


COUNTRIES = _countries()
"""Invented countries of the reserved networks, as prefix, ISO code and name, in roughly realistic proportions."""


def _domestic(site: int, number: int) -> str:
    return f"100.{64 + (site >> 2)}.{(site & 3) << 6 | number >> 8}.{number & 255}"
