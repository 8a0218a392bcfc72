"""A data folder put away and put back, as an operator does it; what is damaged or in the way is refused."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from running_commands import own_process

from secmon.db.database import Database
from secmon.runtime.backup import _copy_desk

pytest_plugins = "database_fixtures"

LINE = "<38>1 2026-11-23T10:00:00+09:00 gw sshd 7 - - Failed password for root from 198.51.100.7 port 5 ssh2\n"


def secmon(*arguments: object, code: int = 0) -> Any:
    """What a command answers as JSON; its message when it is refused."""
    done = own_process(*arguments)
    assert done.returncode == code, done.stderr
    return done.stderr if code else json.loads(done.stdout)


def status(data: Path) -> dict[str, Any]:
    """The figures of a folder that nobody has open."""
    found = secmon("status", "--json", "--data", data)
    return {name: found[name] for name in ("events", "quarantine", "findings", "lines", "alerts")}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A data folder with 30 events and a line that cannot be read, and its backup."""
    folder = tmp_path_factory.mktemp("centre")
    log = folder / "auth.log"
    log.write_text(LINE * 30 + "nonsense\n")
    data, backup = folder / "data", folder / "backup"
    secmon("ingest", log, "--site", "11110", "--format", "rfc5424", "--data", data, "--json")
    made = secmon("backup", backup, "--data", data, "--json")
    assert (made["events"], made["quarantine"]) == (30, 1)
    return data, backup


def test_what_is_put_back_is_what_was_there(kept: tuple[Path, Path], tmp_path: Path) -> None:
    """The same figures, and the folder goes on: more lines come in, the backup is as it was."""
    data, backup = kept
    before = status(data)
    assert secmon("restore", backup, "--data", tmp_path / "new", "--json")["events"] == 30
    assert status(tmp_path / "new") == before
    log = tmp_path / "more.log"
    log.write_text(LINE)
    secmon("ingest", log, "--site", "11110", "--format", "rfc5424", "--data", tmp_path / "new", "--json")
    assert status(tmp_path / "new")["events"] == 31
    assert backup.stat().st_mode & 0o777 == 0o700


def test_what_is_in_the_way_is_refused(kept: tuple[Path, Path], tmp_path: Path) -> None:
    """A backup needs a new folder, a restore an empty one and a backup; nothing is written over."""
    data, backup = kept
    assert "is not empty" in secmon("backup", backup, "--data", data, code=2)
    assert "is not empty" in secmon("restore", backup, "--data", data, code=2)
    assert "is not a backup" in secmon("restore", data, "--data", tmp_path / "new", code=2)
    assert "there is no data" in secmon("backup", tmp_path / "b", "--data", tmp_path / "nothing", code=2)


def test_a_damaged_backup_is_refused(kept: tuple[Path, Path], tmp_path: Path) -> None:
    """A byte that is another, or a file that is gone, is named before anything is put back."""
    _, backup = kept
    damaged = tmp_path / "damaged"
    shutil.copytree(backup, damaged)
    db = damaged / "desk.sqlite3"
    db.write_bytes(db.read_bytes()[:-1] + b"\x01")
    assert "desk.sqlite3 is not as it was written" in secmon("restore", damaged, "--data", tmp_path / "new", code=2)
    db.unlink()
    assert "desk.sqlite3 is missing" in secmon("restore", damaged, "--data", tmp_path / "new", code=2)
    assert not (tmp_path / "new" / "desk.sqlite3").exists()


def test_the_desk_is_copied_on_each_database(db: Database, tmp_path: Path) -> None:
    """As a file of SQLite, or as an archive of PostgreSQL's own that lists the audit log."""
    _copy_desk(db, tmp_path)
    if db.engine.dialect.name == "sqlite":
        copy = Database(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
        with copy.session() as session:
            assert session.connection().exec_driver_sql("SELECT number FROM audit_head").one() == (0,)
        copy.close()
        return
    restore = shutil.which("pg_restore")
    assert restore is not None
    listed = subprocess.run([restore, "--list", tmp_path / "desk.pgdump"], capture_output=True, text=True, check=True)
    assert "TABLE DATA public audit " in listed.stdout
