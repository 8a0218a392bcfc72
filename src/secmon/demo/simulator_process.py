"""The simulator as a child process, its feeds, and the client of its control interface."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import aiohttp
import httpx

from secmon.errors import SecmonError

_START_SECONDS = 20.0
_STOP_SECONDS = 10.0


@contextmanager
def simulator(folder: Path, port: int, options: Sequence[str]) -> Iterator[None]:
    """Run `secmon simulate` on this port; it ends with this block, or when this process dies."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "secmon.simulate", "--port", str(port), *options]
    process = subprocess.Popen(  # noqa: S603  # our own program with our own options
        [*command, "--exit-with-stdin"], stdin=subprocess.PIPE, start_new_session=True, env=_environment()
    )
    try:
        _wait(process, port)
        yield
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _environment() -> Mapping[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("SECMON_")}


FEEDS = (
    ("ids", "suricata_eve", 5),
    ("firewall", "fortigate", 5),
    ("web", "combined", 10),
    ("auth", "rfc5424", 10),
    ("endpoint", "winlogbeat", 10),
    ("waf", "modsecurity", 15),
    ("dns", "zeek_json", 15),
    ("vpn", "rfc3164", 15),
    ("mail", "rspamd", 30),
    ("db", "db_access", 30),
)
"""Feeds of every simulated site: name, format, seconds between polls."""


def feeds_at(port: int) -> list[dict[str, object]]:
    """Return the simulator's feeds in the form that settings use."""
    address = f"http://127.0.0.1:{port}/sites/{{site}}/feeds"
    return [{"name": name, "format": form, "url": f"{address}/{name}", "every": every} for name, form, every in FEEDS]


def free_port() -> int:
    """Return a port of this machine that is free now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SecmonError.literal(
                f"the simulator ended at once with exit code {process.returncode}; see its message above"
            )
        try:
            if httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=1.0, trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SecmonError.literal(f"the simulator did not answer within {_START_SECONDS:.0f} s")


@dataclass(frozen=True)
class SimulatorControl:
    """Connection to a simulator: the address of its /control route and the bearer token it wrote to a file."""

    desk: str
    token: str

    def scenarios(self) -> list[str]:
        """Return the names of all scenarios."""
        answer = httpx.get(f"{self.desk}/scenarios", headers=self._headers, trust_env=False).raise_for_status()
        return [one["name"] for one in answer.json()["scenarios"]]

    def plan(self, scenario: str, when: datetime) -> None:
        """Schedule a scenario at an aware time."""
        body = {"scenario": scenario, "when": when.isoformat()}
        httpx.post(f"{self.desk}/scenarios", json=body, headers=self._headers, trust_env=False).raise_for_status()

    async def move(self, session: aiohttp.ClientSession, now: datetime) -> None:
        """Advance the simulator's clock to an aware time."""
        body = {"now": now.isoformat()}
        async with session.post(f"{self.desk}/clock", json=body, headers=self._headers) as answer:
            answer.raise_for_status()

    @property
    def _headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.token}"}
