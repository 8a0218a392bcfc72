"""secmon as a process of its own, as somebody starts it."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from secmon.demo.simulator_process import SimulatorControl

_START_SECONDS = 300.0
_STOP_SECONDS = 20.0
_STILL = Path(__file__).with_name("still_centre.py")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; `started` is on the monotonic clock, `data` is its folder."""

    process: subprocess.Popen[bytes]
    url: str
    started: float
    data: Path

    def kill(self) -> None:
        """End it as a power failure does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@contextmanager
def demo(data: Path, history: str, rate: int, port: int = 0, every: int = 10) -> Iterator[Server]:
    """The demonstration with a collection round `every` so many seconds, ended with Ctrl-C."""
    options = ("--history", history, "--rate", str(rate), "--seed", "7")
    with _running(("demo", *options), data, port, every=every) as server:
        yield server


@contextmanager
def still(data: Path) -> Iterator[Server]:
    """A copy of the centre that `still_data` has made: everything is there, and nothing new comes."""
    with _running((), data, 0, program=(str(_STILL), "serve")) as server:
        yield server


def still_data(folder: Path) -> Path:
    """The data folder of the still centre, made by whichever worker of a run comes first."""
    data, done = folder / "still", folder / "still.done"
    with (folder / "still.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            made = subprocess.run(
                [sys.executable, _STILL, "make", data],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                env=_environment(),
                timeout=_START_SECONDS,
            )
            assert made.returncode == 0, made.stderr
            done.touch()
    return data


@contextmanager
def empty(data: Path) -> Iterator[Server]:
    """A server that collects from nobody, ended with Ctrl-C."""
    with _running(("serve",), data, 0) as server:
        yield server


def director(server: Server) -> SimulatorControl:
    """The control desk of the simulator that a demonstration has started: its port is in its command line."""
    token = server.data / "simulator" / "control-token"
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # a process that has ended meanwhile
            words = file.read_text().split("\0")
            if "secmon.simulate" in words and str(token) in words:
                port = words[words.index("--port") + 1]
                return SimulatorControl(f"http://127.0.0.1:{port}/control", token.read_text().strip())
    raise AssertionError(f"no simulator has its control token in {token}")


ACCOUNT, PASSWORD = "watcher", "correct horse battery"


def add_account(data: Path) -> None:
    """An account to log in with at a server that is no demonstration."""
    command = ["user", "add", ACCOUNT, "--role", "supervisor", "--data", str(data)]
    subprocess.run([sys.executable, "-m", "secmon", *command], input=PASSWORD, text=True, check=True, timeout=60)


def _environment(every: int = 10) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SECMON_")}
    # rounds less often than by default leave more of the processor to the tests; a site that is back is asked soon
    return {**kept, "SECMON_COLLECT_SECONDS": str(every), "SECMON_RETRY_LONGEST": "10"}


@contextmanager
def _running(
    command: tuple[str, ...], data: Path, port: int, program: tuple[str, ...] = ("-m", "secmon"), every: int = 10
) -> Iterator[Server]:
    port = port or _free_port()
    log = data.with_suffix(".log")
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, *program, *command, "--port", str(port), "--data", str(data)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=_environment(every),
        )
    started = time.monotonic()
    try:
        _wait(process, port, log)
        yield Server(process, f"http://127.0.0.1:{port}", started, data)
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            assert process.wait(_STOP_SECONDS) == 0, log.read_text()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=2.0, trust_env=False) as client:
        while time.monotonic() < deadline:
            assert process.poll() is None, log.read_text()
            try:
                if client.get("/healthz").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.2)
    raise AssertionError(f"the server did not become healthy: {log.read_text()}")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
