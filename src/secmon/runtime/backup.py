"""Consistent backups of event store, operational database and spool, with a manifest to verify them."""

import hashlib
import json
import os
import secrets
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from secmon import __version__
from secmon.db.database import Database
from secmon.errors import SecmonError, UsageError
from secmon.live.pipeline_port import BackupManifest
from secmon.settings import Settings
from secmon.store import sql
from secmon.store.client import Store
from secmon.store.sql import identifier

MANIFEST = "manifest.json"
_STORE, _SPOOL, _SQLITE, _POSTGRES = "store", "spool", "desk.sqlite3", "desk.pgdump"
_CHUNK = 1 << 20


def make_backup(settings: Settings, store: Store, db: Database, folder: Path, now: datetime) -> BackupManifest:
    """Write a backup into a new folder; collection, loading and detection must be paused meanwhile.

    Raises UsageError if the event store is a
    server, which has backups of its own, and SecmonError when something cannot be copied; the unfinished folder
    is removed.
    """
    if not store.embedded:
        raise UsageError.literal("the event store is a ClickHouse server: back it up there, with BACKUP DATABASE")
    _new(folder)
    try:
        _copy_desk(db, folder)
        if settings.spool.is_dir():
            shutil.copytree(settings.spool, folder / _SPOOL)
        _copy_store(store, folder)
        manifest = BackupManifest(
            folder=str(folder),
            secmon=__version__,
            made_at=now.isoformat(),
            figures=figures(store),
            files={name: _digest(folder / name) for name in _files(folder)},
        )
        written = {name: value for name, value in asdict(manifest).items() if name != "folder"}
        (folder / MANIFEST).write_text(json.dumps(written, indent=2), encoding="utf-8")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return manifest


def put_back(settings: Settings, store: Store, folder: Path) -> dict[str, Any]:
    """Restore a backup into an empty data folder; return its manifest after checking that the counts are the same.

    Raises UsageError if the folder is not a valid backup, a file was altered, or the operational database is of
    the other kind (SQLite or PostgreSQL); SecmonError if the restored counts differ.
    """
    manifest = checked(folder)
    db = folder / _SQLITE
    if settings.desk and db.exists():
        raise UsageError.literal("the backup has an SQLite database: leave `db` out of the settings to restore it")
    if not settings.desk and not db.exists():
        raise UsageError.literal(
            f"the backup has a PostgreSQL database: restore {folder / _POSTGRES} with pg_restore, and set `db`"
        )
    if db.exists():
        shutil.copy2(db, settings.data / _SQLITE)
    if (folder / _SPOOL).is_dir():
        shutil.copytree(folder / _SPOOL, settings.spool, dirs_exist_ok=True)
    place = _between(store)
    shutil.copytree(folder / _STORE, place)
    try:
        store.command(
            f"RESTORE DATABASE {identifier('secmon')} AS {identifier(store.database)} FROM File('{place.name}')"
        )
    finally:
        shutil.rmtree(place, ignore_errors=True)
    if (found := figures(store)) != manifest["figures"]:
        raise SecmonError.literal(f"the restored store has {found}, the backup was made with {manifest['figures']}")
    return manifest


def checked(folder: Path) -> dict[str, Any]:
    """Return the manifest of a backup after verifying every file against its digest; raise UsageError otherwise."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        wanted: dict[str, str] = manifest["files"]
    except (OSError, ValueError, KeyError) as error:
        raise UsageError.literal(f"{folder} is not a backup: {MANIFEST} cannot be read ({error})") from error
    found = set(_files(folder)) - {MANIFEST}
    if missing := sorted(set(wanted) - found):
        raise UsageError.literal(f"{folder}: {missing[0]} is missing from the backup")
    for name, digest in wanted.items():
        if _digest(folder / name) != digest:
            raise UsageError.literal(f"{folder}: {name} is not as it was written; restore another backup")
    return manifest


def figures(store: Store) -> dict[str, int]:
    """Return the counts that are compared before and after a restore."""
    ((events, quarantine, findings, *_),) = store.rows(sql.query("store_totals"))
    return {"events": int(events), "quarantine": int(quarantine), "findings": int(findings)}


def _new(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise UsageError.literal(f"{folder} cannot be written: {error.strerror}") from error
    if any(folder.iterdir()):
        raise UsageError.literal(f"{folder} is not empty: name an empty or new folder")


def _copy_desk(db: Database, folder: Path) -> None:
    url = db.engine.url
    if url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(url.database))) as source, closing(sqlite3.connect(folder / _SQLITE)) as copy:
            source.backup(copy)
        return
    program = shutil.which("pg_dump")
    if program is None:
        raise UsageError.literal(
            "the operational database is on PostgreSQL, but pg_dump is missing: install postgresql-client"
        )
    plain = url.set(drivername="postgresql", password=None).render_as_string()
    environment = os.environ | ({"PGPASSWORD": str(url.password)} if url.password else {})
    command = [program, "--format=custom", "--no-owner", f"--file={folder / _POSTGRES}", plain]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise SecmonError.literal(f"pg_dump of {db.shown} failed: {done.stderr.strip()[:300]}")


def _copy_store(store: Store, folder: Path) -> None:
    made = _between(store)
    try:
        store.command(f"BACKUP DATABASE {identifier(store.database)} TO File('{made.name}')")
        shutil.move(made, folder / _STORE)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _between(store: Store) -> Path:
    """Return a new path in the only folder that the engine may write backups to, inside its own data."""
    return Path(store.dsn.removeprefix("chdb://")) / "backups" / f"making_{secrets.token_hex(6)}"


def _files(folder: Path) -> Iterator[str]:
    yield from sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def _digest(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while part := opened.read(_CHUNK):
            digest.update(part)
    return digest.hexdigest()
