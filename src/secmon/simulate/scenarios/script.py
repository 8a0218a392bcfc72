"""What a scripted attack is made of: the scenario, one run of it, and the lines it injects."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from secmon.simulate.clock import micros
from secmon.simulate.signatures import AttackType
from secmon.simulate.town import Town


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a scenario; `site` is the code of the attacked site, '' when the scenario chooses."""

    scenario: str
    site: str
    start: datetime

    @property
    def name(self) -> str:
        """The same for the same run in every process."""
        site = f":{self.site}" if self.site else ""
        return f"{self.scenario}{site}@{self.start.astimezone(UTC).isoformat()}"


@dataclass(frozen=True, slots=True)
class Phase:
    """A step of an attack: seconds after the run's start, and which of the seven types it is."""

    name: str
    begins: float
    ends: float
    attack_type: AttackType


@dataclass(frozen=True, slots=True)
class Injected:
    """One line of an attack; `at` is in microseconds since 1970, `line` ends with LF."""

    at: int
    site: str
    feed: str
    source: str
    phase: Phase
    line: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """A kind of attack that can be run."""

    name: str
    summary: str
    takes_site: bool
    play: Callable[[Run, Sequence[Town], Random], list[Injected]]


class Stage:
    """Collects the lines of one run, phase by phase."""

    def __init__(self, run: Run, source: str) -> None:
        """Begin with no lines; `source` is the attacker's address."""
        self._start = micros(run.start)
        self._source = source
        self.lines: list[Injected] = []

    def at(self, seconds: float) -> int:
        """Absolute microseconds of a time in the run."""
        return self._start + round(seconds * 1_000_000)

    def add(self, phase: Phase, at: int, town: Town, feed: str, line: str) -> None:
        """Inject a line at an absolute time."""
        self.lines.append(Injected(at, town.code, feed, self._source, phase, line))
