"""Tables of the desk database."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Float, Index, Integer, SmallInteger, String, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from secmon.alerts.desk import UtcTime
from secmon.alerts.versioned import Versioned


class Base(DeclarativeBase):
    """Base of every desk table."""

    type_annotation_map = {datetime: UtcTime}  # noqa: RUF012  # SQLAlchemy reads it as a class attribute


class BatchState(StrEnum):
    """The way of a batch: spooled, in flight into the store, loaded, and detected; failed ones are parked."""

    SPOOLED = "spooled"
    IN_FLIGHT = "in_flight"
    LOADED = "loaded"
    DETECTED = "detected"
    FAILED = "failed"


class AlertStatus(StrEnum):
    """What an operator has done with an alert."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    CLOSED = "closed"


class Batch(Base):
    """Journal of what was taken from the sites; `lines` must equal `events` + `quarantined` once loaded."""

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
    """Where a feed of a site stands: its cursor, since when it is asked, when it last answered and sent a line.

    `lines` were taken, `events` and `quarantined` of them are in the store, `ahead` of the events by a clock that is
    ahead; `newest` is the newest event's time and `lag` the seconds from it to its receipt, in the last batch loaded.
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
    error: Mapped[str] = mapped_column(Text, default="")
    retry_at: Mapped[datetime | None]
    events: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    quarantined: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    ahead: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    newest: Mapped[datetime | None]
    lag: Mapped[float | None] = mapped_column(Float)
    notice: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    notice_at: Mapped[datetime | None]


class Maintenance(Base):
    """Announced work at a site, or at one feed of it (`feed` is '' for all): its silence is expected meanwhile."""

    __tablename__ = "maintenance"
    __table_args__ = (Index("maintenance_by_end", "ends"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    site: Mapped[str] = mapped_column(String(5))
    feed: Mapped[str] = mapped_column(String(32), default="")
    begins: Mapped[datetime]
    ends: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)


FLOOD_ACTOR = "*"
"""Actor of the alert that gathers what a flood of alerts of one rule at one site would have opened."""

_OPEN = "status != 'closed' AND gathering"


class Alert(Versioned, Base):
    """Findings of one rule on one site and actor; what an operator triages.

    `priority` (0 to 100) is severity by the rule's `confidence` and the site's or host's `importance`, both up to 1.
    The alert of a flood stands for `held_back` further actors at its site, and its own actor is FLOOD_ACTOR.
    `owner`, `closure`, `note`, the times of its moves, `merged_into` and `incident_id` are what alerts.workflow keeps.
    """

    __tablename__ = "alerts"
    __table_args__ = (
        Index(
            "alerts_open_once", "rule_id", "site", "actor", unique=True,
            sqlite_where=text(_OPEN), postgresql_where=text(_OPEN),
        ),
        Index("alerts_by_site", "site", "last_time"),
        Index("alerts_by_time", "last_time"),
        Index("alerts_by_opening", "opened_at"),
    )  # fmt: skip

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
    """A national crisis level as an authority declared it; never computed. The newest row is in force."""

    __tablename__ = "declared_levels"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    level: Mapped[str] = mapped_column(String(16))
    issuer: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    declared_at: Mapped[datetime]
