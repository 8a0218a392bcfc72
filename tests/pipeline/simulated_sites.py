"""The simulated municipalities as a process, and a watch over them on a store of the test's own."""

import asyncio
import csv
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import md5
from pathlib import Path
from typing import Any

import httpx

from migrated_database import migrated_database
from secmon.db.database import Database
from secmon.db.models import FeedState
from secmon.ingest.configured_feeds import feed_addresses
from secmon.pipeline.collect import Round
from secmon.pipeline.pipeline import Pipeline
from secmon.runtime.centre import _watch, utc_now
from secmon.settings import Settings, load_settings
from secmon.store.client import Store

FEEDS = {"ids": "suricata_eve", "auth": "rfc5424"}
Lines = dict[tuple[str, str], list[bytes]]


@dataclass
class Simulation:
    """One seed and plan of the simulator, which may be stopped and started again on the same port."""

    folder: Path
    rate: float = 60.0
    history: timedelta = timedelta(minutes=10)
    scenarios: Sequence[str] = ()
    port: int = 0
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))
    process: subprocess.Popen[bytes] | None = None

    def start(self, *faults: str) -> None:
        """Serve, as `secmon demo` starts it; the same streams as before when it was stopped."""
        self.port = self.port or _free_port()
        command = [sys.executable, "-m", "secmon.simulate", "--port", str(self.port), "--rate", str(self.rate)]
        command += ["--seed", "11", "--history", f"{self.history.total_seconds():.0f}s"]
        command += ["--start", self.begun.isoformat(), "--tokens", str(self.tokens), "--truth", str(self.truth)]
        command += [part for scenario in self.scenarios for part in ("--scenario", scenario)]
        command += [part for fault in faults for part in ("--fault", fault)]
        environment = os.environ | {"SECMON_SIMULATE_SECRET": "of this test"}
        self.process = subprocess.Popen(
            [*command, "--exit-with-stdin"], stdin=subprocess.PIPE, start_new_session=True, env=environment
        )
        self._wait()

    def _wait(self) -> None:
        for _ in range(400):
            assert self.process is not None
            assert self.process.poll() is None, "the simulator ended before it served"
            try:
                httpx.get(f"http://127.0.0.1:{self.port}/healthz", trust_env=False).raise_for_status()
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("the simulator does not answer")

    def stop(self) -> None:
        """End it at once."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            assert self.process.stdin is not None
            self.process.stdin.close()
            self.process = None

    @property
    def tokens(self) -> Path:
        """CSV of the sites' tokens."""
        return self.folder / "tokens.csv"

    @property
    def truth(self) -> Path:
        """What was injected, as NDJSON."""
        return self.folder / "truth.ndjson"

    def settings(self, data: Path, *, port: int = 0, **more: Any) -> Settings:
        """Settings of a centre that collects from these sites, perhaps through a proxy on another port."""
        url = f"http://127.0.0.1:{port or self.port}/sites/{{site}}/feeds/"
        feeds = [{"name": name, "format": form, "url": url + name} for name, form in FEEDS.items()]
        return load_settings(data=data, feeds=feeds, token_file=self.tokens, collect_gzip=False, retry_first=0, **more)

    def first_lines(self, counts: dict[tuple[str, str], int]) -> Lines:
        """That many first lines of each stream, read directly from the sites with a fresh cursor."""
        with self.tokens.open(newline="", encoding="utf-8") as file:
            tokens = {row["site"]: row["token"] for row in csv.DictReader(file)}
        with httpx.Client(base_url=f"http://127.0.0.1:{self.port}", trust_env=False, timeout=60) as client:
            return {key: _read(client, key, count, tokens[key[0]]) for key, count in counts.items()}


def _read(client: httpx.Client, key: tuple[str, str], count: int, token: str) -> list[bytes]:
    lines: list[bytes] = []
    query: dict[str, str] = {}
    while len(lines) < count:
        query["limit"] = str(min(50_000, count - len(lines)))
        answer = client.get(
            f"/sites/{key[0]}/feeds/{key[1]}", params=query, headers={"authorization": f"Bearer {token}"}
        )
        answer.raise_for_status()
        found = answer.content.split(b"\n")[:-1]
        assert found, f"{key}: the site has {len(lines)} lines only, {count} were taken from it"
        lines += found
        query["after"] = answer.headers["x-next-cursor"]
    return lines


@contextmanager
def simulating(folder: Path, *faults: str, **options: Any) -> Iterator[Simulation]:
    """A running simulator, ended with the block; `options` are fields of Simulation."""
    folder.mkdir(parents=True, exist_ok=True)
    simulation = Simulation(folder, **options)
    try:
        simulation.start(*faults)
        yield simulation
    finally:
        simulation.stop()


@contextmanager
def watching(store: Store, settings: Settings) -> Iterator[Pipeline]:
    """The jobs over an empty store and a desk of their own, wired as the program wires them."""
    db = migrated_database(settings.data / "desk.sqlite3")
    pipeline = _watch(settings, store, db, feed_addresses(settings), utc_now, simulated=True)
    try:
        yield pipeline
    finally:
        asyncio.run(pipeline.close())
        db.close()


async def one_round(pipeline: Pipeline) -> tuple[Round, int]:
    """A collection round, and the number of lines loaded of it."""
    try:
        return await pipeline.collect(), await pipeline.load_only()
    finally:
        await pipeline.close()


async def drain(pipeline: Pipeline) -> None:
    """Rounds with large pages until no site has more, then the rules."""
    more = 1
    try:
        while more:
            asked = await pipeline.collector.ask(pipeline.transport, pipeline.collector.addresses, 5_000)
            more = asked.more + asked.under_way
            await pipeline.load_only()
        await pipeline.detect()
    finally:
        await pipeline.close()


def journalled(db: Database) -> dict[tuple[str, str], int]:
    """Lines taken from each feed, as the journal has them."""
    with db.session() as session:
        return {(row.site, row.feed): row.lines for row in session.query(FeedState)}


def fingerprint(lines: Sequence[bytes]) -> tuple[int, int]:
    """How many lines, and a number that is the same for the same lines in any order."""
    total = sum(int.from_bytes(md5(line).digest()[:8], "little") for line in lines)
    return len(lines), total % (1 << 64)


STORED = """
SELECT site, feed, count(), sum(reinterpretAsUInt64(substring(MD5(line), 1, 8)))
FROM (SELECT site, feed, raw_data AS line FROM events UNION ALL SELECT site, feed, line FROM quarantine)
GROUP BY site, feed
"""


def stored(store: Store) -> dict[tuple[str, str], tuple[int, int]]:
    """The fingerprint of what the store holds of each feed."""
    return {(site, feed): (count, total) for site, feed, count, total in store.rows(STORED)}


def counted_in(store: Store, table: str) -> Counter[tuple[str, str]]:
    """Rows of a table by site and feed."""
    rows = store.rows(f"SELECT site, feed, count() FROM {table} GROUP BY site, feed")
    return Counter({(site, feed): count for site, feed, count in rows})


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
