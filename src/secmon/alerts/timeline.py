"""Everything that happened to an incident, in order: acts, comments, what the clock did."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Integer, String, Text, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from secmon.alerts.audit import NOTHING, Act, Actor, record
from secmon.alerts.change import within
from secmon.alerts.desk import Desk
from secmon.alerts.models import Base
from secmon.sites.scope import Scope


class Kind(StrEnum):
    """What an entry tells."""

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
    """One thing that happened; `site` is '' when it concerns them all, `detail` is a JSON object."""

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
        """The JSON object, read."""
        return dict(json.loads(self.detail))


def tell(
    session: Session,
    incident_id: int,
    kind: Kind,
    actor: Actor,
    now: datetime,
    *,
    text: str = "",
    site: str = "",
    before: Mapping[str, Any] = NOTHING,
    after: Mapping[str, Any] = NOTHING,
) -> None:
    """Enter it in the timeline and in the audit log, within the caller's change."""
    session.add(
        TimelineEntry(
            incident_id=incident_id, at=now, actor=actor.name[:128], kind=kind, site=site, text=text,
            detail=json.dumps({"before": dict(before), "after": dict(after)}, ensure_ascii=False, default=str),
        )
    )  # fmt: skip
    told = {**after, "text": text} if text else after
    record(session, Act(actor, f"incident.{kind}", f"incident:{incident_id}", now, site, before, told))


def of_incident(desk: Desk, scope: Scope, incident_id: int) -> Sequence[TimelineEntry]:
    """The entries in order; who sees some sites only sees what was told of them, and the moves of the whole."""
    query = select(TimelineEntry).where(TimelineEntry.incident_id == incident_id).order_by(TimelineEntry.id)
    if not scope.everything:
        moves = TimelineEntry.kind.in_((Kind.OPENED, Kind.STATE))
        query = query.where(or_(within(TimelineEntry.site, scope), moves))
    with desk.session() as session:
        return session.scalars(query).all()
