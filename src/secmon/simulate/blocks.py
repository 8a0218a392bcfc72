"""Blocks on the sites' firewalls: their values and times, and the lines they suppress.

A blocked address can neither connect nor be reached: lines that name it are not written from the moment after the
block was applied at that site. Earlier lines remain, so readers neither lose nor repeat any.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

_ADDRESS = re.compile(
    r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d)"  # a port may follow
    r"|(?<![\w:.])[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}(?![\w:])"
)
_WORD = re.compile(r"[0-9A-Za-z_](?:[0-9A-Za-z_.-]*[0-9A-Za-z_])?")

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Block:
    """A value blocked at a site after `begins` and up to `ends` (None: until further notice), microseconds since 1970.

    The value is an address, a network, a domain (including its subdomains) or a file's hash, as the centre
    publishes it.
    """

    site: str
    value: str
    begins: int
    ends: int | None = None

    def covers(self, at: int) -> bool:
        """Return True if the block is in force at a time."""
        return self.begins < at and (self.ends is None or at <= self.ends)


@dataclass(frozen=True, slots=True)
class _Filter:
    """The blocks of one site, prepared for matching lines."""

    first: int
    networks: tuple[tuple[Network, Block], ...]
    words: Mapping[str, tuple[Block, ...]]

    def stops(self, line: str, at: int) -> bool:
        if at <= self.first:
            return False
        return self._by_address(line, at) or self._by_word(line, at)

    def _by_address(self, line: str, at: int) -> bool:
        networks = [network for network, block in self.networks if block.covers(at)]
        if not networks:
            return False
        addresses = [one for one in map(_address, set(_ADDRESS.findall(line))) if one is not None]
        return any(address in network for address in addresses for network in networks)

    def _by_word(self, line: str, at: int) -> bool:
        if not self.words:
            return False
        return any(
            block.covers(at)
            for word in set(_WORD.findall(line))
            for name in _parents(word.lower())
            for block in self.words.get(name, ())
        )


class Blocks:
    """Current and past blocks of every site."""

    def __init__(self, kept: Iterable[Block] = ()) -> None:
        """Start with the blocks stored in a plan file."""
        self._sites: dict[str, list[Block]] = {}
        self._filters: dict[str, _Filter] = {}
        for block in kept:
            self._sites.setdefault(block.site, []).append(block)

    def __iter__(self) -> Iterator[Block]:
        """Yield all blocks by site, in the order they were applied."""
        for site in sorted(self._sites):
            yield from self._sites[site]

    def apply(self, site: str, values: Iterable[str], at: int) -> bool:
        """Make a site block exactly these values from now on; return False if it did already."""
        wanted, blocks = set(values), self._sites.get(site, [])
        running = {block.value for block in blocks if block.ends is None}
        if wanted == running:
            return False
        ended = [replace(one, ends=at) if one.ends is None and one.value not in wanted else one for one in blocks]
        self._sites[site] = [*ended, *(Block(site, value, at) for value in sorted(wanted - running))]
        self._filters.pop(site, None)
        return True

    def any_at(self, site: str) -> bool:
        """Return True if the site blocks or has blocked anything."""
        return site in self._sites

    def stops(self, site: str, line: str, at: int) -> bool:
        """Return True if a line at this time is suppressed by a block."""
        if site not in self._sites:
            return False
        if site not in self._filters:
            self._filters[site] = _filter(self._sites[site])
        return self._filters[site].stops(line, at)


def _filter(blocks: Iterable[Block]) -> _Filter:
    networks: list[tuple[Network, Block]] = []
    words: dict[str, list[Block]] = {}
    kept = list(blocks)
    for block in kept:
        try:
            networks.append((ip_network(block.value), block))
        except ValueError:
            words.setdefault(block.value.lower(), []).append(block)
    first = min((block.begins for block in kept), default=0)
    return _Filter(first, tuple(networks), {word: tuple(several) for word, several in words.items()})


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None  # for example a version number or a time of day


def _parents(word: str) -> Iterator[str]:
    """Yield a word and, for a domain, each of its parent domains."""
    yield word
    while "." in word:
        word = word.partition(".")[2]
        yield word
