"""The collection round: its length, its cost and its lag, over 226 sites and the real simulator; then over copies of them.

    python bench/round.py --json [--rate 2000] [--rounds 12] [--interval 5] [--feeds ids,firewall,web,auth,endpoint]
                                 [--copies 10]

As the server does it: a round every `--interval` seconds, loading and detection every second, a snapshot for the wall every
second, each beside the others in one process; feeds are asked as often as in the demonstration. `--rate` is the events a
second over all sites at this moment. With `--copies 10` the same rate then comes from 2,260 sites, in processes of their
own, and `ratio` compares the processor time per event. The last line on standard output is one JSON object. Exit code 1
when a line was lost.
"""

import argparse
import asyncio
import csv
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import psutil
from sqlalchemy import select

from effort import in_child, machine, told
from secmon.db.database import Database
from secmon.db.models import Batch
from secmon.demo.simulator_process import feeds_at
from secmon.ingest import batch_journal
from secmon.ingest.transports.page import FeedAddress
from secmon.pipeline.backfill import backfill
from secmon.pipeline.collect import Round
from secmon.pipeline.pipeline import Pipeline
from secmon.runtime.centre import Centre, open_centre
from secmon.settings import load_settings
from secmon.simulate.volume import FEED_SHARE, activity

FEEDS = "ids,firewall,web,auth,endpoint"
SITES = 226
_WARM = 2  # rounds that do not count: connections are opened again, every feed has its turn
_EVERY = 1.0  # seconds between loads, as in secmon.pipeline.scheduler
_START_SECONDS = 30.0
_NEVER = datetime.max.replace(tzinfo=UTC)
_LAG = """
SELECT quantile(0.5)(age), quantile(0.95)(age)
FROM (SELECT (toUnixTimestamp64Milli(received_at) - toUnixTimestamp64Milli(time)) / 1000 AS age FROM events
      WHERE received_at >= {begin:DateTime64(3, 'UTC')})
"""


@dataclass
class Measured:
    """What the rounds that count took; times are in seconds."""

    rounds: list[Round] = field(default_factory=list)
    load: list[float] = field(default_factory=list)
    detect: list[float] = field(default_factory=list)
    publish: list[float] = field(default_factory=list)
    began: datetime = _NEVER
    cpu: float = 0.0
    wall: float = 0.0


async def ticks(seconds: float, job: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    """Do the job every so many seconds; a tick that is missed is left out, as by the scheduler."""
    due = time.monotonic()
    while not stop.is_set():
        await job()
        now = time.monotonic()
        due = max(due + seconds, now - (now - due) % seconds)
        await asyncio.sleep(max(0.0, due - now))


async def rounds(pipeline: Pipeline, number: int, interval: float) -> Measured:
    """Rounds, loads, detections and snapshots side by side until so many rounds counted."""
    taken, stop, warm = Measured(), asyncio.Event(), _WARM
    cpu = wall = 0.0
    await backfill(pipeline, lambda _progress: None)  # what the sites have kept up to now, as at a start of the server

    async def collect() -> None:
        nonlocal warm, cpu, wall
        if not warm and not wall:
            cpu, wall, taken.began = time.process_time(), time.perf_counter(), pipeline.clock()
        if len(taken.rounds) == number:
            taken.cpu, taken.wall = time.process_time() - cpu, time.perf_counter() - wall
            stop.set()
            return
        done = await pipeline.collect()
        if wall:
            taken.rounds.append(done)
        else:
            warm -= 1
        told.print(f"{len(taken.rounds)}/{number} {done.lines} lines of {done.feeds} feeds in {done.seconds:.2f} s")

    async def load() -> None:
        began = time.perf_counter()
        lines = await pipeline.load_only()
        loaded = time.perf_counter()
        await pipeline.detect()
        if wall and lines:
            taken.load.append(loaded - began)
            taken.detect.append(time.perf_counter() - loaded)

    async def publish() -> None:
        began, last = time.perf_counter(), pipeline.published_at
        await pipeline.publish()
        if wall and pipeline.published_at != last:
            taken.publish.append(time.perf_counter() - began)

    await asyncio.gather(ticks(interval, collect, stop), ticks(_EVERY, load, stop), ticks(_EVERY, publish, stop))
    await pipeline.load()
    await pipeline.close()
    return taken


@contextmanager
def simulator(port: int, rate: float, copies: int, tokens: Path) -> Iterator[None]:
    """The municipalities, so many times, as a process of their own that ends with this block."""
    command = [sys.executable, "-m", "secmon.simulate", "--port", str(port), "--rate", str(rate), "--history", "10s"]
    command += ["--tokens", str(tokens), "--copies", str(copies), "--exit-with-stdin"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SECMON_")}
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True, env=environment) as process:
        try:
            _wait(process, port)
            yield
        finally:
            process.terminate()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit(f"the simulator ended at once with exit code {process.returncode}")
        try:
            if httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=1.0, trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit(f"the simulator did not answer within {_START_SECONDS:.0f} s")


def addresses(tokens: Path, feeds: list[dict[str, Any]]) -> tuple[FeedAddress, ...]:
    """The feeds of every site of the token file, copies as well, which the registry does not know."""
    with tokens.open(encoding="utf-8", newline="") as file:
        sites = [(row["site"], row["token"]) for row in csv.DictReader(file)]
    return tuple(
        FeedAddress(site, one["name"], one["format"], one["url"].replace("{site}", site), token, one["every"])
        for site, token in sites
        for one in feeds
    )


def measured(names: list[str], rate: float, number: int, interval: float, copies: int) -> dict[str, Any]:
    """Rounds over a fresh centre and a simulator of its own."""
    with tempfile.TemporaryDirectory(prefix="secmon-bench-") as text:
        data = Path(text)
        tokens = data / "tokens.csv"
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = int(found.getsockname()[1])
        feeds = [one for one in feeds_at(port) if one["name"] in names]
        now = int(time.time()) // 60
        whole = rate / (activity(now) * sum(FEED_SHARE[name] for name in names))
        with simulator(port, whole, copies, tokens):
            settings = load_settings(
                data=data / "centre", feeds=feeds, token_file=tokens, collect_gzip=False, collect_seconds=interval
            )
            with open_centre(settings) as centre:
                centre.pipeline.collector.addresses = addresses(tokens, feeds)
                taken = asyncio.run(rounds(centre.pipeline, number, interval))
                return figures(centre, taken, len(centre.pipeline.collector.addresses), interval)


def figures(centre: Centre, taken: Measured, feeds: int, interval: float) -> dict[str, Any]:
    """What is printed of the rounds."""
    account = batch_journal.backlog(centre.db)
    lines = sum(done.lines for done in taken.rounds)
    seconds = [done.seconds for done in taken.rounds]
    ((half, most),) = centre.store.rows(_LAG, {"begin": taken.began})
    waits = _waits(centre.db, taken.began)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {
        "feeds": feeds,
        "rounds": len(taken.rounds),
        "round_seconds": {"median": round(median(seconds), 3), "max": round(max(seconds), 3)},
        "events_a_round": round(median(done.lines for done in taken.rounds)),
        "feeds_asked_a_round": round(median(done.feeds for done in taken.rounds)),
        "failed_feeds": sum(done.failed for done in taken.rounds),
        "events_per_second": round(lines / taken.wall),
        "sites_under_way_at_most": max(done.under_way for done in taken.rounds),
        "cpu_share_of_a_core": round(taken.cpu / taken.wall, 3),
        "cpu_microseconds_per_event": round(taken.cpu / max(1, lines) * 1e6, 1),
        "load_seconds": _spread(taken.load),
        "detect_seconds": _spread(taken.detect),
        "snapshot_seconds": _spread(taken.publish),
        "rss_mb": round(psutil.Process().memory_info().rss / 1e6),
        "rss_peak_mb": round(used / 1e6),
        "lag_seconds": {
            "event_to_centre": {"median": round(half, 2), "p95": round(most, 2)} if lines else {},
            "centre_to_store": _spread(waits),
        },
        "within_interval": max(seconds) <= interval,
        "lines": account.lines,
        "exact": account.lines == account.events + account.quarantined and account.spooled == 0,
    }


def _waits(db: Database, began: datetime) -> list[float]:
    """How long each batch lay in the spool."""
    with db.session() as session:
        rows = session.execute(select(Batch.created_at, Batch.loaded_at).where(Batch.created_at >= began)).all()
    return [(loaded - made).total_seconds() for made, loaded in rows if loaded is not None]


def _spread(values: list[float]) -> dict[str, float]:
    return {"median": round(median(values), 3), "max": round(max(values), 3)} if values else {}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print the result on one line instead of indented")
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--rate", type=float, default=2000.0)
    parser.add_argument("--interval", type=float, default=5.0)
    parser.add_argument("--feeds", default=FEEDS)
    parser.add_argument("--copies", type=int, default=1)
    parser.add_argument("--only", type=int, default=0, help=argparse.SUPPRESS)  # one measurement, in this process
    given = parser.parse_args()
    names = given.feeds.split(",")
    unknown = set(names) - set(FEED_SHARE)
    if unknown:
        parser.error(f"no such feed: {', '.join(sorted(unknown))}")
    if given.only:
        print(json.dumps(measured(names, given.rate, given.rounds, given.interval, given.only)))
        return 0
    options = [f"--{name}={getattr(given, name)}" for name in ("rounds", "rate", "interval", "feeds")]
    result = {"bench": "round", "rate": given.rate, "interval": given.interval, "names": names, "machine": machine()}
    found = {copies: in_child("round.py", *options, f"--only={copies}") for copies in dict.fromkeys((1, given.copies))}
    result |= {"sites": SITES, **found[1]}
    if given.copies > 1:
        more = found[given.copies]
        result["copies"] = {"sites": SITES * given.copies, **more}
        result["ratio"] = round(more["cpu_microseconds_per_event"] / found[1]["cpu_microseconds_per_event"], 3)
    print(json.dumps(result, indent=None if given.json else 2))
    return 0 if all(one["exact"] for one in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
