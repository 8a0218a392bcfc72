"""Faults of sites on demand: `KIND[=N]:CODE[/FEED][@WHEN[..WHEN]]`, as in `slow=8:11110/ids@+60s..+5m`."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from secmon.errors import UsageError
from secmon.simulate.background import FEEDS
from secmon.simulate.clock import EPOCH, micros
from secmon.simulate.stream import Flood
from secmon.simulate.when import ALLOWED, parse_when

KINDS: Mapping[str, str] = {
    "down": "answers 503 to everything",
    "refuse": "closes the connection without an answer",
    "slow": "answers N seconds later (5)",
    "errors": "answers 500 three times of four",
    "truncated": "breaks the connection in the middle of the body",
    "cut-line": "ends the body inside its last line, with the right Content-Length",
    "garbage": "puts lines of garbage between the good ones, one for every N (10)",
    "duplicates": "sends the first quarter of a page's lines twice",
    "reordered": "shuffles the lines of a page",
    "skewed": "writes times N seconds off (3600; may be negative)",
    "flood": "writes N times as many lines (20)",
}
"""Effect of each kind of fault; the default of N is in brackets."""

EVERYBODY = "*"
_DEFAULTS = {"slow": 5.0, "garbage": 10.0, "skewed": 3600.0, "flood": 20.0}
_LIMITS = {
    "slow": (0.0, 600.0),
    "garbage": (1.0, 10_000.0),
    "skewed": (-31_536_000.0, 31_536_000.0),
    "flood": (1.0, 1000.0),
}
_NUMBER = re.compile(r"[+-]?\d{1,9}(\.\d{1,3})?", re.ASCII)
_NEVER = datetime.max.replace(tzinfo=UTC)
_WRITE = (
    f"write KIND:CODE[/FEED][@WHEN[..WHEN]]; KIND is one of {', '.join(KINDS)}, of which "
    f"{', '.join(_DEFAULTS)} take a number as in slow=8; CODE may be *, WHEN is {ALLOWED}"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of one site or all (`*`), in one feed or all (''), from `begins` until before `ends`."""

    kind: str
    number: float
    site: str
    feed: str
    begins: datetime
    ends: datetime
    text: str

    def hits(self, site: str, feed: str, now: datetime) -> bool:
        """Return True if the fault applies to an answer given now."""
        return self.site in {EVERYBODY, site} and self.feed in {"", feed} and self.begins <= now < self.ends

    @property
    def flood(self) -> Flood:
        """The fault as additional lines in the streams, if it is a flood."""
        return Flood(self.site, self.feed, micros(self.begins), micros(self.ends), self.number)


def parse_fault(text: str, start: datetime, sites: Iterable[str]) -> Fault:
    """Parse a fault; raise UsageError that says what is allowed."""
    what, at, when = text.partition("@")
    head, _, place = what.partition(":")
    kind, given, number = head.partition("=")
    site, slash, feed = place.partition("/")
    if kind not in KINDS or not site or (given and kind not in _DEFAULTS):
        raise UsageError.literal(f"fault {text!r}: {_WRITE}")
    if site != EVERYBODY and site not in set(sites):
        raise UsageError.literal(f"fault {text!r}: no site has the code {site!r}; 'secmon sites' lists them")
    if slash and feed not in FEEDS:
        raise UsageError.literal(f"fault {text!r}: no feed has the name {feed!r}; there are {', '.join(FEEDS)}")
    begins, ends = _times(when, start) if at else (EPOCH, _NEVER)
    if ends <= begins:
        raise UsageError.literal(f"fault {text!r}: it ends before it begins")
    return Fault(kind, _number(text, kind, number) if given else _DEFAULTS.get(kind, 0), site, feed, begins, ends, text)


def _times(when: str, start: datetime) -> tuple[datetime, datetime]:
    first, dots, last = when.partition("..")
    return parse_when(first, start), parse_when(last, start) if dots else _NEVER


def _number(text: str, kind: str, number: str) -> float:
    least, most = _LIMITS[kind]
    if not _NUMBER.fullmatch(number) or not least <= float(number) <= most:
        raise UsageError.literal(f"fault {text!r}: {kind} takes a number from {least:g} to {most:g}")
    return float(number)


@dataclass(slots=True)
class Entry:
    """A fault with its number, and the number of answers and lines it has affected."""

    id: int
    fault: Fault
    answers: int = 0
    lines: int = 0


class Faults:
    """Current and future faults, each with a number."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        """Start with the faults of the command line."""
        self._entries: dict[int, Entry] = {}
        self._past: list[Fault] = []
        self._last = 0
        for fault in faults:
            self.add(fault)

    def __iter__(self) -> Iterator[Entry]:
        """Yield all faults, in the order they were added."""
        return iter(tuple(self._entries.values()))

    def add(self, fault: Fault) -> Entry:
        """Add a fault."""
        self._last += 1
        entry = self._entries[self._last] = Entry(self._last, fault)
        return entry

    def end(self, number: int, now: datetime) -> bool:
        """End a fault at once; return False when none has this number. Lines a flood has written remain."""
        entry = self._entries.pop(number, None)
        if entry is not None and entry.fault.kind == "flood":
            self._past.append(replace(entry.fault, ends=min(entry.fault.ends, now)))
        return entry is not None

    def hitting(self, site: str, feed: str, now: datetime) -> dict[str, Entry]:
        """Return the faults that apply to an answer given now, by kind; of two of a kind the newer."""
        return {entry.fault.kind: entry for entry in self if entry.fault.hits(site, feed, now)}

    def floods(self) -> tuple[Flood, ...]:
        """Return the floods, whose additional lines the streams generate."""
        return tuple(fault.flood for fault in (*self._past, *(entry.fault for entry in self)) if fault.kind == "flood")
