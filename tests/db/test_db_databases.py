"""The desk on SQLite and on PostgreSQL: the same schema, the same guards."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import SQLAlchemyError

from secmon.db import audit_log
from secmon.db.audit_log import CENTRE, Act, Actor, audit_entries, verify_audit_log
from secmon.db.database import Database
from secmon.db.models import Base
from secmon.db.transaction import Change
from secmon.operations.crisis_level import CrisisLevel, Declaration, declare_level, level_in_force
from secmon.sites.scope import EVERYTHING

pytest_plugins = "database_fixtures"
NOW = datetime(2026, 11, 25, 1, 2, 3, 456789, tzinfo=UTC)


def test_the_migrations_make_what_the_models_say(db: Database) -> None:
    """On each database, nothing is missing, left over, or of another type."""
    assert set(inspect(db.engine).get_table_names()) == {*Base.metadata.tables, "alembic_version"}
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_an_empty_postgresql_is_migrated_twice(empty_postgresql: str) -> None:
    """The second start finds its data."""
    db = Database(empty_postgresql)
    db.migrate()
    declare_level(Change(db, EVERYTHING, CENTRE, NOW), Declaration(CrisisLevel.CAUTION, "NCSC", "exercise", NOW))
    db.migrate()
    assert level_in_force(db) == Declaration(CrisisLevel.CAUTION, "NCSC", "exercise", NOW)
    db.close()


def test_writers_at_once_make_one_chain(db: Database) -> None:
    """No two entries follow the same one, on either database."""

    def write(number: int) -> None:
        with db.begin() as session:
            audit_log.record_act(session, Act(Actor("lead"), "alert.close", f"alert:{number}", NOW))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(20)))
    assert len(audit_entries(db, EVERYTHING, limit=99)) == 20
    assert verify_audit_log(db) is None


@pytest.mark.parametrize("change", ["UPDATE audit SET actor = 'nobody'", "DELETE FROM audit"])
def test_the_databases_refuse_changes_of_the_audit(db: Database, change: str) -> None:
    """Entries can be added only, whoever asks."""
    with db.begin() as session:
        audit_log.record_act(session, Act(Actor("lead"), "alert.close", "alert:1", NOW))
    with pytest.raises(SQLAlchemyError, match="append-only"), db.begin() as session:
        session.execute(text(change))
    assert verify_audit_log(db) is None
