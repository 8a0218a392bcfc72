"""What can be blocked: an address, a network, a domain or a file's hash, written in one way only."""

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network

from secmon.errors import UsageError

_WIDEST = {4: 8, 6: 32}
"""Shortest prefix that can be blocked at once; a wider network is a mistake, or a war."""
_HASH = re.compile(r"[0-9a-f]{64}")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")


class IndicatorKind(StrEnum):
    """What a value is."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"
    CIDR = "cidr"
    DOMAIN = "domain"
    SHA256 = "sha256"


@dataclass(frozen=True, slots=True)
class Indicator:
    """A value in its one way of writing; two that mean the same are equal."""

    kind: IndicatorKind
    value: str

    @property
    def network(self) -> IPv4Network | IPv6Network | None:
        """Its addresses, None for domains and hashes."""
        return None if self.kind in {IndicatorKind.DOMAIN, IndicatorKind.SHA256} else ip_network(self.value)

    def touches(self, other: "Indicator") -> bool:
        """Whether blocking one blocks something of the other: addresses in common, or a domain under the other."""
        mine, others = self.network, other.network
        if mine is not None and others is not None:
            return mine.version == others.version and mine.overlaps(others)
        if self.kind == other.kind == IndicatorKind.DOMAIN:
            return _under(self.value, other.value) or _under(other.value, self.value)
        return self == other


def parse(text: str, *, any_width: bool = False) -> Indicator:
    """An indicator from what somebody typed; UsageError says what is allowed. `any_width` also takes wide networks."""
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
        # the encoding drops letters without width: what is blocked would not be what was written
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
