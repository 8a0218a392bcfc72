"""Presentations: replay a simulated day beside the live centre, controlled by the chapters of a tour."""

import asyncio
import contextlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import structlog

from secmon.db.audit_log import CENTRE
from secmon.db.transaction import Change
from secmon.demo.evaluate.truth import Act, read_acts, under_way
from secmon.demo.simulator_process import SimulatorControl, feeds_at, free_port, simulator
from secmon.demo.tour.scripted_staff import ScriptedStaff
from secmon.live.context import CentreContext
from secmon.operations.crisis_level import CrisisLevel, Declaration, declare_level
from secmon.pipeline import backfill
from secmon.runtime.centre import Centre, open_centre
from secmon.settings import load_settings
from secmon.sites.scope import EVERYTHING
from secmon.store.sql import identifier
from secmon.web.tour.chapters import CHAPTERS, SPEEDS
from secmon.web.tour.replay_protocol import ReplayState

_log = structlog.get_logger(__name__)
BEGINS = datetime(2026, 11, 24, 1, tzinfo=UTC)
"""Ten in the morning of a working Tuesday in Korea."""

_RATE, _SEED = 2.0, 226
_TICK = 1.0
_LEAP = timedelta(minutes=5)
"""Largest step of the clock on its way to a chapter."""

_EVERYBODY = timedelta(minutes=2)
_AFTER = timedelta(minutes=2)
_LINES, _PATIENCE = 5_000, 60.0
_DATABASE = "presentation"


class TourReplay:
    """Controller of the presentation, one at a time; call its methods in the server's event loop.

    Every method but `close` returns at once.
    """

    def __init__(self, live: Centre, history: str = "12h") -> None:
        """Use the live centre's engine, but separate databases; nothing is created before `start`.

        `history` is the length of the past at the start, as a duration like 12h; it accounts for most of the
        preparation time.
        """
        self._history = history
        self._live, self._folder = live, live.settings.data / "presentation"
        self._task: asyncio.Task[None] | None = None
        self._centre: Centre | None = None
        self._staff: ScriptedStaff | None = None
        self._now, self._ready, self._error = BEGINS, 0.0, ""
        self._chapter, self._speed, self._paused = 0, CHAPTERS[0].speed, False
        self._arrived = -1
        self._resetting: asyncio.Task[None] | None = None

    def state(self) -> ReplayState:
        """Return the current state."""
        running = self._task is not None and not self._task.done()
        now = self._now if self._centre else None
        arrived = self._arrived == self._chapter
        return ReplayState(running, self._ready, self._chapter, arrived, self._speed, self._paused, now, self._error)

    def context(self) -> CentreContext | None:
        """Return the centre that the presentation's pages read from; None until it is ready."""
        return self._centre.pipeline.context if self._centre and self._ready >= 1.0 else None

    def start(self) -> None:
        """Prepare the presentation, unless it is prepared already."""
        if self._task is None or self._task.done():
            self._now, self._ready, self._error, self._arrived = BEGINS, 0.0, "", -1
            self._chapter, self._speed, self._paused = 0, CHAPTERS[0].speed, False
            self._task = asyncio.create_task(self._run())

    def reset(self) -> None:
        """Delete the presentation's data and prepare it again."""
        ending = self._task
        if ending is not None:
            ending.cancel()

        async def again() -> None:
            if ending is not None:
                await asyncio.wait([ending])
            self._task = None
            self.start()

        self._ready = 0.0
        self._resetting = asyncio.create_task(again())

    def go(self, chapter: int) -> None:
        """Move to a chapter; its actions and those of earlier chapters run once the replay has reached its time."""
        self._chapter = max(0, min(chapter, len(CHAPTERS) - 1))
        self._speed, self._paused = CHAPTERS[self._chapter].speed, False

    def pause(self, *, paused: bool) -> None:
        """Pause or continue the replay."""
        self._paused = paused

    def set_speed(self, speed: int) -> None:
        """Set the number of replayed seconds per second, to the nearest available speed."""
        self._speed = min(SPEEDS, key=lambda one: abs(one - speed))

    async def close(self) -> None:
        """Stop the presentation."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        try:
            with contextlib.ExitStack() as stack:
                centre, director, acts = await asyncio.to_thread(stack.enter_context, self._prepared())
                await self._play(centre, director, acts)
        except asyncio.CancelledError:
            pass
        except Exception as error:  # noqa: BLE001  # the boundary of a job: recorded, shown on the page of the tour
            self._error = f"{type(error).__name__}: {error}"
            _log.exception("presentation failed")
        finally:
            centre_now, self._centre, self._staff = self._centre, None, None
            if centre_now is not None:
                centre_now.pipeline.context.hub.close()

    @contextmanager
    def _prepared(self) -> Iterator[tuple[Centre, SimulatorControl, tuple[Act, ...]]]:
        """Start a simulator and open empty databases; the same seed gives the same day."""
        self._live.store.command(f"DROP DATABASE IF EXISTS {identifier(_DATABASE)} SYNC")
        shutil.rmtree(self._folder, ignore_errors=True)
        folder, port = self._folder / "simulator", free_port()
        truth = folder / "truth.ndjson"
        options = [
            "--rate",
            str(_RATE),
            "--seed",
            str(_SEED),
            "--start",
            BEGINS.isoformat(),
            "--history",
            self._history,
        ]
        options += ["--held", "--control-token", str(folder / "control-token"), "--tokens", str(folder / "tokens.csv")]
        options += ["--truth", str(truth), "--scenario", "sweep-scan@+3m"]
        settings = load_settings(
            data=self._folder,
            store=self._live.settings.store_dsn,
            token_file=folder / "tokens.csv",
            feeds=[{**feed, "every": 0} for feed in feeds_at(port)],
            collect_gzip=False,
            # the replay must not depend on how busy the machine is, so it waits for every site
            collect_seconds=2 * _PATIENCE,
            collect_timeout=_PATIENCE,
            language=self._live.settings.language,
        )
        with (
            simulator(folder, port, options),
            open_centre(settings, simulated=True, clock=lambda: self._now, database=_DATABASE) as centre,
        ):
            declare_level(
                Change(centre.db, EVERYTHING, CENTRE, BEGINS),
                Declaration(CrisisLevel.NORMAL, "NCSC", "presentation", BEGINS),
            )
            token = Path(folder / "control-token").read_text("utf-8").strip()
            yield centre, SimulatorControl(f"http://127.0.0.1:{port}/control", token), read_acts(truth)

    async def _play(self, centre: Centre, director: SimulatorControl, acts: tuple[Act, ...]) -> None:
        def report(progress: backfill.Progress) -> None:
            self._ready = 0.98 * progress.done / max(1, progress.feeds)

        self._centre = centre
        self._staff = ScriptedStaff(centre.pipeline.context)
        await backfill.backfill(centre.pipeline, report)
        await self._publish(centre)
        self._ready, everybody = 1.0, BEGINS
        try:
            async with aiohttp.ClientSession() as session:
                while True:
                    began, chapter = asyncio.get_running_loop().time(), self._chapter
                    if self._forward():
                        await director.move(session, self._now)
                        everybody = await self._collect(centre, acts, everybody)
                    await self._act()
                    await self._publish(centre)
                    there = self._now >= BEGINS + CHAPTERS[chapter].at
                    self._arrived = chapter if there else -1
                    rest = _TICK - (asyncio.get_running_loop().time() - began)
                    await asyncio.sleep(max(0.05, rest) if there else 0)
        finally:
            await centre.pipeline.close()

    def _forward(self) -> bool:
        """Advance the clock by a tick: in large steps up to the chapter's time, then at its speed.

        The clock stops at the next chapter.
        """
        reached = BEGINS + CHAPTERS[self._chapter].at
        following = self._chapter + 1
        ends = BEGINS + CHAPTERS[following].at if following < len(CHAPTERS) else reached + timedelta(hours=1)
        before = self._now
        if self._now < reached:
            self._now = min(reached, self._now + _LEAP)
        elif not self._paused:
            self._now = max(self._now, min(ends, self._now + timedelta(seconds=self._speed * _TICK)))
        return self._now > before

    async def _collect(self, centre: Centre, acts: tuple[Act, ...], everybody: datetime) -> datetime:
        pipeline, sites = centre.pipeline, under_way(acts, self._now, _AFTER)
        seldom = self._now - everybody >= _EVERYBODY
        asked = [one for one in pipeline.collector.addresses if seldom or one.site in sites]
        if asked:
            await pipeline.collector.ask(pipeline.transport, asked, _LINES)
            await pipeline.load_only()
            await pipeline.detect()
        return self._now if seldom else everybody

    async def _act(self) -> None:
        chapter, staff = CHAPTERS[self._chapter], self._staff
        if staff is not None and self._now >= BEGINS + chapter.at:
            due = [one.act for one in CHAPTERS[: self._chapter + 1] if one.act]
            if due:
                await asyncio.to_thread(staff.act, due[-1], self._now)
            if not self._paused:
                await asyncio.to_thread(staff.step, self._now)

    async def _publish(self, centre: Centre) -> None:
        centre.pipeline.published_at = None
        await centre.pipeline.publish()
