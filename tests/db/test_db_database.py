"""The desk database: its schema, its times, its transactions."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import StatementError

from secmon.db.audit_log import CENTRE
from secmon.db.database import Database
from secmon.db.models import Base, DeclaredLevel
from secmon.db.transaction import Change
from secmon.errors import DatabaseError
from secmon.operations.crisis_level import CrisisLevel, Declaration, declare_level, level_in_force
from secmon.runtime.server import application
from secmon.sites.scope import EVERYTHING

NOW = datetime(2026, 11, 23, 1, 2, 3, 456789, tzinfo=UTC)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A desk of its own, up to date."""
    db = Database(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    db.migrate()
    yield db
    db.close()


def test_an_empty_database_gets_every_table(db: Database) -> None:
    """The migrations make all tables of the models, and nothing is missing or left over."""
    assert application.__module__ == "secmon.runtime.server"  # which imports every module that has tables
    assert set(inspect(db.engine).get_table_names()) == {*Base.metadata.tables, "alembic_version"}
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_again_keeps_what_is_there(db: Database) -> None:
    """A second start finds its data."""
    declare_level(Change(db, EVERYTHING, CENTRE, NOW), Declaration(CrisisLevel.CAUTION, "NCSC", "exercise", NOW))
    db.migrate()
    assert level_in_force(db) == Declaration(CrisisLevel.CAUTION, "NCSC", "exercise", NOW)


def test_nothing_of_a_failed_migration_stays(tmp_path: Path) -> None:
    """A migration that stops half way, here at a table in the way, leaves no half a schema for the next start."""
    path = tmp_path / "desk.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE feeds (note TEXT)")
    db = Database(f"sqlite:///{path}")
    with pytest.raises(DatabaseError, match=r"operational database sqlite:///.*already exists"):
        db.migrate()
    assert inspect(db.engine).get_table_names() == ["feeds"]
    with db.begin() as session:
        session.execute(text("DROP TABLE feeds"))
    db.migrate()
    assert level_in_force(db) is None
    db.close()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """The error is ours and says which file."""
    path = tmp_path / "desk.sqlite3"
    path.write_bytes(b"this is a letter, not a database" * 100)
    db = Database(f"sqlite:///{path}")
    with pytest.raises(DatabaseError, match=r"desk\.sqlite3: file is not a database"):
        db.migrate()
    db.close()


@pytest.mark.parametrize("dsn", ["", "nonsense", "nosuchdatabase://host/db"])
def test_an_address_nobody_understands(dsn: str) -> None:
    """The error says that it is the desk's address."""
    with pytest.raises(DatabaseError, match="address of the operational database is not valid"):
        Database(dsn)


def test_the_address_is_shown_without_its_password(tmp_path: Path) -> None:
    """Errors and logs show where the desk is, never how to get in."""
    db = Database(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    db.engine.url = db.engine.url.set(username="keeper", password="geheim")
    assert "keeper" in db.shown
    assert "geheim" not in db.shown
    db.close()


def test_the_database_is_durable_and_checked(db: Database) -> None:
    """A commit is on the disk when it returns, because a cursor must not outlive its batch."""
    with db.engine.connect() as connection:
        values = [connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")]
    assert values == ["wal", 2, 1]


def test_naive_times_are_refused(db: Database) -> None:
    """No zone is guessed."""
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(StatementError, match="naive time"):
        declare_level(Change(db, EVERYTHING, CENTRE, naive), Declaration(CrisisLevel.NORMAL, "NCSC", "", naive))
    assert level_in_force(db) is None


def test_times_of_any_zone_are_kept_as_utc(db: Database) -> None:
    """What comes back is the same moment, in UTC, to the microsecond."""
    seoul = NOW.astimezone(timezone(timedelta(hours=9)))
    declare_level(Change(db, EVERYTHING, CENTRE, seoul), Declaration(CrisisLevel.NORMAL, "NCSC", "", seoul))
    found = level_in_force(db)
    assert found is not None
    assert found.declared_at == NOW
    assert found.declared_at.tzinfo is UTC
    with db.engine.connect() as connection:
        assert connection.scalar(text("SELECT declared_at FROM declared_levels")) == "2026-11-23 01:02:03.456789"


def test_the_level_in_force_is_the_newest_declaration(db: Database) -> None:
    """None until somebody enters one; then the last entered, and those before stay as history."""
    assert level_in_force(db) is None
    for hours, level in enumerate((CrisisLevel.ATTENTION, CrisisLevel.SERIOUS, CrisisLevel.NORMAL)):
        declare_level(
            Change(db, EVERYTHING, CENTRE, NOW - timedelta(hours=hours)),
            Declaration(level, "NCSC", f"reason {hours}", NOW - timedelta(hours=hours)),
        )
    assert level_in_force(db) == Declaration(CrisisLevel.NORMAL, "NCSC", "reason 2", NOW - timedelta(hours=2))
    with db.session() as session:
        assert [row.level for row in session.query(DeclaredLevel).order_by(DeclaredLevel.id)] == [
            "attention",
            "serious",
            "normal",
        ]


def test_an_error_within_a_session_takes_back_all_of_it(db: Database) -> None:
    """A transaction is whole or absent."""

    def fail() -> None:
        with db.begin() as session:
            session.add(DeclaredLevel(level="normal", issuer="a", reason="b", declared_at=NOW))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert level_in_force(db) is None
