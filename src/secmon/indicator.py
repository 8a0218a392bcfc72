"""Indicators: addresses, networks, domains and file hashes as users and lists write them, in normalised form."""

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network

from secmon.errors import UsageError

WIDEST = {4: 8, 6: 32}
"""Shortest prefix of a network by IP version; a wider network is almost certainly a mistake."""
_MAPPED = 96
"""Prefix of the IPv4 addresses within IPv6 (::ffff:0:0/96)."""
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")


class IndicatorKind(StrEnum):
    """The type of an indicator."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"
    CIDR = "cidr"
    DOMAIN = "domain"
    MD5 = "md5"
    SHA256 = "sha256"


ADDRESSES = frozenset({IndicatorKind.IPV4, IndicatorKind.IPV6})
HASHES = frozenset({IndicatorKind.MD5, IndicatorKind.SHA256})


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator in normalised form; indicators with the same meaning are equal."""

    kind: IndicatorKind
    value: str

    @property
    def network(self) -> IPv4Network | IPv6Network | None:
        """Its addresses, None for domains and hashes."""
        return ip_network(self.value) if self.kind in {*ADDRESSES, IndicatorKind.CIDR} else None

    def touches(self, other: "Indicator") -> bool:
        """Test whether an action on one indicator affects the other.

        True for addresses in common, or a domain below the other.
        """
        mine, others = self.network, other.network
        if mine is not None and others is not None:
            return mine.version == others.version and mine.overlaps(others)
        if self.kind == other.kind == IndicatorKind.DOMAIN:
            return _under(self.value, other.value) or _under(other.value, self.value)
        return self == other


def parse_indicator(text: str, *, any_width: bool = False) -> Indicator:
    """Return an indicator from user input; the message of UsageError says what is allowed.

    Accepts the notations that make an indicator harmless, such as 203[.]0[.]113[.]9. `any_width` also accepts wide
    networks.
    """
    value = text.strip().lower().replace("[.]", ".")
    if re.fullmatch(r"[0-9a-f]{64}", value):
        return Indicator(IndicatorKind.SHA256, value)
    if re.fullmatch(r"[0-9a-f]{32}", value):
        return Indicator(IndicatorKind.MD5, value)
    try:
        network = _unmapped(ip_network(value))
    except ValueError as error:
        if "has host bits set" in str(error):
            own = str(ip_network(value, strict=False))
            raise UsageError("indicator.host_bits", value=repr(text[:80]), network=own) from error
        return Indicator(IndicatorKind.DOMAIN, _domain(value, text))
    if network.prefixlen < WIDEST[network.version] and not any_width:
        raise UsageError("indicator.too_wide", value=repr(text[:80]), prefix=WIDEST[network.version])
    if network.prefixlen == network.max_prefixlen:
        kind = IndicatorKind.IPV4 if network.version == 4 else IndicatorKind.IPV6
        return Indicator(kind, str(network.network_address))
    return Indicator(IndicatorKind.CIDR, str(network))


def _unmapped(network: IPv4Network | IPv6Network) -> IPv4Network | IPv6Network:
    """Return the IPv4 network that an IPv6 network stands for, such as 203.0.113.0/24 for ::ffff:203.0.113.0/120."""
    if network.version == 4 or network.prefixlen < _MAPPED:
        return network
    mapped = network.network_address.ipv4_mapped
    return network if mapped is None else IPv4Network((mapped, network.prefixlen - _MAPPED))


def _domain(value: str, text: str) -> str:
    try:
        # The encoding drops invisible characters: the name found would differ from the name that was written.
        ascii_value = value.rstrip(".").encode("idna").decode("ascii") if value.isprintable() else ""
    except UnicodeError:
        ascii_value = ""
    labels = ascii_value.split(".")
    digits = labels[-1].isdigit() or ":" in value or "/" in value
    if len(labels) < 2 or digits or len(ascii_value) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise UsageError("indicator.not_valid", value=repr(text[:80]))
    return ascii_value


def _under(domain: str, parent: str) -> bool:
    return domain == parent or domain.endswith(f".{parent}")
