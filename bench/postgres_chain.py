"""One peer, in a process of its own: the same lines through COPY into a cluster of PostgreSQL made for it alone.

JSON lines become one jsonb column; other lines are copied as text and taken apart into a typed table with the main
columns and the raw line. Then quarter-hour totals. The cluster has Debian's settings, so every commit is synced; it is
reached by a Unix socket only. Less than the others do: JSON stays without typed columns, no index, no quarantine (one bad
line fails the file), no account, no site a line. CPU is that of all its processes, memory their proportional set sizes.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Self

import psutil

import corpus
import installed
from effort import Effort
from postgres_formats import FIELDS, JSON_TOTALS, TABLES

_TIMEOUT = 900.0
_START_SECONDS = 30.0
_USER = "postgres"
_TOTALS = """
INSERT INTO events_15m
SELECT date_bin('15 minutes', time, TIMESTAMPTZ '2000-01-01'), kind, severity, count(*), sum(length(raw)) FROM events GROUP BY 1, 2, 3;
"""


def main() -> None:
    """Print lines, exactness and effort as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    given = parser.parse_args()
    lines = sum(stretch.lines for stretch in corpus.stretches(given.corpus))
    programs = installed.postgresql()
    with tempfile.TemporaryDirectory(prefix="pg-") as text, _cluster(programs, Path(text)) as postmaster:
        folder = Path(text)
        _psql(programs, folder, TABLES)
        with _Sampled(postmaster) as sampled:
            _psql(programs, folder, _load(corpus.paths(given.corpus)))
        counted = _psql(programs, folder, "SELECT sum(events) FROM events_15m WHERE slot IS NOT NULL")
        version = _psql(programs, folder, "SHOW server_version").split()[0]
    exact = counted.strip() == str(lines)
    print(json.dumps({"lines": lines, "exact": exact, "version": version, **asdict(sampled.effort)}))


def _load(files: dict[str, Path]) -> str:
    """What psql runs; the delimiter and the quote are bytes that no line has, so a line is one value."""
    parts = ["SET TimeZone = 'Asia/Seoul';"]
    for name, path in files.items():
        quoted = str(path).replace("'", "''")
        table = "lines_text" if name in FIELDS else "lines_json"
        parts += [
            f"TRUNCATE {table};",
            f"\\copy {table} FROM '{quoted}' WITH (FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02', ESCAPE E'\\x02')",
            FIELDS[name] if name in FIELDS else JSON_TOTALS[name],
        ]
    if any(name in FIELDS for name in files):
        parts.append(_TOTALS)
    return "\n".join(parts)


@contextmanager
def _cluster(programs: Path, folder: Path) -> Iterator[psutil.Process]:
    """A cluster in this folder; PostgreSQL refuses root, so root runs it as the user its package made."""
    user = _USER if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    base = folder / "base"
    command = [str(programs / "initdb"), "-D", str(base), "-U", _USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder, user=user, timeout=120)
    server = subprocess.Popen(
        [str(programs / "postgres"), "-D", str(base), "-k", str(folder), "-c", "listen_addresses="],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        user=user,
    )
    try:
        ready = [str(programs / "pg_isready"), "-q", "-h", str(folder)]
        deadline = time.monotonic() + _START_SECONDS
        while subprocess.run(ready, check=False).returncode:
            if server.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("PostgreSQL did not start")
            time.sleep(0.1)
        yield psutil.Process(server.pid)
    finally:
        server.send_signal(signal.SIGINT)  # its fast shutdown
        try:
            server.wait(60)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _psql(programs: Path, folder: Path, commands: str) -> str:
    done = subprocess.run(
        [str(programs / "psql"), "-h", str(folder), "-U", _USER, "-qAtX", "-v", "ON_ERROR_STOP=1", "-d", "postgres"],
        input=commands,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=_TIMEOUT,
    )
    return done.stdout


class _Sampled:
    """Wall and processor time of the server and its client over a block, and the most memory the server had."""

    def __init__(self, postmaster: psutil.Process) -> None:
        self._postmaster, self._stop, self._peak = postmaster, threading.Event(), 0.0
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._before, self._cpu = self._memory(), self._processor_time()
        self._began = time.perf_counter()
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        seconds = time.perf_counter() - self._began
        self._stop.set()
        self._thread.join()
        time.sleep(0.2)  # the session's process ends, and its time is then its parent's
        used = self._processor_time() - self._cpu
        self.effort = Effort(seconds, used, self._before / 1e6, max(self._peak, self._before) / 1e6)

    def _watch(self) -> None:
        while not self._stop.wait(0.25):
            self._peak = max(self._peak, self._memory())

    def _processes(self) -> list[psutil.Process]:
        return [self._postmaster, *self._postmaster.children(recursive=True)]

    def _memory(self) -> float:
        total = 0.0
        for process in self._processes():
            try:
                total += process.memory_full_info().pss
            except psutil.Error:
                continue
        return total

    def _processor_time(self) -> float:
        """Of the server with its live and its ended processes, and of the clients that this process has started."""
        client = os.times()
        total = client.children_user + client.children_system
        for process in self._processes():
            try:
                total += sum(process.cpu_times()[:4])
            except psutil.Error:
                continue
        return total


if __name__ == "__main__":
    main()
