"""The demonstration: simulator, history and server, started and ended together."""

import asyncio
import signal
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from rich.console import Console as Terminal
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

from secmon.alerts import register
from secmon.alerts.audit import CENTRE
from secmon.alerts.level import CrisisLevel, Declaration, declare, level_in_force
from secmon.app import listening_socket, loopback, serve
from secmon.centre import Centre, open_centre, utc_now
from secmon.errors import UsageError
from secmon.instance import Instance
from secmon.jobs import catch_up
from secmon.people import tokens
from secmon.people.accounts import Account
from secmon.people.demo import ensure
from secmon.people.private_file import write_private
from secmon.presentation.play import Presentation
from secmon.settings import Settings, load_settings
from secmon.simulator import feeds_at, free_port, simulator
from secmon.sites.registry import load_sites

PAST = ("sweep-scan@-7h", "ssh-guessing@-3h")
NEXT = ("ssh-guessing@+90s", "sweep-scan@+4m")
_BLOCKLIST_SECONDS = 30
"""Between two questions of a site's firewall: seven questions a second from all of them."""


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
    if not loopback(settings.host):
        raise UsageError(
            f"host {settings.host}: the demonstration lets everybody in, so it answers on this machine only"
        )
    with listening_socket(settings.host, settings.port) as bound:
        simulator_port = free_port()
        settings = load_settings(
            port=options.port,
            data=options.data,
            token_file=settings.data / "simulator" / "tokens.csv",
            feeds=feeds_at(simulator_port),
            collect_gzip=False,  # both ends are on this machine
        )
        with (
            Instance(settings.data) as instance,
            _simulated(options, settings, simulator_port),
            open_centre(settings, instance=instance, simulated=True) as centre,
        ):
            _declare_normal(centre)
            accounts = ensure(centre.desk, utc_now())
            _fill(centre, terminal)
            _give_tokens(centre)
            _take_register(centre)
            _welcome(settings, accounts, terminal)
            serve(centre, bound, Presentation(centre))


def _simulated(options: DemoOptions, settings: Settings, port: int) -> AbstractContextManager[None]:
    """The simulated municipalities with the demonstration's plan."""
    folder = settings.data / "simulator"
    plan = folder / "plan.json"
    # the past that was played once is kept in the plan; only what is still to come is new at each start
    scenarios = NEXT if plan.exists() else (*_within(PAST, options.history), *NEXT)
    command = ["--rate", str(options.rate), "--seed", str(options.seed)]
    command += ["--history", f"{int(options.history.total_seconds())}s", "--plan", str(plan)]
    command += ["--tokens", str(settings.token_file), "--truth", str(folder / "truth.ndjson")]
    command += ["--register", str(folder)]
    command += ["--control-token", str(folder / "control-token")]
    command += ["--blocklist", f"http://127.0.0.1:{options.port}", "--blocklist-tokens", str(_site_tokens(settings))]
    command += ["--blocklist-every", str(_BLOCKLIST_SECONDS)]
    command += [part for scenario in scenarios for part in ("--scenario", scenario)]
    return simulator(folder, port, command)


def _within(scenarios: Sequence[str], history: timedelta) -> tuple[str, ...]:
    """The past runs that lie in the history asked for."""
    return tuple(text for text in scenarios if timedelta(hours=int(text.rsplit("@-", 1)[1][:-1])) < history)


def _declare_normal(centre: Centre) -> None:
    """The demonstration begins at a level that somebody declared; a real centre begins with none entered."""
    if level_in_force(centre.desk) is None:
        declare(centre.desk, Declaration(CrisisLevel.NORMAL, "NCSC", "시연 · demonstration", utc_now()))


def _site_tokens(settings: Settings) -> Path:
    return settings.data / "simulator" / "blocklist-tokens.csv"


def _give_tokens(centre: Centre) -> None:
    """Let the sites' firewalls poll the block list; they keep their tokens over a restart."""
    file = _site_tokens(centre.settings)
    if not file.exists():
        made = tokens.for_sites(centre.desk, [site.code for site in load_sites()], CENTRE, utc_now())
        write_private(file, tokens.as_csv(made))


def _take_register(centre: Centre) -> None:
    """What the sites have handed over of their hosts, suppliers and contacts; each start takes it anew."""
    folder, sites = centre.settings.data / "simulator", [site.code for site in load_sites()]
    register.replace(centre.desk, register.read_assets(folder / "assets.csv", sites), CENTRE, utc_now())
    register.replace(centre.desk, register.read_contacts(folder / "contacts.csv", sites), CENTRE, utc_now())


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


def _welcome(settings: Settings, accounts: Sequence[Account], terminal: Terminal) -> None:
    address = f"http://{settings.host}:{settings.port}/"
    for line in (
        "",
        f"[bold]secmon[/bold] shows 226 simulated municipalities at [bold]{address}[/bold]",
        f"  English: {address}?lang=en   Korean: {address}?lang=ko",
        "  Log in with one click as " + ", ".join(account.name for account in accounts) + ";",
        "  there are no passwords: the server answers on this machine only.",
        "  An SSH attack begins after about a minute, a sweep scan over 24 sites after about four.",
        "  Ctrl-C stops everything.",
    ):
        terminal.print(line, soft_wrap=True)
