"""Values that can be blocked: address, network, domain or file hash, in normalised form."""

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network

from secmon.errors import UsageError

_WIDEST = {4: 8, 6: 32}
"""Shortest prefix that can be blocked at once; a wider network is almost certainly a mistake."""
_HASH = re.compile(r"[0-9a-f]{64}")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")


class IndicatorKind(StrEnum):
    """The type of a value."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"
    CIDR = "cidr"
    DOMAIN = "domain"
    SHA256 = "sha256"


@dataclass(frozen=True, slots=True)
class Indicator:
    """A value in normalised form; values with the same meaning are equal."""

    kind: IndicatorKind
    value: str

    @property
    def network(self) -> IPv4Network | IPv6Network | None:
        """Its addresses, None for domains and hashes."""
        return None if self.kind in {IndicatorKind.DOMAIN, IndicatorKind.SHA256} else ip_network(self.value)

    def touches(self, other: "Indicator") -> bool:
        """Test whether blocking one value affects the other.

        True for addresses in common, or a domain below the other.
        """
        mine, others = self.network, other.network
        if mine is not None and others is not None:
            return mine.version == others.version and mine.overlaps(others)
        if self.kind == other.kind == IndicatorKind.DOMAIN:
            return _under(self.value, other.value) or _under(other.value, self.value)
        return self == other


def parse(text: str, *, any_width: bool = False) -> Indicator:
    """Return an indicator from user input; the message of UsageError says what is allowed.

    `any_width` also accepts wide networks.
    """
    value = text.strip().lower()
    if _HASH.fullmatch(value):
        return Indicator(IndicatorKind.SHA256, value)
    try:
        network = ip_network(value)
    except ValueError as error:
        if "has host bits set" in str(error):
            raise UsageError(f"{text!r}: write the network's own address, {ip_network(value, strict=False)}") from error
        return Indicator(IndicatorKind.DOMAIN, _domain(value, text))
    if network.prefixlen < _WIDEST[network.version] and not any_width:
        raise UsageError(f"{text!r} is too wide: /{_WIDEST[network.version]} or narrower can be blocked at once")
    if network.prefixlen == network.max_prefixlen:
        kind = IndicatorKind.IPV4 if network.version == 4 else IndicatorKind.IPV6
        return Indicator(kind, str(network.network_address))
    return Indicator(IndicatorKind.CIDR, str(network))


def _domain(value: str, text: str) -> str:
    try:
        # the encoding drops zero-width letters: the blocked name would differ from the written name
        ascii_value = value.rstrip(".").encode("idna").decode("ascii") if value.isprintable() else ""
    except UnicodeError:
        ascii_value = ""
    labels = ascii_value.split(".")
    digits = labels[-1].isdigit() or ":" in value or "/" in value
    if len(labels) < 2 or digits or len(ascii_value) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise UsageError(f"{text[:80]!r} is no IPv4 or IPv6 address, network (CIDR), domain or SHA-256 hash")
    return ascii_value


def _under(domain: str, parent: str) -> bool:
    return domain == parent or domain.endswith(f".{parent}")
