"""`secmon doctor`: check everything an installation depends on, report what is wrong and how to fix it."""

import shutil
import stat
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import orjson
import typer
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from rich.console import Console as Terminal
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from secmon.auth.accounts import accounts
from secmon.auth.roles import Role
from secmon.cli.server_client import get_json
from secmon.db import audit_log
from secmon.db.database import Database
from secmon.errors import SecmonError, UsageError
from secmon.runtime.data_folder_lock import Instance, Running, running
from secmon.settings import Settings, load_settings
from secmon.sites.scope import EVERYTHING
from secmon.store.client import Store

_LOW, _TOO_LOW = 5_000_000_000, 500_000_000
"""Free bytes on the disk below which the check warns, and below which it fails."""
_AHEAD = timedelta(minutes=5)
_PRIVATE = stat.S_IRWXG | stat.S_IRWXO


class State(StrEnum):
    """Result of a check."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Result of one check, with an explanation."""

    check: str
    state: State
    said: str


@dataclass(frozen=True, slots=True)
class DoctorSubject:
    """Installation to check; `server` is the process that has the data folder open, None if there is none."""

    settings: Settings
    db: Database
    server: Running | None
    now: datetime


def examine(patient: DoctorSubject) -> tuple[Diagnosis, ...]:
    """Run every check in order; a check that raises an error counts as failed, with the error's text."""
    return tuple(_looked(name, look, patient) for name, look in CHECKS)


def doctor(
    config: Annotated[Path | None, typer.Option("--config", help="TOML file with settings.")] = None,
    data: Annotated[Path | None, typer.Option("--data", help="Folder of the store and the desk database.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Check folder, disk, clock, databases, migrations, audit log and accounts; exit code 1 if a check fails."""
    settings = load_settings(config, data=data)
    if not settings.data.is_dir():
        raise UsageError.literal(
            f"there is no data folder {settings.data}: start `secmon serve` or `secmon demo`, or name --data"
        )
    db = Database(settings.desk_dsn)
    try:
        findings = examine(DoctorSubject(settings, db, running(settings.data), datetime.now(UTC)))
    finally:
        db.close()
    if as_json:
        sys.stdout.buffer.write(orjson.dumps([asdict(one) for one in findings], option=orjson.OPT_INDENT_2) + b"\n")
        sys.stdout.flush()
    else:
        table = Table("check", "state", "what was seen", box=None)
        for one in findings:
            table.add_row(one.check, one.state, one.said)
        Terminal(highlight=False).print(table, markup=False)
    if any(one.state is State.FAILED for one in findings):
        raise typer.Exit(1)


def _looked(name: str, look: Callable[[DoctorSubject], tuple[State, str]], patient: DoctorSubject) -> Diagnosis:
    try:
        state, said = look(patient)
    except (SecmonError, SQLAlchemyError, OSError) as error:
        state, said = State.FAILED, str(getattr(error, "orig", None) or error)
    return Diagnosis(name, state, said)


def _folder(patient: DoctorSubject) -> tuple[State, str]:
    open_to_others = [
        path.name or str(path)
        for path in (patient.settings.data, *sorted(patient.settings.data.iterdir()))
        if path.stat().st_mode & _PRIVATE and (path.is_dir() or path.name.startswith(("desk", "secmon.lock")))
    ]
    if open_to_others and patient.settings.data.stat().st_mode & _PRIVATE:
        return (
            State.WARNING,
            f"others on this machine can read {patient.settings.data}: chmod 700 {patient.settings.data}",
        )
    return State.OK, f"{patient.settings.data} is its owner's only"


def _disk(patient: DoctorSubject) -> tuple[State, str]:
    free = shutil.disk_usage(patient.settings.data).free
    said = f"{free / 1e9:.1f} GB free"
    if free < _TOO_LOW:
        return State.FAILED, f"{said}: collection will stop; make room, or move the data folder"
    return (State.WARNING, f"{said}: make room soon") if free < _LOW else (State.OK, said)


def _clock(patient: DoctorSubject) -> tuple[State, str]:
    newest = audit_log.audit_entries(patient.db, EVERYTHING, limit=1)
    if newest and newest[0].at > patient.now + _AHEAD:
        return (
            State.FAILED,
            f"the clock says {patient.now:%F %T} UTC, but the audit log is of {newest[0].at:%F %T}: set it",
        )
    return State.OK, f"{patient.now:%F %T} UTC, not before the newest audit entry"


def _migrations(patient: DoctorSubject) -> tuple[State, str]:
    config = Config()
    config.set_main_option("script_location", "secmon:db/migrations")
    config.set_main_option("path_separator", "os")
    wanted = set(ScriptDirectory.from_config(config).get_heads())
    with patient.db.engine.connect() as connection:
        found = set(MigrationContext.configure(connection).get_current_heads())
    if found != wanted:
        missing = ", ".join(sorted(wanted - found)) or "none"
        return State.FAILED, f"{patient.db.shown} lacks {missing}: start the server once, which brings it up to date"
    return State.OK, f"{patient.db.shown} is at {', '.join(sorted(found))}"


def _chain(patient: DoctorSubject) -> tuple[State, str]:
    broken = audit_log.verify_audit_log(patient.db)
    if broken is not None:
        return State.FAILED, f"entry {broken.id}: {broken.reason}; compare it with a backup, somebody changed the log"
    newest = audit_log.audit_entries(patient.db, EVERYTHING, limit=1)
    return State.OK, f"{newest[0].id if newest else 0:,} entries, each fits the one before"


def _people(patient: DoctorSubject) -> tuple[State, str]:
    active = [one for one in accounts(patient.db) if not one.disabled]
    if not any(one.role is Role.ADMINISTRATOR for one in active):
        return State.WARNING, "nobody administers: `secmon user add NAME --role administrator`"
    waiting = sum(one.must_change for one in active)
    return State.OK, f"{len(active)} accounts, {waiting} of them with a one-time password"


def _engine(patient: DoctorSubject) -> tuple[State, str]:
    if patient.server is not None:
        answer = get_json(patient.server, "/api/v1/status")
        return State.OK, f"open in process {patient.server.pid}: {answer['events']:,} events"
    with Instance(patient.settings.data):
        store = Store(patient.settings.store_dsn)
        try:
            ((version,),) = store.rows("SELECT version()")
        finally:
            store.close()
    return State.OK, f"opens, version {version}"


CHECKS: tuple[tuple[str, Callable[[DoctorSubject], tuple[State, str]]], ...] = (
    ("data folder", _folder),
    ("disk", _disk),
    ("desk migrations", _migrations),
    ("audit chain", _chain),
    ("clock", _clock),
    ("accounts", _people),
    ("event store", _engine),
)
