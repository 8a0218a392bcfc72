"""Tables of the operational database that every package shares, with versions against concurrent changes."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Float, Index, Integer, SmallInteger, String, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from secmon.db.database import UtcTime
from secmon.db.error_column import ErrorColumn


class Versioned:
    """`version` counts the changes by users; `changed_by` and `changed_at` are those of the last change."""

    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    changed_by: Mapped[str] = mapped_column(String(128), default="", server_default=text("''"))
    changed_at: Mapped[datetime | None]


class Base(DeclarativeBase):
    """Base of every table of the operational database."""

    type_annotation_map = {datetime: UtcTime}  # noqa: RUF012  # SQLAlchemy reads it as a class attribute


class BatchState(StrEnum):
    """The state of a batch: spooled, in flight into the store, loaded, or detected; failed batches are parked."""

    SPOOLED = "spooled"
    IN_FLIGHT = "in_flight"
    LOADED = "loaded"
    DETECTED = "detected"
    FAILED = "failed"


class AlertStatus(StrEnum):
    """The state of an alert's handling by an operator."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    CLOSED = "closed"


class Batch(Base):
    """Journal of the collected batches; `lines` must equal `events` + `quarantined` once loaded."""

    __tablename__ = "batches"
    __table_args__ = (Index("batches_by_state", "state", "id"), Index("batches_by_detection", "detected_at"))

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    received_from: Mapped[datetime]
    received_to: Mapped[datetime]
    lines: Mapped[int] = mapped_column(BigInteger)
    bytes: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(String(64))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    retry_at: Mapped[datetime | None]
    loaded_at: Mapped[datetime | None]
    detected_at: Mapped[datetime | None]
    events: Mapped[int] = mapped_column(BigInteger, default=0)
    quarantined: Mapped[int] = mapped_column(BigInteger, default=0)
    error: Mapped[str] = mapped_column(Text, default="")


class FeedState(Base):
    """The state of a site's feed: its cursor, and when it was first asked, last answered and last sent a line.

    `lines` were collected, `events` and `quarantined` of them are in the store, `ahead` of the events have a
    clock that is ahead; `newest` is the newest event's time and `lag` the seconds from it to its receipt, in the
    last batch loaded.
    """

    __tablename__ = "feeds"

    site: Mapped[str] = mapped_column(String(5), primary_key=True)
    feed: Mapped[str] = mapped_column(String(32), primary_key=True)
    format: Mapped[str] = mapped_column(String(32))
    cursor: Mapped[str] = mapped_column(Text, default="")
    lines: Mapped[int] = mapped_column(BigInteger, default=0)
    since: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    line_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(Integer, default=0)
    error: Mapped[str] = mapped_column(ErrorColumn, default="")
    retry_at: Mapped[datetime | None]
    events: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    quarantined: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    ahead: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    newest: Mapped[datetime | None]
    lag: Mapped[float | None] = mapped_column(Float)
    notice: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    notice_at: Mapped[datetime | None]


class Maintenance(Base):
    """Announced maintenance, during which silence is expected: of a feed, or of a whole site (`feed` is '')."""

    __tablename__ = "maintenance"
    __table_args__ = (Index("maintenance_by_end", "ends"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    site: Mapped[str] = mapped_column(String(5))
    feed: Mapped[str] = mapped_column(String(32), default="")
    begins: Mapped[datetime]
    ends: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)


FLOOD_ACTOR = "*"
"""Actor of the flood alert, which collects the alerts that a flood of one rule at one site would have opened."""

_OPEN = "status != 'closed' AND gathering"


class Alert(Versioned, Base):
    """Findings of one rule on one site and actor; the unit of triage.

    `priority` (0 to 100) is severity times the rule's `confidence` times the site's or host's `importance`, both
    up to 1. A flood alert represents `held_back` further actors at its site, and its own actor is FLOOD_ACTOR.
    `owner`, `closure`, `note`, the times of its state changes, `merged_into` and `incident_id` are maintained by
    the alert workflow.
    """

    __tablename__ = "alerts"
    __table_args__ = (
        Index(
            "alerts_open_once",
            "rule_id",
            "site",
            "actor",
            unique=True,
            sqlite_where=text(_OPEN),
            postgresql_where=text(_OPEN),
        ),
        Index("alerts_by_site", "site", "last_time"),
        Index("alerts_by_time", "last_time"),
        Index("alerts_by_opening", "opened_at"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    rule_id: Mapped[str] = mapped_column(String(64))
    site: Mapped[str] = mapped_column(String(5))
    actor: Mapped[str] = mapped_column(Text)
    severity: Mapped[int] = mapped_column(SmallInteger)
    attack_type: Mapped[str] = mapped_column(String(32), default="")
    status: Mapped[str] = mapped_column(String(16), default=AlertStatus.NEW)
    gathering: Mapped[bool] = mapped_column(default=True)
    group_uid: Mapped[str] = mapped_column(Text, default="")
    site_count: Mapped[int] = mapped_column(Integer, default=1)
    findings: Mapped[int] = mapped_column(Integer, default=0)
    events: Mapped[int] = mapped_column(BigInteger, default=0)
    confidence: Mapped[float] = mapped_column(Float, default=1.0, server_default="1")
    importance: Mapped[float] = mapped_column(Float, default=1.0, server_default="1")
    priority: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    held_back: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    first_time: Mapped[datetime]
    last_time: Mapped[datetime]
    opened_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    owner: Mapped[str] = mapped_column(String(128), default="", server_default=text("''"))
    closure: Mapped[str] = mapped_column(String(16), default="", server_default=text("''"))
    note: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    acknowledged_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    merged_into: Mapped[int | None] = mapped_column(Integer)
    incident_id: Mapped[int | None] = mapped_column(Integer)


class DeclaredLevel(Base):
    """A national crisis level as declared by an authority; never computed. The newest row is in force."""

    __tablename__ = "declared_levels"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    level: Mapped[str] = mapped_column(String(16))
    issuer: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    declared_at: Mapped[datetime]
