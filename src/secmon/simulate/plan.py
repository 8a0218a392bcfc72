"""Plan of the scenario runs; a plan file stores absolute times, so that a restart repeats the same runs."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from secmon.errors import UsageError
from secmon.simulate.blocks import Block
from secmon.simulate.municipality_model import Municipality
from secmon.simulate.scenarios.definition import by_name, scenario_names
from secmon.simulate.scenarios.runner import run_scenario
from secmon.simulate.scenarios.script import Injected, Run, Scenario, Silence
from secmon.simulate.when import ALLOWED, parse_when
from secmon.simulate.whole_file import write_whole

ALL = "all"
"""Instead of a name: every scenario and decoy, one after the other."""
_PAUSE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A run and the text that requested it."""

    text: str
    run: Run

    @property
    def looks_back(self) -> bool:
        """True if the text counts back from the start of the process, as in `sweep-scan@-3h`."""
        return self.text.partition("@")[2].startswith("-")


@dataclass(frozen=True, slots=True)
class Played:
    """The lines of one run, and the silences it causes."""

    run: Run
    lines: tuple[Injected, ...]
    silences: tuple[Silence, ...] = ()


def parse_runs(text: str, start: datetime, sites: Iterable[str]) -> list[PlannedRun]:
    """Parse `NAME@WHEN`, `NAME:SITE@WHEN` or `all@WHEN` into runs; raise UsageError that says what is allowed."""
    what, at, when = text.partition("@")
    if what != ALL or not at:
        return [parse_run(text, start, sites)]
    begins, runs = parse_when(when, start), list[PlannedRun]()
    for scenario in by_name().values():
        runs.append(PlannedRun(f"{ALL}/{scenario.name}@{when}", Run(scenario.name, "", begins)))
        begins += timedelta(seconds=scenario.seconds) + _PAUSE
    return runs


def parse_run(text: str, start: datetime, sites: Iterable[str]) -> PlannedRun:
    """Parse `NAME@WHEN` or `NAME:SITE@WHEN` into a run; raise UsageError that says what is allowed."""
    what, at, when = text.partition("@")
    name, colon, site = what.partition(":")
    scenario = by_name().get(name)
    if scenario is None or not at:
        names = ", ".join(scenario_names())
        raise UsageError.literal(
            f"scenario {text!r}: write NAME@WHEN; NAME is {ALL} or one of {names}, WHEN is {ALLOWED}"
        )
    if colon:
        _check_site(text, scenario, site, sites)
    return PlannedRun(text, Run(name, site, parse_when(when, start)))


def _check_site(text: str, scenario: Scenario, site: str, sites: Iterable[str]) -> None:
    if not scenario.takes_site:
        raise UsageError.literal(f"scenario {text!r}: {scenario.name} chooses its sites itself, leave ':{site}' out")
    if site not in set(sites):
        raise UsageError.literal(f"scenario {text!r}: no site has the code {site!r}; 'secmon sites' lists them")


def merge(kept: Sequence[PlannedRun], asked: Sequence[PlannedRun]) -> tuple[PlannedRun, ...]:
    """Return the stored runs, followed by the requested runs that are new.

    A text that looks back is made absolute only once, so that a restart finds the same past; a text that looks
    ahead is a new attack at every start.
    """
    plan = list(kept)
    for one in asked:
        same_past = one.looks_back and any(one.text == other.text for other in plan)
        if not same_past and all(one.run != other.run for other in plan):
            plan.append(one)
    return tuple(plan)


def load_plan(path: Path, sites: Iterable[str]) -> tuple[PlannedRun, ...]:
    """Load the runs of a plan file; empty when there is no file. Raises UsageError when it is damaged."""
    known = set(sites)
    try:
        return tuple(_planned(entry, known) for entry in _document(path)["runs"])
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError.literal(f"plan {path} is damaged ({error!r}); move it away to begin a new one") from error


def load_blocks(path: Path) -> tuple[Block, ...]:
    """Load the sites' blocks from a plan file; empty when there is no file. Raises UsageError when it is damaged."""
    try:
        return tuple(
            Block(str(site), str(value), int(begins), None if ends is None else int(ends))
            for site, value, begins, ends in _document(path).get("blocks", [])
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise UsageError.literal(f"plan {path} is damaged ({error!r}); move it away to begin a new one") from error


def _document(path: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {"runs": []}
    except (OSError, ValueError) as error:
        raise UsageError.literal(f"plan {path} cannot be read ({error}); move it away to begin a new one") from error
    return document


def _planned(entry: dict[str, str], sites: set[str]) -> PlannedRun:
    run = Run(entry["scenario"], entry["site"], datetime.fromisoformat(entry["start"]).astimezone(UTC))
    if run.scenario not in by_name() or (run.site and run.site not in sites):
        raise ValueError(f"unknown scenario or site in {run.name}")
    return PlannedRun(str(entry["text"]), run)


def save_plan(path: Path, plan: Iterable[PlannedRun], blocks: Iterable[Block] = ()) -> None:
    """Write a plan file, atomically."""
    runs = [
        {
            "text": one.text,
            "scenario": one.run.scenario,
            "site": one.run.site,
            "start": one.run.start.astimezone(UTC).isoformat(),
        }
        for one in plan
    ]
    document: dict[str, Any] = {"runs": runs}
    if kept := [[one.site, one.value, one.begins, one.ends] for one in blocks]:
        document["blocks"] = kept
    write_whole(path, json.dumps(document, indent=1).encode() + b"\n")


def play(plan: Iterable[PlannedRun], towns: Sequence[Municipality], seed: int) -> tuple[Played, ...]:
    """Generate the lines of every run.

    A pure function of seed and run, except for lines within a silence of any run.
    """
    played = [_perform(one.run, tuple(towns), seed) for one in plan]
    silences: dict[tuple[str, str], list[Silence]] = {}
    for silence in (silence for one in played for silence in one.silences):
        silences.setdefault((silence.site, silence.feed), []).append(silence)
    return tuple(replace(one, lines=tuple(_heard(one.lines, silences))) for one in played)


def _heard(lines: Iterable[Injected], silences: Mapping[tuple[str, str], Sequence[Silence]]) -> Iterator[Injected]:
    for one in lines:
        if not any(silence.covers(one.site, one.feed, one.at) for silence in silences.get((one.site, one.feed), ())):
            yield one


@lru_cache(maxsize=256)
def _perform(run: Run, towns: tuple[Municipality, ...], seed: int) -> Played:
    digest = hashlib.blake2b(f"{seed}|{run.name}".encode(), digest_size=16).digest()
    rng = Random(int.from_bytes(digest, "little"))  # noqa: S311 - repeatable play, not secrets
    shown = run_scenario(by_name()[run.scenario], run, towns, rng)
    return Played(run, shown.lines, shown.silences)
