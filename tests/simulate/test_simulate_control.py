"""The control desk: who may sit at it, and what it can do."""

import json
import stat
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from simulator_process import Simulator

pytest_plugins = ("running_simulators",)

Launch = Callable[..., Simulator]


class Desk:
    """A simulator and the token of its control desk."""

    def __init__(self, simulator: Simulator, folder: Path) -> None:
        self.simulator, self.folder = simulator, folder
        self.token = (folder / "control").read_text().strip()

    def ask(self, method: str, path: str, *, token: str | None = None, **more: Any) -> httpx.Response:
        """Ask with the desk's token, or another ('' for none)."""
        key = self.token if token is None else token
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return httpx.request(method, f"{self.simulator.url}/control/{path}", headers=headers, timeout=30, **more)


@pytest.fixture(scope="module")
def desk(launch_shared: Launch, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A simulator with a desk, a plan and a truth file, and a past run."""
    folder = tmp_path_factory.mktemp("desk")
    simulator = launch_shared(
        start=None,
        rate=1000.0,
        control_token=str(folder / "control"),
        plan=str(folder / "plan.json"),
        truth=str(folder / "truth.ndjson"),
        scenarios=["sweep-scan@-30m"],
    )
    return Desk(simulator, folder)


def test_without_the_option_there_is_no_desk(simulator: Simulator) -> None:
    """Not even its existence is told."""
    for path in ("scenarios", "faults", "sites", "faults/1"):
        assert httpx.get(f"{simulator.url}/control/{path}").status_code == 404


def test_only_the_token_opens_the_desk(desk: Desk) -> None:
    """The token's file is private; without it, or with a site's token, nothing happens."""
    assert stat.S_IMODE((desk.folder / "control").stat().st_mode) == 0o600
    for token in ("", "x", desk.simulator.tokens["11110"]):
        assert desk.ask("GET", "scenarios", token=token).status_code == 401
        assert desk.ask("POST", "scenarios", token=token, json={"scenario": "link-down"}).status_code == 401
        assert desk.ask("DELETE", "faults/1", token=token).status_code == 401


def test_the_desk_tells_what_can_be_played(desk: Desk) -> None:
    """Names, titles in both languages, and runs with their state."""
    told = desk.ask("GET", "scenarios").json()
    assert len(told["scenarios"]) == 19
    assert {"name", "kind", "title_ko", "title_en", "takes_site", "seconds", "expects"} <= set(told["scenarios"][0])
    run = next(one for one in told["runs"] if one["scenario"] == "sweep-scan")
    assert run["state"] == "past"
    assert len(run["sites"]) == 24


def test_a_scenario_can_be_started(desk: Desk) -> None:
    """It is planned, kept in plan and truth, and its lines are served in their time; readers lose nothing."""
    first = desk.simulator.get("11110", "auth", limit=50_000)
    reply = desk.ask("POST", "scenarios", json={"scenario": "ssh-guessing", "site": "11110", "when": "+1s"})
    assert reply.status_code == 201
    (run,) = reply.json()["runs"]
    assert (run["scenario"], run["site"], run["sites"]) == ("ssh-guessing", "11110", ["11110"])
    plan = json.loads((desk.folder / "plan.json").read_text())
    assert [entry["scenario"] for entry in plan["runs"]] == ["sweep-scan", "ssh-guessing"]
    entries = [json.loads(line) for line in (desk.folder / "truth.ndjson").read_text().splitlines()]
    mine = [entry for entry in entries if entry["run"] == run["run"]]
    assert len(mine) > 80
    due = [entry for entry in mine if entry["feed"] == "auth"][:2]
    deadline, text, cursor = time.monotonic() + 30, "", first.headers["X-Next-Cursor"]
    while not all(entry["line"] in text for entry in due) and time.monotonic() < deadline:
        reply = desk.simulator.get("11110", "auth", after=cursor)
        text, cursor = text + reply.text, reply.headers["X-Next-Cursor"]
        time.sleep(0.3)
    assert [text.count(entry["line"]) for entry in due] == [1, 1]
    states = {one["run"]: one["state"] for one in desk.ask("GET", "scenarios").json()["runs"]}
    assert states[run["run"]] == "running"


def test_a_site_can_be_taken_down_by_a_scenario(desk: Desk) -> None:
    """The decoy with the excavator: the site answers 503 from then on."""
    assert desk.simulator.get("11680", "ids").status_code == 200
    assert desk.ask("POST", "scenarios", json={"scenario": "link-down", "site": "11680"}).status_code == 201
    deadline = time.monotonic() + 10
    while desk.simulator.get("11680", "ids").status_code != 503 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert desk.simulator.get("11680", "web").status_code == 503
    assert desk.simulator.get("11140", "ids").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"scenario": 3}',
        b'{"scenario": "no-such"}',
        b'{"scenario": "link-down", "site": "99999"}',
        b'{"scenario": "sweep-scan", "site": "11110"}',
        b'{"scenario": "link-down", "when": "-3h"}',
        b'{"scenario": "link-down", "when": "soon"}',
        b'{"scenario": "link-down", "colour": "red"}',
        b'{"site": "11110"}',
        b"\xff\xfe",
        b"[" * 50_000,
    ],
)
def test_bad_wishes_are_400(desk: Desk, body: bytes) -> None:
    """What cannot be played is refused in one line and changes nothing."""
    before = desk.ask("GET", "scenarios").json()["runs"]
    reply = desk.ask("POST", "scenarios", content=body)
    assert (reply.status_code, reply.text.count("\n")) == (400, 1)
    assert len(desk.ask("GET", "scenarios").json()["runs"]) == len(before)


def test_a_wish_may_not_be_endless(desk: Desk) -> None:
    """More than 64 KB is not read."""
    assert desk.ask("POST", "scenarios", content=b"x" * 100_000).status_code == 413


def test_faults_come_and_go(desk: Desk) -> None:
    """A fault of the desk is in force, counts what it spoils, and ends when it is taken back."""
    reply = desk.ask("POST", "faults", json={"fault": "garbage=2:11200/ids"})
    assert reply.status_code == 201
    number = reply.json()["id"]
    good = desk.simulator.get("11200", "ids", limit=50).content.count(b"\n")
    told = {one["id"]: one for one in desk.ask("GET", "faults").json()["faults"]}[number]
    assert (told["answers"], told["lines"]) == (1, good - 50)
    assert desk.ask("DELETE", f"faults/{number}").status_code == 204
    assert desk.ask("DELETE", f"faults/{number}").status_code == 404
    assert desk.simulator.get("11200", "ids", limit=50).content.count(b"\n") == 50
    assert desk.ask("POST", "faults", json={"fault": "down"}).status_code == 400
    assert desk.ask("POST", "faults", json={"fault": "flood:11200"}).status_code == 400


def test_a_flood_that_ended_stays_in_the_past(desk: Desk) -> None:
    """What a reader has read of a flood does not vanish behind it when the flood is taken back."""
    number = desk.ask("POST", "faults", json={"fault": "flood=900:11230/auth@+0s"}).json()["id"]
    time.sleep(2)
    during = desk.simulator.get("11230", "auth", limit=50_000)
    assert desk.ask("DELETE", f"faults/{number}").status_code == 204
    assert desk.simulator.get("11230", "auth", limit=50_000).content.startswith(during.content)


def test_the_desk_lists_the_sites(desk: Desk) -> None:
    """With what a receiver of syslog tells them apart by."""
    sites = desk.ask("GET", "sites").json()["sites"]
    assert len(sites) == 226
    assert sites[0]["code"] == "11110"
    assert len({site["syslog_from"] for site in sites}) == len({site["firewall"] for site in sites}) == 226


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("PUT", "scenarios"), ("DELETE", "faults/x"), ("GET", "scenarios/1"), ("POST", "sites")],
)
def test_unknown_places_at_the_desk_are_404(desk: Desk, method: str, path: str) -> None:
    """Only what is documented exists."""
    assert desk.ask(method, path).status_code == 404


def test_health_needs_no_token(desk: Desk) -> None:
    """The desk changes nothing about the rest."""
    assert datetime.fromisoformat(httpx.get(f"{desk.simulator.url}/healthz").json()["now"]).tzinfo is not None


def test_a_held_clock_moves_when_told(launch: Launch, tmp_path: Path) -> None:
    """Time stands at the start; lines appear as it is moved on, and it never goes back."""
    simulator = launch(
        start="2026-11-24T09:00:00+09:00", rate=1000.0, control_token=str(tmp_path / "control"), held=True
    )
    headers = {"Authorization": f"Bearer {(tmp_path / 'control').read_text().strip()}"}

    def move(to: str) -> httpx.Response:
        return httpx.post(f"{simulator.url}/control/clock", json={"now": to}, headers=headers, timeout=30)

    before = simulator.get("11110", "web", limit=50_000).text.count("\n")
    assert simulator.get("11110", "web", limit=50_000).text.count("\n") == before
    assert move("2026-11-24T09:30:00+09:00").json() == {"now": "2026-11-24T09:30:00+09:00"}
    assert simulator.get("11110", "web", limit=50_000).text.count("\n") > before
    assert move("2026-11-24T09:29:59+09:00").status_code == 400
    assert move("half past nine").status_code == 400


def test_a_clock_that_runs_cannot_be_moved(desk: Desk) -> None:
    """The place exists only where time is held."""
    assert desk.ask("POST", "clock", json={"now": "2030-01-01T00:00:00+09:00"}).status_code == 404
