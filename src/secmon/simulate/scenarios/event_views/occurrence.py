"""A single event at one site at one time, as the definitions describe it."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from secmon.simulate.clock import Minute, minute_of
from secmon.simulate.municipality_model import Municipality
from secmon.simulate.scenarios.script import Value


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An event `at` microseconds since 1970; `port` and `big` (64 bits) are its randomness."""

    town: Municipality
    at: int
    port: int
    big: int
    given: Mapping[str, Value]

    def text(self, name: str, default: str = "") -> str:
        """Return a parameter as text."""
        return str(self.given.get(name, default))

    def quoted(self, name: str, default: str = "") -> str:
        """Return a parameter as text inside a JSON string."""
        return json.dumps(self.text(name, default), ensure_ascii=False)[1:-1]

    def number(self, name: str, default: int) -> int:
        """Return a parameter as a whole number."""
        return int(self.given.get(name, default))

    def flag(self, name: str) -> bool:
        """Return a boolean parameter (False when left out)."""
        return self.given.get(name) is True

    def minute(self, later: int = 0) -> tuple[Minute, int]:
        """Return the minute of the event, and the offset in it."""
        return minute_of(self.at + later)

    @property
    def record(self) -> int:
        """Record number of the Windows event log."""
        return (self.at // 60_000_000 - 29_000_000) * 400 + 391

    @property
    def session(self) -> int:
        """Session number of the firewall."""
        return self.big & 0xFFFFFFF


Sighting = Callable[[Occurrence], Iterable[tuple[int, str]]]
"""A feed's view of an event: its lines with their times in microseconds since 1970."""
