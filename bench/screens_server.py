"""`secmon demo` as a process of its own, and what it takes while it runs."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean

import httpx
import psutil

_START_SECONDS, _STOP_SECONDS = 1_800.0, 60.0
_EVERY = 2.0


@dataclass
class Running:
    """A server by its address and process; `memory` has its megabytes every two seconds."""

    url: str
    process: psutil.Process
    memory: list[float] = field(default_factory=list)

    def cpu_seconds(self) -> float:
        """Processor time that it has taken up to now, of all threads."""
        used = self.process.cpu_times()
        return float(used.user + used.system)

    def growth(self) -> dict[str, float]:
        """Memory at the beginning and at the end (means of a fifth each), and the most there was."""
        part = max(1, len(self.memory) // 5)
        first, last = mean(self.memory[:part]), mean(self.memory[-part:])
        return {"first_mb": round(first), "last_mb": round(last), "most_mb": round(max(self.memory))}

    def pipeline(self, over: threading.Event) -> None:
        """Keep its memory until it is over."""
        while not over.wait(_EVERY):
            self.memory.append(self.process.memory_info().rss / 1e6)


@contextmanager
def demo(data: Path, rate: float, history: str) -> Iterator[Running]:
    """The demonstration over a folder, once it is healthy; ended with Ctrl-C."""
    port = _free_port()
    command = [sys.executable, "-m", "secmon", "demo", "--port", str(port), "--data", str(data)]
    command += ["--rate", str(rate), "--history", history]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SECMON_")}
    data.parent.mkdir(parents=True, exist_ok=True)
    with data.with_suffix(".log").open("ab") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=environment
        )
    running, over = Running(f"http://127.0.0.1:{port}", psutil.Process(process.pid)), threading.Event()
    try:
        _wait(process, running.url)
        threading.Thread(target=running.pipeline, args=(over,), daemon=True).start()
        yield running
    finally:
        over.set()
        process.send_signal(signal.SIGINT)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit(f"the server ended with exit code {process.returncode}; see the .log beside its folder")
        try:
            if httpx.get(f"{url}/healthz", timeout=2.0, trust_env=False).status_code in {200, 503}:
                return
        except httpx.TransportError:
            time.sleep(0.5)
    raise SystemExit(f"the server did not answer within {_START_SECONDS:.0f} s")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
