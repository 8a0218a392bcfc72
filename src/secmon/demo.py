"""The demonstration: simulator, history and server, started and ended together."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
from rich.console import Console as Terminal
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

from secmon.alerts.level import CrisisLevel, Declaration, declare, level_in_force
from secmon.app import Centre, listening_socket, open_centre, serve, utc_now
from secmon.errors import SecmonError
from secmon.instance import Instance
from secmon.jobs import catch_up
from secmon.settings import Settings, load_settings

PAST = ("sweep-scan@-7h", "ssh-guessing@-3h")
NEXT = ("ssh-guessing@+90s", "sweep-scan@+4m")
_START_SECONDS = 20.0
_STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What `secmon demo` was asked for; `history` is how much past the first start fills."""

    port: int
    history: timedelta
    rate: float
    seed: int
    data: Path


def run(options: DemoOptions, terminal: Terminal) -> None:
    """Start everything, print where to look, and serve until Ctrl-C, which may also come while history is filled."""
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _run(options, terminal)
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, previous)
    terminal.print("Stopped; nothing is left running.")


def _run(options: DemoOptions, terminal: Terminal) -> None:
    settings = load_settings(port=options.port, data=options.data)
    with listening_socket(settings.host, settings.port) as bound:
        simulator_port = _free_port()
        settings = load_settings(
            port=options.port,
            data=options.data,
            token_file=settings.data / "simulator" / "tokens.csv",
            feeds=feeds_at(simulator_port),
            collect_gzip=False,  # both ends are on this machine
        )
        with (
            Instance(settings.data) as instance,
            simulator(options, settings, simulator_port),
            open_centre(settings, instance=instance, simulated=True) as centre,
        ):
            _declare_normal(centre)
            _fill(centre, terminal)
            _welcome(settings, terminal)
            serve(centre, bound)


@contextmanager
def simulator(options: DemoOptions, settings: Settings, port: int) -> Iterator[None]:
    """The simulated municipalities as a process of their own; it ends with this block, or when this process dies."""
    folder = settings.data / "simulator"
    folder.mkdir(parents=True, exist_ok=True)
    plan = folder / "plan.json"
    # the past that was played once is kept in the plan; only what is still to come is new at each start
    scenarios = NEXT if plan.exists() else (*_within(PAST, options.history), *NEXT)
    command = [sys.executable, "-m", "secmon.simulate", "--port", str(port), "--rate", str(options.rate)]
    command += ["--seed", str(options.seed), "--history", f"{int(options.history.total_seconds())}s"]
    command += ["--tokens", str(settings.token_file), "--truth", str(folder / "truth.ndjson"), "--plan", str(plan)]
    command += ["--control-token", str(folder / "control-token")]
    command += [part for scenario in scenarios for part in ("--scenario", scenario)]
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


def _within(scenarios: Sequence[str], history: timedelta) -> tuple[str, ...]:
    """The past runs that lie in the history asked for."""
    return tuple(text for text in scenarios if timedelta(hours=int(text.rsplit("@-", 1)[1][:-1])) < history)


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
"""What every simulated site sends: name, format, seconds between questions."""


def feeds_at(port: int) -> list[dict[str, object]]:
    """The simulator's feeds as settings name them."""
    address = f"http://127.0.0.1:{port}/sites/{{site}}/feeds"
    return [{"name": name, "format": form, "url": f"{address}/{name}", "every": every} for name, form, every in FEEDS]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SecmonError(f"the simulator ended at once with exit code {process.returncode}; see its message above")
        try:
            if httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=1.0, trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SecmonError(f"the simulator did not answer within {_START_SECONDS:.0f} s")


def _declare_normal(centre: Centre) -> None:
    """The demonstration begins at a level that somebody declared; a real centre begins with none entered."""
    if level_in_force(centre.desk) is None:
        declare(centre.desk, Declaration(CrisisLevel.NORMAL, "NCSC", "demonstration", utc_now()))


def _fill(centre: Centre, terminal: Terminal) -> None:
    """Collect what the sites have kept, with a progress bar over the feeds."""
    began = time.monotonic()
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=terminal, transient=True) as bar:
        task = bar.add_task("Collecting history", total=None)

        def report(progress: catch_up.Progress) -> None:
            text = f"Collecting history: {progress.lines:,} lines"
            bar.update(task, completed=progress.done, total=progress.feeds, description=text)

        lines = asyncio.run(catch_up.catch_up(centre.watch, report))
    terminal.print(f"Collected {lines:,} lines in {time.monotonic() - began:.0f} s.")


def _welcome(settings: Settings, terminal: Terminal) -> None:
    address = f"http://{settings.host}:{settings.port}/"
    for line in (
        "",
        f"[bold]secmon[/bold] shows 226 simulated municipalities at [bold]{address}[/bold]",
        f"  English: {address}?lang=en   Korean: {address}?lang=ko",
        "  No login yet: the server answers on this machine only.",
        "  An SSH attack begins after about a minute, a sweep scan over 24 sites after about four.",
        "  Ctrl-C stops everything.",
    ):
        terminal.print(line, soft_wrap=True)
