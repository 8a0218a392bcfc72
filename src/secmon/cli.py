"""The command `secmon`: what it can do, loaded only when it is asked for."""

import importlib
import logging
import sys
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import structlog
import typer
from structlog.typing import Processor
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from secmon import __version__
from secmon.errors import SecmonError
from secmon.terminal import err

_HELP = {"help_option_names": ["-h", "--help"]}
COMMANDS: Mapping[str, tuple[str, str]] = {
    "demo": (
        "commands.serve:demo",
        "Show everything: 226 simulated municipalities, a day of history, and the live wall.",
    ),
    "serve": ("commands.serve:serve", "Collect from the configured sites and serve the dashboard, until Ctrl-C."),
    "simulate": ("simulate.command:simulate", "Play the log feeds of 226 municipalities over HTTP, until Ctrl-C."),
    "collect": ("commands.collect:collect", "Ask every site once, load what came and run the rules over it."),
    "ingest": ("commands.collect:ingest", "Load log files by hand; lines that cannot be read go to quarantine."),
    "parse": (
        "commands.parse:parse",
        "Show what lines become, without keeping anything: events as NDJSON on stdout, rejects on stderr.",
    ),
    "sites": ("commands.sites:sites", "The registry of the 226 municipalities."),
    "status": ("commands.status:status", "Events, quarantine, findings, alerts, and the feeds by health."),
    "maintenance": (
        "commands.status:maintenance",
        "Announce work at a site, so that its silence is expected meanwhile.",
    ),
    "rules": ("commands.rules:rules_cli", "Detection rules: check, test and run them, and except things from them."),
    "indicators": ("commands.indicators:indicators_cli", "Indicators that others warn of: import, list, expire them."),
    "register": (
        "commands.register:register_cli",
        "Hosts, suppliers and contacts of the municipalities: take over, list.",
    ),
    "evaluate": (
        "commands.evaluate:evaluate",
        "Play a day with every scenario and decoy and score the alerts; exit code 1 for a miss or a decoy above low.",
    ),
    "hunt": ("commands.hunt:hunt", "Search events; exit code 1 when there is none."),
    "digest": (
        "commands.digest:digest",
        "Compose a digest in both languages and keep it; a period has one digest, so a second call finds the first.",
    ),
    "user": ("commands.user:users", "Accounts: add, list, reset, disable; tokens of the sites' equipment."),
    "backup": (
        "commands.backup:backup",
        "Put store, desk and spool into a new folder, also while a server runs; collection pauses meanwhile.",
    ),
    "restore": (
        "commands.backup:restore",
        "Fill an empty data folder from a backup; every file is checked, and the figures must be the same afterwards.",
    ),
    "doctor": (
        "doctor:doctor",
        "Check folder, disk, clock, databases, migrations, audit and accounts; exit code 1 when something failed.",
    ),
}
"""By name: where it is, and its line in `secmon --help`, which is how its own help begins."""


class _Loaded(Mapping[str, Any]):
    """The commands by name, imported when they are looked up."""

    def __getitem__(self, name: str) -> Any:
        return _loaded(name, COMMANDS[name][0])

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class _Commands(TyperGroup):
    """The group of all commands; its help needs none of them."""

    _listed = False

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = _Loaded()  # type: ignore[assignment]  # nothing is ever put into it

    def list_commands(self, ctx: Any) -> list[str]:
        """In the order of the help."""
        del ctx
        return [*COMMANDS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command, or only its line while the help is written."""
        if self._listed:
            return TyperCommand(cmd_name, help=COMMANDS[cmd_name][1])
        return super().get_command(ctx, cmd_name)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Written from the lines."""
        self._listed = True
        super().format_help(ctx, formatter)


def _loaded(name: str, place: str) -> Any:
    module, _, attribute = place.partition(":")
    found = getattr(importlib.import_module(f"secmon.{module}"), attribute)
    if not isinstance(found, typer.Typer):
        alone = typer.Typer(context_settings=_HELP, add_completion=False, pretty_exceptions_enable=False)
        alone.command(name)(found)
        found = alone
    return get_command(found)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"secmon {__version__}")
        raise typer.Exit


cli = typer.Typer(
    cls=_Commands,
    help="Console of a shared cyber-security control centre for local governments.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings=_HELP,
)


@cli.callback()
def _root(
    version: Annotated[  # typer reads it
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


LOG_LINE: list[Processor] = [
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    structlog.processors.JSONRenderer(),
]
"""What makes a line of the log: one JSON object."""


def main() -> None:
    """Run a command; what the operator can act on is one sentence on stderr and exit code 1 or 2."""
    # a round that is still running when the next is due is skipped on purpose, every time worth no line
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    structlog.configure(
        processors=LOG_LINE,
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    try:
        cli()
    except SecmonError as error:
        _ended(str(error), error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except SystemExit:
        raise
    except _database_errors() as error:
        _ended(f"desk database: {getattr(error, 'orig', None) or error}; is it another program's?", 1)


def _database_errors() -> type[Exception]:
    """What SQLAlchemy raises; imported when something is raised, since few commands need it."""
    errors: type[Exception] = importlib.import_module("sqlalchemy.exc").SQLAlchemyError
    return errors


def _ended(reason: str, code: int) -> None:
    err.print(f"secmon: {reason}", style="red", markup=False, soft_wrap=True)
    sys.exit(code)
