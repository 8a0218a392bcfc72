"""The audit log: appended with the change it tells of, and no entry can be changed or taken out unnoticed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from migrated_database import migrated_database
from secmon.db import audit_log
from secmon.db.audit_log import Act, Actor, BrokenChain, audit_entries, verify_audit_log
from secmon.db.database import Database
from secmon.sites.scope import EVERYTHING, Scope

NOW = datetime(2026, 11, 25, 1, 2, 3, 456789, tzinfo=UTC)
LEAD = Actor("lead", "127.0.0.1")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A desk of its own, up to date."""
    db = migrated_database(tmp_path / "desk.sqlite3")
    yield db
    db.close()


def write(db: Database, number: int, site: str = "11110") -> None:
    """One entry."""
    with db.begin() as session:
        at = NOW + timedelta(seconds=number)
        audit_log.record_act(session, Act(LEAD, "alert.close", f"alert:{number}", at, site, {"n": number}, {"n": "가"}))


def test_entries_are_read_newest_first_within_a_scope(db: Database) -> None:
    """Somebody who sees one site sees the acts there only."""
    write(db, 1)
    write(db, 2, site="26110")
    write(db, 3)
    assert [one.subject for one in audit_entries(db, EVERYTHING, limit=9)] == ["alert:3", "alert:2", "alert:1"]
    assert [one.subject for one in audit_entries(db, Scope.of_sites(["26110"]), limit=9)] == ["alert:2"]
    assert [one.id for one in audit_entries(db, EVERYTHING, limit=1, before=3)] == [2]
    assert audit_entries(db, EVERYTHING, limit=9, subject="alert:1")[0].after == '{"n": "가"}'
    assert not audit_entries(db, EVERYTHING, limit=9, action="alert%")
    assert len(audit_entries(db, EVERYTHING, limit=9, action="alert.", actor="lead")) == 3


def test_an_undone_change_leaves_no_entry(db: Database) -> None:
    """Entry and change are one transaction."""
    write(db, 1)
    with db.begin() as session:
        audit_log.record_act(session, Act(LEAD, "alert.close", "alert:2", NOW))
        session.rollback()
    write(db, 3)
    assert [one.id for one in audit_entries(db, EVERYTHING, limit=9)] == [2, 1]
    assert verify_audit_log(db) is None


def test_writers_at_once_make_one_chain(db: Database) -> None:
    """No two entries follow the same one."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: write(db, number), range(40)))
    assert len(audit_entries(db, EVERYTHING, limit=99)) == 40
    assert verify_audit_log(db) is None


@pytest.mark.parametrize("change", ["UPDATE audit SET actor = 'nobody'", "DELETE FROM audit"])
def test_the_database_refuses_changes(db: Database, change: str) -> None:
    """Entries can be added only, whoever asks."""
    write(db, 1)
    with pytest.raises(SQLAlchemyError, match="append-only"), db.begin() as session:
        session.execute(text(change))
    assert verify_audit_log(db) is None


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("UPDATE audit SET after = '{}' WHERE id = 2", BrokenChain(2, "its text is not what its hash was made of")),
        ("DELETE FROM audit WHERE id = 2", BrokenChain(2, "entry 2 is missing")),
        ("DELETE FROM audit WHERE id = 3", BrokenChain(3, "the last entries are missing: 3 were written")),
    ],
)
def test_tampering_is_found(db: Database, tampering: str, found: BrokenChain) -> None:
    """Somebody who removes the guards and changes, or takes out, an entry breaks the chain there."""
    for number in range(3):
        write(db, number)
    with db.begin() as session:
        session.execute(text("DROP TRIGGER audit_no_update"))
        session.execute(text("DROP TRIGGER audit_no_delete"))
        session.execute(text(tampering))
    assert verify_audit_log(db) == found
