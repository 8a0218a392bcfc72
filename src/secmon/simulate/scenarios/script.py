"""What a scripted event is made of: its definition, one run of it, and what that run puts into the feeds."""

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
        """The same for the same run in every process."""
        site = f":{self.site}" if self.site else ""
        return f"{self.scenario}{site}@{self.start.astimezone(UTC).isoformat()}"


@dataclass(frozen=True, slots=True)
class Phase:
    """A step of a scenario: seconds after the run's start, which of the seven types it is, and its ATT&CK technique.

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
    """A site falls silent: nothing is written to a feed, or ('' as feed) the site does not answer at all.

    `begins` and `ends` are in microseconds since 1970; the end does not belong to it.
    """

    site: str
    feed: str
    begins: int
    ends: int
    phase: Phase

    def covers(self, site: str, feed: str, at: int) -> bool:
        """Whether a line would not be written because of it."""
        return self.feed == feed and self.site == site and self.begins <= at < self.ends


@dataclass(frozen=True, slots=True)
class Sites:
    """How a scenario chooses its sites.

    `spread` takes `count` over as many provinces as possible; `vendor`, `provider` and `province` take those who
    share one with a site, `count` of them at most (0: all). Each next site begins later, over `stagger` seconds.
    """

    choose: Choice
    count: int = 0
    stagger: float = 0.0


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody or something a definition gives a name: `is_a` says what, `each` whether every site has its own."""

    name: str
    is_a: str
    each: Literal["run", "site"]
    count: int = 1
    one_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Occurs:
    """Something that happens in a phase, and which feeds see it.

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
    """A phase with what happens in it; `silence` names feeds that write nothing, `down` that the site is gone."""

    phase: Phase
    occurs: tuple[Occurs, ...]
    silence: tuple[str, ...]
    down: bool


@dataclass(frozen=True, slots=True)
class Expected:
    """What a watchful centre should notice of it; `key` names it for scoring."""

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
        """Whether a run can be told its site (or one site of its group)."""
        return self.sites.choose != "spread"

    @property
    def seconds(self) -> float:
        """How long a run takes."""
        return max(step.phase.ends for step in self.steps) + self.sites.stagger
