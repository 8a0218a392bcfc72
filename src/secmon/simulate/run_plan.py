"""The current plan of scenario runs, kept in its files and in the streams while runs are added."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from secmon.errors import UsageError
from secmon.simulate.blocks import Blocks
from secmon.simulate.clock import micros, moment_of
from secmon.simulate.municipality_model import Municipality
from secmon.simulate.plan import PlannedRun, Played, load_blocks, load_plan, merge, parse_runs, play, save_plan
from secmon.simulate.scenarios.definition import by_name
from secmon.simulate.scenarios.script import Injected, Silence
from secmon.simulate.stream import Streams
from secmon.simulate.truth import truth
from secmon.simulate.whole_file import write_whole


@dataclass(frozen=True, slots=True)
class ScheduledRun:
    """A run with its state: the affected sites, its end, and whether it is planned, running or past."""

    name: str
    scenario: str
    site: str
    start: datetime
    ends: datetime
    state: str
    sites: tuple[str, ...]


class RunPlan:
    """The plan with its lines and silences."""

    def __init__(
        self, towns: Sequence[Municipality], seed: int, plan_file: Path | None, truth_file: Path | None
    ) -> None:
        """Start with an empty plan; plan and ground truth are written to the files, if given."""
        self._towns, self._seed = tuple(towns), seed
        self._codes = tuple(town.code for town in towns)
        self._plan_file, self._truth_file = plan_file, truth_file
        self._plan: tuple[PlannedRun, ...] = ()
        self._played: tuple[Played, ...] = ()
        self._outages: tuple[Silence, ...] = ()
        self.blocks = Blocks()

    def begin(self, texts: Iterable[str], start: datetime) -> None:
        """Load the plan file, add the runs requested on the command line, and save the plan."""
        asked = [run for text in texts for run in parse_runs(text, start, self._codes)]
        kept = load_plan(self._plan_file, self._codes) if self._plan_file is not None else ()
        self.blocks = Blocks(load_blocks(self._plan_file) if self._plan_file is not None else ())
        plan = merge(kept, asked)
        if self._plan_file is not None and plan != kept:
            save_plan(self._plan_file, plan, self.blocks)
        self._take(plan)

    def add(self, text: str, now: datetime, streams: Streams) -> tuple[PlannedRun, ...]:
        """Add runs that begin from now on; raise UsageError when they are not valid."""
        asked = parse_runs(text, now, self._codes)
        if any(one.run.start < now for one in asked):
            raise UsageError.literal(f"scenario {text!r}: it would begin in the past, whose lines were served already")
        plan = merge(self._plan, asked)
        if self._plan_file is not None:
            save_plan(self._plan_file, plan, self.blocks)
        self._take(plan)
        self.write_truth()
        streams.replan(self.lines, self.silences)
        return tuple(asked)

    def block(self, site: str, values: Sequence[str], now: datetime, streams: Streams) -> bool:
        """Make a site block exactly these values from now on, also after a restart; return False if it did already."""
        if not self.blocks.apply(site, values, micros(now)):
            return False
        if self._plan_file is not None:
            save_plan(self._plan_file, self._plan, self.blocks)
        streams.forget(site)
        return True

    def _take(self, plan: tuple[PlannedRun, ...]) -> None:
        self._plan = plan
        self._played = play(plan, self._towns, self._seed)
        self._outages = tuple(silence for silence in self.silences if not silence.feed)

    def write_truth(self) -> None:
        """Write the ground truth, if it has a file."""
        if self._truth_file is not None:
            write_whole(self._truth_file, truth(self._written()))

    def _written(self) -> Iterator[Played]:
        """Yield the runs without the lines that the sites block, which no reader could have received."""
        for one in self._played:
            lines = (line for line in one.lines if not self.blocks.stops(line.site, line.line, line.at))
            yield replace(one, lines=tuple(lines))

    @property
    def lines(self) -> list[Injected]:
        """Every line of every run."""
        return [line for one in self._played for line in one.lines]

    @property
    def silences(self) -> list[Silence]:
        """Every silence of every run."""
        return [silence for one in self._played for silence in one.silences]

    def is_down(self, site: str, now: datetime) -> bool:
        """Return True if a scenario has taken the whole site offline."""
        return any(outage.covers(site, "", micros(now)) for outage in self._outages)

    def staged(self, now: datetime) -> tuple[ScheduledRun, ...]:
        """Return all runs by their start."""
        return tuple(sorted((_staged(one, now) for one in self._played), key=lambda one: (one.start, one.name)))


def _staged(played: Played, now: datetime) -> ScheduledRun:
    run = played.run
    begins, ends = run.start.astimezone(UTC), run.start + timedelta(seconds=by_name()[run.scenario].seconds)
    last = max((silence.ends for silence in played.silences), default=0)
    ends = max(ends, moment_of(last))
    state = "planned" if now < begins else "running" if now < ends else "past"
    sites = {line.site for line in played.lines} | {silence.site for silence in played.silences}
    return ScheduledRun(run.name, run.scenario, run.site, begins, ends.astimezone(UTC), state, tuple(sorted(sites)))
