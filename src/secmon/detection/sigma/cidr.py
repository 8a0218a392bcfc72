"""Addresses in networks as SQL: one expression for all networks of a list, where the address's text is enough."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network

from secmon.detection.sigma.literals import literal

Network = IPv4Network | IPv6Network

_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"


def in_networks(text: str, networks: Sequence[Network]) -> str:
    """Return the condition that a text (as SQL) is an address in one of these networks.

    Text that is not a valid address is in none.
    """
    four = [_four(network) for network in networks if isinstance(network, IPv4Network)]
    six = [network for network in networks if isinstance(network, IPv6Network)]
    shown = [_six(network) for network in six if _is_shown(network)]
    parts = [f"match({text}, {literal(f'^(?:{_either(four)})$')})"] if four else []
    parts += [f"(isIPv6String({text}) AND match({text}, {literal(f'^(?i)(?:{_either(shown)})')}))"] if shown else []
    parts += [_asked(text, network) for network in six if not _is_shown(network)]
    return parts[0] if len(parts) == 1 else "(" + " OR ".join(parts) + ")"


def _four(network: IPv4Network) -> str:
    """Return a regular expression for the addresses of a network, octet by octet."""
    octets = list(network.network_address.packed)
    whole, rest = divmod(network.prefixlen, 8)
    parts = [str(octet) for octet in octets[:whole]]
    if rest:
        parts.append(f"(?:{_either(str(octet) for octet in range(octets[whole], octets[whole] + 2 ** (8 - rest)))})")
    missing = 4 - len(parts)
    return r"\.".join([*parts, *[_OCTET] * missing])


def _is_shown(network: IPv6Network) -> bool:
    """Test whether the first four digits of an address, written in full, tell if it is in the network."""
    return network.prefixlen <= 16 and network.network_address.packed[0] >= 0x10


def _six(network: IPv6Network) -> str:
    first = f"{int.from_bytes(network.network_address.packed[:2], 'big'):04x}"
    whole, rest = divmod(network.prefixlen, 4)
    digits = first[:whole]
    if rest:
        low = int(first[whole], 16)
        digits += "[" + "".join(f"{digit:x}" for digit in range(low, low + 2 ** (4 - rest))) + "]"
    missing = 4 - whole - bool(rest)
    return f"{digits}[0-9a-f]{{{missing}}}:" if missing else f"{digits}:"


def _asked(text: str, network: IPv6Network) -> str:
    """Return the condition for a network that cannot be seen from the text: the engine parses the address."""
    address = f"if(isIPv6String({text}), {text}, {literal('0.0.0.0')})"  # noqa: S104  # never listened on: a stand-in
    return f"isIPAddressInRange({address}, {literal(str(network))})"


def _either(patterns: Iterable[str]) -> str:
    return "|".join(patterns)
