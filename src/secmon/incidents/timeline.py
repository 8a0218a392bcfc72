"""Timeline of an incident, in order: acts, comments and clock events."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Integer, String, Text, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from secmon.db.audit_log import NOTHING, Act, Actor, record_act
from secmon.db.database import Database
from secmon.db.models import Base
from secmon.db.transaction import in_scope
from secmon.sites.scope import Scope


class EntryKind(StrEnum):
    """The type of an entry."""

    OPENED = "opened"
    STATE = "state"
    CHANGED = "changed"
    COMMENT = "comment"
    ALERTS_ADDED = "alerts_added"
    ALERTS_TAKEN_OUT = "alerts_taken_out"
    SITES_ADDED = "sites_added"
    EVIDENCE = "evidence"
    TASK = "task"
    REQUEST = "request"
    BLOCK = "block"
    PAUSED = "paused"
    RESUMED = "resumed"
    ESCALATED = "escalated"


class TimelineEntry(Base):
    """A timeline entry; `site` is '' when it concerns all sites, `detail` is a JSON object."""

    __tablename__ = "timeline"
    __table_args__ = (Index("timeline_by_incident", "incident_id", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    incident_id: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(128))
    kind: Mapped[str] = mapped_column(String(24))
    site: Mapped[str] = mapped_column(String(5))
    text: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text)

    @property
    def details(self) -> Mapping[str, Any]:
        """The JSON object, parsed."""
        return dict(json.loads(self.detail))


def add_entry(
    session: Session,
    incident_id: int,
    kind: EntryKind,
    actor: Actor,
    now: datetime,
    *,
    text: str = "",
    site: str = "",
    before: Mapping[str, Any] = NOTHING,
    after: Mapping[str, Any] = NOTHING,
) -> None:
    """Add an entry to the timeline and the audit log, within the caller's transaction."""
    session.add(
        TimelineEntry(
            incident_id=incident_id,
            at=now,
            actor=actor.name[:128],
            kind=kind,
            site=site,
            text=text,
            detail=json.dumps({"before": dict(before), "after": dict(after)}, ensure_ascii=False, default=str),
        )
    )
    told = {**after, "text": text} if text else after
    record_act(session, Act(actor, f"incident.{kind}", f"incident:{incident_id}", now, site, before, told))


def timeline_of_incident(db: Database, scope: Scope, incident_id: int) -> Sequence[TimelineEntry]:
    """Return the entries in order.

    A user with access to some sites only sees the entries on these, and the changes of state of the incident.
    """
    query = select(TimelineEntry).where(TimelineEntry.incident_id == incident_id).order_by(TimelineEntry.id)
    if not scope.everything:
        moves = TimelineEntry.kind.in_((EntryKind.OPENED, EntryKind.STATE))
        query = query.where(or_(in_scope(TimelineEntry.site, scope), moves))
    with db.session() as session:
        return session.scalars(query).all()
