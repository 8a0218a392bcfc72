"""A demonstration with something to show: an incident of the sweep scan, its block, its requests."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from playwright.sync_api import Browser, BrowserContext

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_START_SECONDS = 600
_SCAN_SECONDS = 600
_LOOK_SECONDS = 20
_ASKED = 6
"""Municipalities that are asked to look into the scan."""


@dataclass(frozen=True, slots=True)
class Show:
    """A running demonstration: its address and its data folder."""

    url: str
    data: Path


@contextmanager
def demonstration(seed: int, history: str) -> Iterator[Show]:
    """Start it with a data folder of its own; end it with everything it started."""
    with TemporaryDirectory(prefix="secmon-showcase-") as folder, socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
        found.close()
        data = Path(folder) / "data"
        command = [
            sys.executable,
            "-m",
            "secmon",
            "demo",
            "--seed",
            str(seed),
            "--history",
            history,
            "--port",
            str(port),
        ]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SECMON_")}
        # within its folder: what pages say of settings is then the same on every machine
        process = subprocess.Popen(
            [*command, "--data", data.name], cwd=folder, stdout=subprocess.DEVNULL, env=environment
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _healthy(process, url)
            yield Show(url, data)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def _healthy(process: subprocess.Popen[bytes], url: str) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise SystemExit(f"the demonstration ended with {process.returncode}")
        try:
            if httpx.get(f"{url}/healthz", timeout=5, trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.5)
    raise SystemExit("the demonstration did not become healthy")


def entered(browser: Browser, url: str, role: str, **more: Any) -> BrowserContext:
    """A browser's window that is logged in as one of the demonstration's roles."""
    context = browser.new_context(base_url=url, extra_http_headers={"origin": url}, **more)
    page = context.new_page()
    page.goto("/login")
    page.click(f"button[value=demo-{role}]")
    page.wait_for_url(lambda address: "/login" not in address)
    page.close()
    return context


@dataclass(frozen=True, slots=True)
class Left:
    """What a watch has left to look at: numbers of its incident and its first alert, and the attacker's address."""

    incident: int
    alert: int
    actor: str


def pipeline(operator: BrowserContext, supervisor: BrowserContext) -> Left:
    """Work the widest campaign as a watch does: incident, evidence, block, requests, and a handover begun."""
    chosen = _scan(operator)
    actor, worst = chosen[0]["actor"], max(one["severity"] for one in chosen)
    numbers = [one["id"] for one in chosen]
    seen = {"action": "acknowledge", "alerts": [{"id": one} for one in numbers]}
    _post(operator, "/api/v1/alerts/bulk", seen)
    draft = {
        "title": f"Sweep scan · 일제 스캔 · {actor}",
        "severity": max(worst, 3),
        "attack_type": "information_gathering",
        "techniques": ["T1595.001"],
        "owner": "demo-operator",
        "alerts": numbers,
    }
    number = int(_post(operator, "/api/v1/incidents", draft)["id"])
    for one in chosen[:3]:
        _post(operator, f"/api/v1/incidents/{number}/evidence", {"alert": one["id"]})
    _post(operator, f"/api/v1/incidents/{number}/move", {"state": "analysed"})
    _block(operator, supervisor, actor, number)
    sites = list(dict.fromkeys(one["site"] for one in chosen))[:_ASKED]
    alert = next(one["id"] for one in chosen if one["site"] == sites[0])
    asked = {"sites": sites, "severity": max(worst, 3), "incident": number, "alert": alert}
    _post(operator, "/api/v1/requests", asked)
    _post(operator, "/api/v1/handovers", {})
    return Left(number, chosen[0]["id"], actor)


def _scan(operator: BrowserContext) -> list[dict[str, Any]]:
    """Alerts of the widest scan, those of the scan itself first, once it has gone through its municipalities."""
    end, before = time.monotonic() + _SCAN_SECONDS, 0
    while time.monotonic() < end:
        alerts = _new_alerts(operator)
        actors = Counter(one["actor"] for one in alerts if one["attack_type"] == "information_gathering")
        chosen = [one for one in alerts if actors and one["actor"] == actors.most_common(1)[0][0]]
        sites = len({one["site"] for one in chosen})
        if sites >= _ASKED and sites == before:
            return sorted(chosen, key=lambda one: (-one["site_count"], one["id"]))
        before = sites
        time.sleep(_LOOK_SECONDS)
    raise SystemExit(f"no scan of {_ASKED} municipalities came within {_SCAN_SECONDS} s")


def _new_alerts(operator: BrowserContext) -> list[dict[str, Any]]:
    """All that nobody has looked at yet."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = _get(operator, f"/api/v1/alerts?status=new&limit=200&cursor={cursor}")
        found += page["items"]
        cursor = page["next"]
        if not cursor:
            return found


def _block(operator: BrowserContext, supervisor: BrowserContext, value: str, incident: int) -> None:
    """Proposed by one, approved and pushed by another, and polled by the simulated firewalls."""
    until = (datetime.now(UTC) + timedelta(days=7)).isoformat()
    body = {"value": value, "reason": "sweep scan · 일제 스캔", "expires_at": until, "incident": incident}
    block = _post(operator, "/api/v1/blocklist", body)["id"]
    for act in ("approve", "push"):
        _post(supervisor, f"/api/v1/blocklist/{block}/{act}", {})


def _get(context: BrowserContext, path: str) -> Any:
    answer = context.request.get(path)
    if not answer.ok:
        raise SystemExit(f"{path} answered {answer.status}: {answer.text()[:300]}")
    return answer.json()


def _post(context: BrowserContext, path: str, body: Mapping[str, Any] | Sequence[Any]) -> Any:
    answer = context.request.post(path, data=body)
    if not answer.ok:
        raise SystemExit(f"{path} answered {answer.status}: {answer.text()[:300]}")
    return answer.json() if answer.body() else None
