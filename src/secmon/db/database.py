"""The operational database: SQLite in the data folder by default, PostgreSQL by DSN."""

from datetime import UTC, datetime
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import DateTime, Engine, create_engine, event
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.types import TypeDecorator

from secmon.errors import DatabaseError


class UtcTime(TypeDecorator[datetime]):
    """An aware time, stored in UTC by every database."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:  # the signature is SQLAlchemy's
        """Refuse a naive time instead of guessing its zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive time {value}: the desk keeps aware times only")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # the signature is SQLAlchemy's
        """Mark the stored time as UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


class Database:
    """Sessions on the operational database; safe to share between threads."""

    def __init__(self, dsn: str) -> None:
        """Open the engine; nothing is read before the first session."""
        try:
            self.engine = _engine(dsn)
        except (ArgumentError, ImportError) as error:
            raise DatabaseError("database.address_not_valid", reason=str(error)) from error
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    def migrate(self) -> None:
        """Upgrade the schema to this program's version."""
        config = Config()
        config.set_main_option("script_location", "secmon:db/migrations")
        config.set_main_option("path_separator", "os")
        try:
            with self.engine.begin() as connection:
                if connection.dialect.name == "sqlite":
                    # started by hand: the driver would commit each CREATE separately, and a crash would leave half a
                    # schema
                    connection.exec_driver_sql("BEGIN IMMEDIATE")
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except SQLAlchemyError as error:
            raise DatabaseError("database.failed", address=self.shown, reason=str(error.__cause__ or error)) from error

    def begin(self) -> Any:
        """Return a session in a transaction: commits at the end of the `with` block, rolls back on an error."""
        return self._sessions.begin()

    def session(self) -> Session:
        """Return a session for reading."""
        return self._sessions()

    @property
    def shown(self) -> str:
        """The address without its password."""
        return self.engine.url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _engine(dsn: str) -> Engine:
    url = make_url(dsn)
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def durable(connection: Any, _record: Any) -> None:
        # FULL: a cursor must not survive a power failure that its batch does not survive
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine
