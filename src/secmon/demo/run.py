"""The demonstration: simulator, history and server, started and stopped together."""

import asyncio
import signal
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.console import Console as Terminal
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

from secmon.auth import tokens
from secmon.auth.accounts import Account
from secmon.auth.demo_accounts import ensure_demo_accounts
from secmon.auth.private_file import write_private
from secmon.db.audit_log import CENTRE
from secmon.db.transaction import Change
from secmon.demo.simulator_process import feeds_at, free_port, simulator
from secmon.demo.tour.replay import TourReplay
from secmon.errors import UsageError
from secmon.inventory import asset_register
from secmon.operations.crisis_level import CrisisLevel, Declaration, declare_level, level_in_force
from secmon.pipeline import backfill
from secmon.runtime.centre import Centre, open_centre, utc_now
from secmon.runtime.data_folder_lock import Instance
from secmon.runtime.server import listening_socket, loopback, serve
from secmon.settings import Settings, load_settings
from secmon.sites.registry import load_sites
from secmon.sites.scope import EVERYTHING
from secmon.times import duration

PAST = ("sweep-scan@-7h", "ssh-guessing@-3h")
NEXT = ("ssh-guessing@+90s", "sweep-scan@+4m")
_BLOCKLIST_SECONDS = 30
"""Seconds between polls of a simulated firewall: about seven polls a second over all sites."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """Options of `secmon demo`; `history` is the length of the past that the first start fills.

    `past` are scenarios that began earlier, as NAME@-3h or NAME@-20m; those before the history are left out.
    """

    port: int
    history: timedelta
    rate: float
    seed: int
    data: Path
    past: tuple[str, ...] = PAST


def run(options: DemoOptions, terminal: Terminal) -> None:
    """Start everything, print the address, and serve until Ctrl-C, which also works while history is filled."""
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
        raise UsageError.literal(
            f"host {settings.host}: the demonstration needs no login, so it listens on this machine only"
        )
    with listening_socket(settings.host, settings.port) as bound:
        simulator_port = free_port()
        settings = demo_settings(options, simulator_port)
        with (
            Instance(settings.data) as instance,
            simulated_sites(options, settings, simulator_port),
            open_centre(settings, instance=instance, simulated=True) as centre,
        ):
            accounts = prepare(centre, terminal)
            _welcome(settings, accounts, terminal)
            serve(centre, bound, TourReplay(centre))


def demo_settings(options: DemoOptions, simulator_port: int, **given: Any) -> Settings:
    """Return the settings of a centre that collects from the simulator at this port; `given` go before them."""
    folder = load_settings(port=options.port, data=options.data).data / "simulator"
    demo: dict[str, Any] = {
        "port": options.port,
        "data": options.data,
        "token_file": folder / "tokens.csv",
        "feeds": feeds_at(simulator_port),
        "collect_gzip": False,  # both ends are on this machine
    }
    return load_settings(**{**demo, **given})


def simulated_sites(options: DemoOptions, settings: Settings, port: int) -> AbstractContextManager[None]:
    """Run the simulated municipalities on this port, with the scenarios of the options."""
    folder = settings.data / "simulator"
    plan = folder / "plan.json"
    # past scenarios that were played once are kept in the plan; only the upcoming scenarios are new at each start
    past = () if plan.exists() else _within(options.past, options.history)
    scenarios = (*past, *NEXT)
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
    """Return the past scenario runs that lie within the requested history."""
    return tuple(text for text in scenarios if duration(text.rsplit("@-", 1)[1]) < history)


def prepare(centre: Centre, terminal: Terminal) -> Sequence[Account]:
    """Fill a new centre with all that the demonstration shows at its start, and return the accounts to log in with."""
    _declare_normal(centre)
    accounts = ensure_demo_accounts(centre.db, utc_now())
    _fill(centre, terminal)
    _give_tokens(centre)
    _take_register(centre)
    return accounts


def _declare_normal(centre: Centre) -> None:
    """Declare the normal crisis level if no level is in force; a real centre starts without a declared level."""
    if level_in_force(centre.db) is None:
        declare_level(
            Change(centre.db, EVERYTHING, CENTRE, utc_now()),
            Declaration(CrisisLevel.NORMAL, "NCSC", "시연 · demonstration", utc_now()),
        )


def _site_tokens(settings: Settings) -> Path:
    return settings.data / "simulator" / "blocklist-tokens.csv"


def _give_tokens(centre: Centre) -> None:
    """Let the sites' firewalls poll the block list; their tokens survive a restart."""
    file = _site_tokens(centre.settings)
    if not file.exists():
        made = tokens.create_site_tokens(
            Change(centre.db, EVERYTHING, CENTRE, utc_now()), [site.code for site in load_sites()]
        )
        write_private(file, tokens.tokens_as_csv(made))


def _take_register(centre: Centre) -> None:
    """Import the hosts, suppliers and contacts that the sites handed over, again at each start."""
    folder, sites = centre.settings.data / "simulator", [site.code for site in load_sites()]
    asset_register.replace_register(
        Change(centre.db, EVERYTHING, CENTRE, utc_now()), asset_register.read_assets(folder / "assets.csv", sites)
    )
    asset_register.replace_register(
        Change(centre.db, EVERYTHING, CENTRE, utc_now()), asset_register.read_contacts(folder / "contacts.csv", sites)
    )


def _fill(centre: Centre, terminal: Terminal) -> None:
    """Collect the history that the sites have kept, with a progress bar over the feeds."""
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

        def report(progress: backfill.Progress) -> None:
            text = f"Collecting history: {progress.lines:,} lines"
            bar.update(task, completed=progress.done, total=progress.feeds, description=text)

        lines = asyncio.run(backfill.backfill(centre.pipeline, report))
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
