"""Run a scenario: turn a definition and a run into lines and silences of the feeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from string import Template

from secmon.simulate.clock import micros
from secmon.simulate.municipality_model import Municipality
from secmon.simulate.scenarios import actors
from secmon.simulate.scenarios.event_views import WHATS
from secmon.simulate.scenarios.event_views.occurrence import Occurrence
from secmon.simulate.scenarios.script import Injected, Occurs, Run, Scenario, Silence, Step, Value

_SECOND = 1_000_000
_SPREAD = "spread"


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """Lines and silences that a run adds to the feeds."""

    lines: tuple[Injected, ...]
    silences: tuple[Silence, ...]


@dataclass(frozen=True, slots=True)
class _Stage:
    """A site in a run: its position in the order of sites, when the run begins there, and its actors."""

    town: Municipality
    number: int
    begins: int
    bound: Mapping[str, Sequence[str]]


def run_scenario(scenario: Scenario, run: Run, towns: Sequence[Municipality], rng: Random) -> ScenarioResult:
    """Return the lines and silences of a run: a pure function of definition, run, municipalities and generator."""
    chosen = choose(scenario, run.site, towns, rng)
    common = actors.of_run(scenario.cast, rng)
    step = scenario.sites.stagger / len(chosen)
    lines: list[Injected] = []
    silences: list[Silence] = []
    for number, town in enumerate(chosen):
        later = number * step + rng.random() * step / 2
        bound = common | actors.of_site(scenario.cast, town, rng)
        stage = _Stage(town, number, micros(run.start) + round(later * _SECOND), bound)
        source = _filled(scenario.source, stage, 0, 0)
        for part in scenario.steps:
            silences += _silences(part, stage)
            for occurs in part.occurs:
                lines += _lines(part, occurs, stage, source, rng)
    return ScenarioResult(tuple(lines), tuple(silences))


def choose(scenario: Scenario, site: str, towns: Sequence[Municipality], rng: Random) -> list[Municipality]:
    """Return the sites of a run; a requested site comes first."""
    sites = scenario.sites
    if sites.choose == _SPREAD:
        return _spread(towns, sites.count, rng)
    first = next(town for town in towns if town.code == site) if site else rng.choice(towns)
    if sites.choose == "one":
        return [first]
    group = [town for town in towns if _shares(first, town, sites.choose) and town is not first]
    others = rng.sample(group, len(group))
    return [first, *others][: sites.count or None]


def _shares(one: Municipality, other: Municipality, what: str) -> bool:
    if what == "vendor":
        return one.vendor == other.vendor
    if what == "provider":
        return one.provider == other.provider
    return one.province == other.province


def _spread(towns: Sequence[Municipality], count: int, rng: Random) -> list[Municipality]:
    """Choose one site of each province in turn, until there are enough."""
    provinces: dict[str, list[Municipality]] = {}
    for town in rng.sample(list(towns), len(towns)):
        provinces.setdefault(town.province, []).append(town)
    turns = [
        (turn, number, town)
        for number, of_province in enumerate(provinces.values())
        for turn, town in enumerate(of_province)
    ]
    return [town for _, _, town in sorted(turns, key=lambda t: t[:2])[:count]]


def _silences(step: Step, stage: _Stage) -> list[Silence]:
    begins = stage.begins + round(step.phase.begins * _SECOND)
    ends = stage.begins + round(step.phase.ends * _SECOND)
    feeds = ("",) if step.down else step.silence
    return [Silence(stage.town.code, feed, begins, ends, step.phase) for feed in feeds]


def _lines(step: Step, occurs: Occurs, stage: _Stage, source: str, rng: Random) -> list[Injected]:
    if occurs.sites and stage.number >= occurs.sites:
        return []
    what = WHATS[occurs.what]
    lines: list[Injected] = []
    for number, seconds in enumerate(_moments(step, occurs, rng)):
        turn, at = rng.getrandbits(32), stage.begins + round(seconds * _SECOND)
        given: dict[str, Value] = {
            name: _filled(value, stage, turn, number) if isinstance(value, str) else value
            for name, value in occurs.given.items()
        }
        one = Occurrence(stage.town, at, rng.randrange(32_768, 61_000), rng.getrandbits(64), given)
        outside = str(given.get("source", ""))
        told = outside if outside and not outside.startswith("10.") else source
        for feed in occurs.seen:
            lines += [
                Injected(when, stage.town.code, feed, told, step.phase, text)
                for when, text in what.sightings[feed](one)
            ]
    return lines


def _moments(step: Step, occurs: Occurs, rng: Random) -> list[float]:
    """Return seconds after the beginning: evenly over the phase, each slightly delayed."""
    count = rng.randint(*occurs.times)
    if occurs.at is not None:
        return [occurs.at + number * 0.4 for number in range(count)]
    gap = (step.phase.ends - step.phase.begins) / count
    return [step.phase.begins + (number + rng.random() / 2) * gap for number in range(count)]


def _filled(text: str, stage: _Stage, turn: int, number: int) -> str:
    """Return the text with its names replaced; where names have several values, all take the same turn."""
    if "$" not in text:
        return text
    values = {name: found[turn % len(found)] for name, found in stage.bound.items()}
    return Template(text).substitute(values, n=number)
