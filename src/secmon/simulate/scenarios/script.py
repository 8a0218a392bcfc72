"""Types of scripted events: the definition, a run of it, and the lines and silences it adds to the feeds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from secmon.simulate.signatures import AttackType

Kind = Literal["attack", "decoy"]
Choice = Literal["one", "spread", "vendor", "provider", "province"]
Value: TypeAlias = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a scenario; `site` is the code of the attacked site, '' when the scenario chooses."""

    scenario: str
    site: str
    start: datetime

    @property
    def name(self) -> str:
        """Name of the run, identical in every process."""
        site = f":{self.site}" if self.site else ""
        return f"{self.scenario}{site}@{self.start.astimezone(UTC).isoformat()}"


@dataclass(frozen=True, slots=True)
class Phase:
    """A step of a scenario: seconds after the run's start, its attack type, and its ATT&CK technique.

    Steps of decoys have neither type nor technique.
    """

    name: str
    begins: float
    ends: float
    attack_type: AttackType | Literal[""]
    technique: str = ""


@dataclass(frozen=True, slots=True)
class Injected:
    """One line of a scenario; `at` is in microseconds since 1970, `line` ends with LF."""

    at: int
    site: str
    feed: str
    source: str
    phase: Phase
    line: str


@dataclass(frozen=True, slots=True)
class Silence:
    """A site falls silent: a feed writes nothing, or ('' as feed) the site does not answer at all.

    `begins` and `ends` are in microseconds since 1970; the end is exclusive.
    """

    site: str
    feed: str
    begins: int
    ends: int
    phase: Phase

    def covers(self, site: str, feed: str, at: int) -> bool:
        """Return True if a line is suppressed by this silence."""
        return self.feed == feed and self.site == site and self.begins <= at < self.ends


@dataclass(frozen=True, slots=True)
class Sites:
    """Selection of the sites of a scenario.

    `spread` takes `count` over as many provinces as possible; `vendor`, `provider` and `province` take sites that
    share one with a site, `count` of them at most (0: all). Each next site begins later, over `stagger` seconds.
    """

    choose: Choice
    count: int = 0
    stagger: float = 0.0


@dataclass(frozen=True, slots=True)
class Role:
    """A person or thing a definition names: `is_a` is its kind, `each` whether every site has its own."""

    name: str
    is_a: str
    each: Literal["run", "site"]
    count: int = 1
    one_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Occurs:
    """An event in a phase, and the feeds that see it.

    It happens `times` (least, most) over the phase, at `sites` sites only (0: all), or once at second `at` of the run.
    """

    what: str
    seen: tuple[str, ...]
    times: tuple[int, int]
    at: float | None
    sites: int
    given: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Step:
    """A phase with its events; `silence` names feeds that write nothing, `down` means that the site is offline."""

    phase: Phase
    occurs: tuple[Occurs, ...]
    silence: tuple[str, ...]
    down: bool


@dataclass(frozen=True, slots=True)
class Expected:
    """Expected detection of the scenario; `key` names it for scoring."""

    key: str
    says: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scripted attack or decoy, as its YAML file defines it."""

    name: str
    kind: Kind
    title_ko: str
    title_en: str
    precedent: str
    sites: Sites
    source: str
    cast: tuple[Role, ...]
    steps: tuple[Step, ...]
    expects: tuple[Expected, ...]

    @property
    def takes_site(self) -> bool:
        """True if a run can be given its site (or one site of its group)."""
        return self.sites.choose != "spread"

    @property
    def seconds(self) -> float:
        """Duration of a run in seconds."""
        return max(step.phase.ends for step in self.steps) + self.sites.stagger
