"""Simulators as processes of their own."""

import csv
import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from stream_reading import START

import secmon

RUNNER = """
import json, sys
from datetime import datetime, timedelta
from pathlib import Path
from secmon.errors import SecmonError
from secmon.simulate.server import SimulatorOptions, run
given = json.loads(sys.argv[1])
for name in ("truth", "tokens", "plan", "control_token", "files", "blocklist_tokens"):
    given[name] = Path(given[name]) if given.get(name) else None
given["history"] = timedelta(seconds=given["history"])
given["start"] = datetime.fromisoformat(given["start"]) if given["start"] else None
for name in ("scenarios", "faults"):
    given[name] = tuple(given[name])
try:
    run(SimulatorOptions(**given))
except SecmonError as error:
    sys.exit(str(error))
"""


@dataclass(frozen=True, slots=True)
class Simulator:
    """A running simulator process and how to talk to it."""

    process: subprocess.Popen[bytes]
    url: str
    tokens: dict[str, str]
    folder: Path

    def get(
        self,
        site: str,
        feed: str,
        *,
        token: str | None = None,
        encoding: str = "identity",
        **query: str | int,
    ) -> httpx.Response:
        """Ask a site's feed, with its own token unless another is given ('' for none)."""
        key = self.tokens[site] if token is None else token
        headers = {"Accept-Encoding": encoding} | ({"Authorization": f"Bearer {key}"} if key else {})
        return httpx.get(f"{self.url}/sites/{site}/feeds/{feed}", headers=headers, params=query, timeout=60)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert isinstance(port, int)
    return port


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert process.poll() is None, "the simulator ended before it served"
        try:
            httpx.get(f"{url}/healthz").raise_for_status()
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the simulator does not answer")


def start(folder: Path, environment: dict[str, str], **options: object) -> Simulator:
    """A simulator that answers; its files are in `folder`, which must be empty."""
    port = free_port()
    given = {
        "port": port,
        "rate": 60.0,
        "seed": 7,
        "history": 3600,
        "scenarios": [],
        "faults": [],
        "start": START.isoformat(),
        "tokens": str(folder / "tokens.csv"),
    } | options
    package = str(Path(secmon.__file__).parents[1])
    process = subprocess.Popen(
        [sys.executable, "-c", RUNNER, json.dumps(given)],
        env=os.environ | {"PYTHONPATH": package} | environment,
        stdin=subprocess.PIPE,
    )
    url = f"http://127.0.0.1:{port}"
    _wait(url, process)
    with (folder / "tokens.csv").open(newline="") as file:
        tokens = {row["site"]: row["token"] for row in csv.DictReader(file)}
    return Simulator(process, url, tokens, folder)


def stop(simulator: Simulator) -> None:
    """End it, however it is."""
    simulator.process.kill()
    simulator.process.wait()
    if simulator.process.stdin is not None:
        simulator.process.stdin.close()
