"""The simulator's sweep scan over many municipalities, as the tests of a whole watch plan it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from secmon.simulate.clock import moment_of
from secmon.simulate.municipality_model import build_municipalities
from secmon.simulate.run_plan import RunPlan
from secmon.simulate.scenarios.script import Injected
from secmon.sites.registry import load_sites

TOWNS = build_municipalities(load_sites())
JONGNO = "11110"
HIT = 10
"""Municipalities after which one source is a sweep scan."""


@dataclass(frozen=True, slots=True)
class Scan:
    """A sweep scan: when it begins, and the lines that it writes if nobody blocks it, by time."""

    begins: datetime
    lines: Sequence[Injected]

    @property
    def source(self) -> str:
        """The one address that it comes from."""
        [source] = {line.source for line in self.lines}
        return source

    def later(self, moment: datetime) -> list[str]:
        """Municipalities that it comes to after a moment, first first."""
        first: dict[str, datetime] = {}
        for line in self.lines:
            first.setdefault(line.site, moment_of(line.at))
        return [site for site, at in first.items() if at > moment]

    def left(self, site: str) -> datetime:
        """When it has written its last line at a municipality."""
        return max(moment_of(line.at) for line in self.lines if line.site == site)


def played(seed: int, begins: datetime) -> RunPlan:
    """A simulator's plan with one sweep scan in it."""
    run_plan = RunPlan(TOWNS, seed, None, None)
    run_plan.begin([f"sweep-scan@{begins.isoformat()}"], begins)
    return run_plan


def past_jongno(seed: int, after: datetime) -> Scan:
    """The first scan of the next seconds whose way leads past Jongno before it is found: who plays depends on when."""
    for step in range(5_000):
        begins = after + timedelta(milliseconds=step)
        lines = sorted(played(seed, begins).lines, key=lambda line: line.at)
        if JONGNO in list(dict.fromkeys(line.site for line in lines))[: HIT - 3]:
            return Scan(begins, lines)
    raise AssertionError("no scan comes to Jongno early")
