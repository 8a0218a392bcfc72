"""Assign syslog senders to sites: by certificate, by address, or by the host name in the header."""

import csv
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from secmon.errors import UsageError

NOBODY = "00000"
"""Site code for senders that are not in the list; their lines go to quarantine."""

UNKNOWN_SENDER = "unknown_sender"
"""Format name for lines of unknown senders."""

_HOST = re.compile(rb"<\d{1,3}>(?:1 \S+ |(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\S+) )(\S{1,255}) ")
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Senders:
    """Sites by sender. A name is a certificate's common name or DNS name, or the host name in a syslog header."""

    names: Mapping[str, str] = field(default_factory=dict)
    networks: tuple[tuple[_Network, str], ...] = ()

    def sites(self) -> frozenset[str]:
        """Return every site that has a sender."""
        return frozenset(self.names.values()) | {site for _, site in self.networks}

    def by_address(self, address: str) -> str:
        """Return the site of an address by its narrowest network; NOBODY if no network contains it."""
        try:
            found = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return NOBODY
        if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
            found = found.ipv4_mapped
        return next((site for network, site in self.networks if found in network), NOBODY)

    def by_names(self, names: list[str]) -> str:
        """Return the site of the first name that is in the list; NOBODY if none is."""
        return next((self.names[name.lower()] for name in names if name.lower() in self.names), NOBODY)

    def by_header(self, line: bytes) -> str:
        """Return the site of the host name in a syslog header; NOBODY if it is not in the list."""
        found = _HOST.match(line[:512])
        return self.names.get(found[1].decode("ascii", "replace").lower(), NOBODY) if found else NOBODY


def read_senders(path: Path, sites: frozenset[str]) -> Senders:
    """Read senders from a CSV with the columns sender,site; a sender is an address, a network or a name."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = [
                (number, row["sender"].strip(), row["site"].strip())
                for number, row in enumerate(csv.DictReader(file), 2)
            ]
    except (OSError, KeyError, AttributeError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError.literal(f"senders file {path}: {error!r}; it needs the columns sender,site") from error
    names: dict[str, str] = {}
    networks: list[tuple[_Network, str]] = []
    seen: dict[str, str] = {}
    for number, sender, site in rows:
        if seen.setdefault(sender.lower(), site) != site:
            raise UsageError.literal(
                f"senders file {path}, line {number}: {sender!r} sends for {seen[sender.lower()]} already"
            )
        if site not in sites:
            raise UsageError.literal(f"senders file {path}, line {number}: no site has the code {site!r}")
        try:
            networks.append((ipaddress.ip_network(sender, strict=False), site))
        except ValueError:
            if not re.fullmatch(r"[A-Za-z0-9._-]{1,255}", sender):
                raise UsageError.literal(
                    f"senders file {path}, line {number}: {sender!r} is neither an address, a network nor a name"
                ) from None
            names[sender.lower()] = site
    networks.sort(key=lambda entry: -entry[0].prefixlen)
    return Senders(names, tuple(networks))
