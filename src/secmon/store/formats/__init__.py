"""Log formats: one SQL file each, and one line in this table."""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """A log format the store can read; `first` is how its lines begin (for `auto`: the first entry that fits wins)."""

    name: str
    title: str
    first: str


FORMATS: tuple[Format, ...] = (
    Format("suricata_eve", "Suricata EVE JSON", r'\{.*"event_type"\s*:'),
    Format("rfc5424", "Syslog, RFC 5424", r"<\d{1,3}>1 "),
)

UNKNOWN = "unknown"
"""Stands for every name that is not in the table; its lines go to quarantine."""

_NAMES = frozenset(entry.name for entry in FORMATS)
_FIRST = re.compile("|".join(f"(?P<{entry.name}>{entry.first})" for entry in FORMATS).encode())


def recognise(line: bytes) -> str:
    """The format a line begins as, UNKNOWN when it fits none; only its first 4 kB are looked at."""
    found = _FIRST.match(line[:4096])
    return found.lastgroup or UNKNOWN if found else UNKNOWN


def most_common(lines: Sequence[bytes]) -> str:
    """The format that most of the lines begin as."""
    votes = [recognise(line) for line in lines]
    known = [vote for vote in votes if vote != UNKNOWN]
    return max(dict.fromkeys(known), key=known.count, default=UNKNOWN)


def landing_table(name: str) -> str:
    """The table that lines of this format are inserted into."""
    return f"landing_{name if name in _NAMES else UNKNOWN}"
