"""The command `secmon`: each subcommand is imported only when it is used."""

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
from secmon.cli.output import err
from secmon.errors import SecmonError

_HELP = {"help_option_names": ["-h", "--help"]}
COMMANDS: Mapping[str, tuple[str, str]] = {
    "demo": (
        "cli.commands.serve:demo",
        "Run the demonstration: 226 simulated municipalities, a day of history, and the live wall.",
    ),
    "serve": ("cli.commands.serve:serve", "Collect from the configured sites and serve the dashboard, until Ctrl-C."),
    "simulate": ("simulate.command:simulate", "Simulate the log feeds of 226 municipalities over HTTP, until Ctrl-C."),
    "collect": (
        "cli.commands.collect:collect",
        "Run one collection round: poll every site, load the lines and run the rules.",
    ),
    "ingest": ("cli.commands.collect:ingest", "Load log files; lines that cannot be parsed go to quarantine."),
    "parse": (
        "cli.commands.parse:parse",
        "Parse log files without storing anything: events as NDJSON on stdout, rejected lines on stderr.",
    ),
    "sites": ("cli.commands.status:sites", "List the 226 municipalities."),
    "status": (
        "cli.commands.status:status",
        "Show the counts of events, quarantined lines, findings and alerts, and the feeds by health.",
    ),
    "maintenance": (
        "cli.commands.status:maintenance",
        "Announce maintenance at a site, so that its silence counts as expected.",
    ),
    "rules": (
        "cli.commands.rules:rules_cli",
        "Manage detection rules: check, test, run, enable or disable them, and make exceptions.",
    ),
    "indicators": (
        "cli.commands.indicators:indicators_cli",
        "Manage threat indicators: import, list and expire them.",
    ),
    "register": (
        "cli.commands.register:register_cli",
        "Import and list the municipalities' hosts, suppliers and contacts.",
    ),
    "evaluate": (
        "cli.commands.evaluate:evaluate",
        "Simulate a day with every scenario and decoy, and score the alerts; exit code 1 for a miss or a loud decoy.",
    ),
    "hunt": ("cli.commands.hunt:hunt", "Search events; exit code 1 if none is found."),
    "digest": (
        "cli.commands.digest:digest",
        "Compose and archive a digest in both languages; if the period has a digest already, return that digest.",
    ),
    "user": (
        "cli.commands.user:users",
        "Manage accounts: add, list, reset, disable; create tokens for the sites' equipment.",
    ),
    "backup": (
        "cli.commands.backup:backup",
        "Back up the data folder, also while a server runs; collection pauses meanwhile.",
    ),
    "restore": (
        "cli.commands.backup:restore",
        "Restore a backup into an empty data folder, verifying every file and the counts of events and findings.",
    ),
    "doctor": (
        "cli.doctor:doctor",
        "Check folder, disk, clock, databases, migrations, audit log and accounts; exit code 1 if a check fails.",
    ),
}
"""Module and help line of each command. The help line is also the first line of the command's own help."""


class _Loaded(Mapping[str, Any]):
    """Commands by name, imported on look-up."""

    def __getitem__(self, name: str) -> Any:
        return _loaded(name, COMMANDS[name][0])

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class _Commands(TyperGroup):
    """Group of all commands; its help is printed without importing any of them."""

    _listed = False

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = _Loaded()  # type: ignore[assignment]  # nothing is ever put into it

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names in the order of the help."""
        del ctx
        return [*COMMANDS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command, or a stand-in with only its help line while the group's help is printed."""
        if self._listed:
            return TyperCommand(cmd_name, help=COMMANDS[cmd_name][1])
        return super().get_command(ctx, cmd_name)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the group's help from the lines in COMMANDS."""
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
"""Processors of a log line: one JSON object per line."""


def main() -> None:
    """Run a command; print an operator's error as one sentence on stderr and exit with code 1 or 2."""
    # apscheduler warns each time it skips a job that is still running; skipping is intended, so the warnings are noise
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
    """Return the base class of SQLAlchemy's errors, imported only once an error is raised: few commands need it."""
    errors: type[Exception] = importlib.import_module("sqlalchemy.exc").SQLAlchemyError
    return errors


def _ended(reason: str, code: int) -> None:
    err.print(f"secmon: {reason}", style="red", markup=False, soft_wrap=True)
    sys.exit(code)
