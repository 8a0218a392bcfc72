"""Simulate a day with every scenario and decoy, and run collection and detection over it faster than real time.

The clocks of the simulator and the centre are stopped and advanced together. Sites affected by a running scenario
are polled every few seconds, as all sites are in real operation; the others every quarter of an hour, which only
saves time.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import aiohttp

from secmon.demo.evaluate.record import record
from secmon.demo.evaluate.score import score
from secmon.demo.evaluate.truth import Act, read_acts, under_way
from secmon.demo.simulator_process import SimulatorControl, feeds_at, free_port, simulator
from secmon.runtime.centre import Centre, open_centre
from secmon.settings import load_settings

BEGINS = datetime.fromisoformat("2026-11-24T00:00:00+09:00")
"""A working Tuesday in Korea."""

_HOURS = 24
_FIRST_ACT = timedelta(hours=6)  # before it the centre learns the normal level
_SELDOM = timedelta(minutes=15)
_AFTER = timedelta(minutes=2)
_LINES = 5_000  # requested from a feed at a time


@dataclass(frozen=True)
class Play:
    """Options of `secmon evaluate`; `step` is the polling interval of affected sites, in seconds."""

    seed: int
    step: int
    rate: float
    folder: Path


class _Clock:
    """Clock of the centre, advanced by the evaluation."""

    def __init__(self) -> None:
        self.now = BEGINS

    def __call__(self) -> datetime:
        return self.now


def evaluate(play: Play, report: Callable[[float, str], None]) -> dict[str, Any]:
    """Simulate the day in an empty folder and score it; `report` receives the share done and current scenarios."""
    port, clock = free_port(), _Clock()
    db, truth = play.folder / "simulator", play.folder / "simulator" / "truth.ndjson"
    options = ["--rate", str(play.rate), "--seed", str(play.seed), "--start", BEGINS.isoformat(), "--history", "1h"]
    options += ["--held", "--control-token", str(db / "control-token"), "--tokens", str(db / "tokens.csv")]
    options += ["--truth", str(truth)]
    settings = load_settings(
        data=play.folder / "centre",
        token_file=db / "tokens.csv",
        feeds=[{**feed, "every": 0} for feed in feeds_at(port)],
        collect_gzip=False,
    )
    with simulator(db, port, options), open_centre(settings, simulated=True, clock=clock) as centre:
        director = SimulatorControl(
            f"http://127.0.0.1:{port}/control", (db / "control-token").read_text("utf-8").strip()
        )
        for text, when in _programme(director.scenarios(), play.seed):
            director.plan(text, when)
        acts = read_acts(truth)
        names = {rule.id: rule.name for rule in centre.pipeline.detector.signatures.values()}
        asyncio.run(_watch(centre, clock, director, acts, play.step, report))
        result = score(record(centre.pipeline.context, names, acts, _HOURS), acts)
    return {"seed": play.seed, "day": BEGINS.date().isoformat(), "hours": _HOURS, "step_seconds": play.step} | result


def _programme(names: Sequence[str], seed: int) -> Iterator[tuple[str, datetime]]:
    """Schedule every scenario and decoy once, in an order and at times determined by the seed."""
    random = Random(seed)  # noqa: S311  # a repeatable programme, not secrets
    room = (timedelta(hours=_HOURS) - _FIRST_ACT - timedelta(hours=1)) / len(names)
    for number, name in enumerate(random.sample(names, len(names))):
        yield name, BEGINS + _FIRST_ACT + number * room + timedelta(seconds=random.randrange(600))


async def _watch(
    centre: Centre,
    clock: _Clock,
    director: SimulatorControl,
    acts: Sequence[Act],
    step: int,
    report: Callable[[float, str], None],
) -> None:
    pipeline = centre.pipeline
    ends = BEGINS + timedelta(hours=_HOURS)
    async with aiohttp.ClientSession() as session:
        for now, seldom in _ticks(acts, ends, timedelta(seconds=step)):
            await director.move(session, now)
            clock.now = now
            sites = under_way(acts, now, _AFTER)
            asked = [one for one in pipeline.collector.addresses if seldom or one.site in sites]
            more = True
            while more:
                done = await pipeline.collector.ask(pipeline.transport, asked, _LINES)
                await pipeline.load_only()
                more = done.more > 0 or done.paused or done.under_way > 0
            await pipeline.detect()
            names = ", ".join(act.scenario for act in acts if act.begins <= now <= act.ends)
            report((now - BEGINS) / (ends - BEGINS), names)
    await pipeline.close()


def _ticks(acts: Sequence[Act], ends: datetime, step: timedelta) -> Iterator[tuple[datetime, bool]]:
    """Yield polling times, and True when all sites are polled: often while a scenario runs, rarely otherwise."""
    now, seldom = BEGINS, BEGINS
    while now <= ends:
        everybody = now >= seldom
        if everybody:
            seldom = now + _SELDOM
        yield now, everybody
        if under_way(acts, now, _AFTER):
            now += step
        else:
            starts = [act.begins for act in acts if act.begins > now]
            now = min([seldom, *(max(now + step, start) for start in starts)])
