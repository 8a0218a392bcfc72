"""Fixtures: desks on both databases the program supports. Test modules name this one as a plugin.

PostgreSQL is Debian's, started once for the session as an unprivileged user, its data in a temporary folder. Tests use
one database there, emptied after each; on SQLite each test gets a copy of a file that was migrated once.
"""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing
from importlib import import_module
from itertools import count
from pathlib import Path
from pkgutil import walk_packages
from tempfile import mkdtemp
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, text

from migrated_database import migrated_database
from secmon.db.database import Database

TABLE_PACKAGES = (
    "alerts",
    "auth",
    "db",
    "detection",
    "feed_health",
    "incidents",
    "ingest",
    "inventory",
    "notifications",
    "operations",
    "reports",
    "response",
)
for _package in TABLE_PACKAGES:  # importing a module adds its tables to the metadata
    for _module in walk_packages(import_module(f"secmon.{_package}").__path__, f"secmon.{_package}."):
        if ".migrations" not in _module.name:
            import_module(_module.name)

_NUMBERS = count(1)
_FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60 -c shared_buffers=32MB"


def _programs() -> Path:
    """Folder of initdb and pg_ctl; Debian keeps them beside the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    assert initdb, "the desk tests need PostgreSQL: tools/debian.sh installs it"
    return Path(initdb).parent


def _as_nobody(command: Sequence[str | Path]) -> None:
    """PostgreSQL refuses to run as root."""
    words = [str(word) for word in command]
    if os.getuid() == 0:
        words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *words]
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        words, env=environment, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        return int(found.getsockname()[1])


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Address of a running PostgreSQL, without a database's name."""
    # pytest's own folders are closed to the server's user
    programs, folder = _programs(), Path(mkdtemp(prefix="secmon-postgresql-"))
    data, log = folder / "data", folder / "log"
    if os.getuid() == 0:
        os.chown(folder, 65534, 65534)
    _as_nobody([programs / "initdb", "-D", data, "-U", "secmon", "-A", "trust", "-E", "UTF8", "--no-sync"])
    port = _free_port()
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' {_FAST}"
    _as_nobody([programs / "pg_ctl", "-D", data, "-l", log, "-w", "-o", options, "start"])
    try:
        yield f"127.0.0.1:{port}"
    finally:
        _as_nobody([programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"])
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgresql_template(postgresql: str) -> str:
    """Address of a migrated database that tests use one after the other, each time emptied."""
    _execute(postgresql, "CREATE DATABASE desk")
    dsn = _dsn(postgresql, "desk")
    db = Database(dsn)
    db.migrate()
    db.close()
    return dsn


@pytest.fixture
def empty_postgresql(postgresql: str) -> Iterator[str]:
    """Address of an empty database."""
    name = f"empty_{next(_NUMBERS)}"
    _execute(postgresql, f"CREATE DATABASE {name}")
    yield _dsn(postgresql, name)
    _execute(postgresql, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A desk of its own, up to date, on each database."""
    if request.param == "sqlite":
        yield from _sqlite(tmp_path)
    else:
        yield from _postgresql(request.getfixturevalue("postgresql_template"))


def _sqlite(folder: Path) -> Iterator[Database]:
    db = migrated_database(folder / "desk.sqlite3")
    event.listen(db.engine, "connect", _hasty)
    yield db
    db.close()


def _hasty(connection: Any, _record: Any) -> None:
    """Tests do not outlive a power failure; that each commit reaches the disk has a test of its own."""
    connection.execute("PRAGMA synchronous=OFF")


def _postgresql(dsn: str) -> Iterator[Database]:
    db = Database(dsn)
    yield db
    with db.begin() as session:
        session.execute(text("SET LOCAL lock_timeout = '20s'"))  # a failed test may have left something open
        session.execute(text(_EMPTY))
        session.execute(text("INSERT INTO audit_head VALUES (1, 0, repeat('0', 64))"))
    db.close()


_EMPTY = """
DO $$
DECLARE one text; filled boolean;
BEGIN
  FOR one IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE 'SELECT EXISTS (SELECT 1 FROM ' || one || ')' INTO filled;
    IF filled AND one != 'alembic_version' THEN
      EXECUTE 'TRUNCATE ' || one || ' RESTART IDENTITY CASCADE';
    END IF;
  END LOOP;
END $$
"""
"""Empties what a test filled; copying a database for each test would take many times as long."""


def _dsn(address: str, name: str) -> str:
    return f"postgresql+psycopg://secmon@{address}/{name}"


def _execute(address: str, statement: str) -> None:
    with psycopg.connect(f"postgresql://secmon@{address}/postgres", autocommit=True) as connection:
        connection.execute(statement)
