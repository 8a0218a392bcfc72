"""Requests to municipalities: requested, delivered, acknowledged, done, verified, or refused with a reason.

Holds the content and recipient of each request, the answers, and the deadlines between them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Integer, SmallInteger, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from secmon.db.audit_log import Act, Actor, record_act
from secmon.db.database import Database
from secmon.db.error_column import ErrorColumn
from secmon.db.models import Base, Versioned
from secmon.db.transaction import check_version, in_scope, require_row, require_scope, touch
from secmon.db.transitions import Transitions
from secmon.errors import Item
from secmon.incidents.timeline import EntryKind, add_entry
from secmon.sites.scope import Scope


class RequestState(StrEnum):
    """The state of a request."""

    REQUESTED = "requested"
    DELIVERED = "delivered"
    ACKNOWLEDGED = "acknowledged"
    DONE = "done"
    VERIFIED = "verified"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


S = RequestState
TRANSITIONS = Transitions(
    "request",
    {
        S.REQUESTED: frozenset({S.DELIVERED, S.ACKNOWLEDGED, S.REFUSED, S.WITHDRAWN}),
        S.DELIVERED: frozenset({S.ACKNOWLEDGED, S.REFUSED, S.WITHDRAWN}),
        S.ACKNOWLEDGED: frozenset({S.DONE, S.REFUSED, S.WITHDRAWN}),
        S.DONE: frozenset({S.VERIFIED, S.ACKNOWLEDGED}),
        S.REFUSED: frozenset({S.DELIVERED, S.WITHDRAWN}),
        S.VERIFIED: frozenset(),
        S.WITHDRAWN: frozenset(),
    },
)
"""A rejected answer goes back: from done to acknowledged, from refused to delivered."""

AWAITED = (S.REQUESTED, S.DELIVERED, S.ACKNOWLEDGED)
"""States in which an answer of the municipality is due."""


class Request(Versioned, Base):
    """A request to one municipality. `evidence` is a JSON list, `channels` are names separated by blanks.

    `since` is when the centre knew that this site is affected; the time to notify is counted from it.
    """

    __tablename__ = "requests"
    __table_args__ = (
        Index("requests_by_site", "site", "id"),
        Index("requests_by_state", "state", "id"),
        Index("requests_by_incident", "incident_id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    site: Mapped[str] = mapped_column(String(5))
    incident_id: Mapped[int | None] = mapped_column(Integer)
    alert_id: Mapped[int | None] = mapped_column(Integer)
    severity: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(String(16))
    title_ko: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text)
    text_ko: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(Text)
    channels: Mapped[str] = mapped_column(String(64))
    since: Mapped[datetime]
    requested_by: Mapped[str] = mapped_column(String(128))
    requested_at: Mapped[datetime]
    acknowledge_due: Mapped[datetime]
    act_due: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str] = mapped_column(String(128), default="")
    done_at: Mapped[datetime | None]
    done_by: Mapped[str] = mapped_column(String(128), default="")
    verified_at: Mapped[datetime | None]
    verified_by: Mapped[str] = mapped_column(String(128), default="")
    refused_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    reminders: Mapped[int] = mapped_column(Integer, default=0)
    reminded_at: Mapped[datetime | None]

    @property
    def due(self) -> datetime | None:
        """Time when the municipality's next answer is due; None when no answer is due."""
        if self.state in {S.REQUESTED, S.DELIVERED}:
            return self.acknowledge_due
        return self.act_due if self.state == S.ACKNOWLEDGED else None

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The attached evidence, parsed."""
        return list(json.loads(self.evidence))


class Receipt(Base):
    """An event of a request: delivery attempt, delivery, answer, reminder or verification."""

    __tablename__ = "receipts"
    __table_args__ = (Index("receipts_by_request", "request_id", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    request_id: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(24))
    channel: Mapped[str] = mapped_column(String(16))
    actor: Mapped[str] = mapped_column(String(128))
    detail: Mapped[str] = mapped_column(ErrorColumn)


@dataclass(frozen=True, slots=True)
class RequestCounts:
    """Counts of requests in a scope: awaiting an answer, overdue among these, to verify, and refused."""

    awaiting: int
    overdue: int
    to_verify: int
    refused: int


def get_request(db: Database, scope: Scope, number: int) -> Request:
    """Return a request; raises NotFoundError when there is none within the scope."""
    with db.session() as session:
        return require_row(
            session.scalar(select(Request).where(Request.id == number, in_scope(Request.site, scope))),
            Item("request", number),
        )


def search_requests(
    db: Database,
    scope: Scope,
    *,
    states: Sequence[RequestState] = (),
    site: str = "",
    incident_id: int | None = None,
    limit: int,
    before: int | None = None,
) -> Sequence[Request]:
    """Return requests newest first; `before` is the id below which to continue."""
    query = select(Request).where(in_scope(Request.site, scope)).order_by(Request.id.desc()).limit(limit)
    if states:
        query = query.where(Request.state.in_(states))
    if site:
        query = query.where(Request.site == site)
    if incident_id is not None:
        query = query.where(Request.incident_id == incident_id)
    if before is not None:
        query = query.where(Request.id < before)
    with db.session() as session:
        return session.scalars(query).all()


def awaiting_requests(db: Database, scope: Scope, now: datetime) -> Sequence[Request]:
    """Return requests that await an answer, by due time; `overdue` selects the late ones."""
    query = select(Request).where(in_scope(Request.site, scope), Request.state.in_(AWAITED))
    with db.session() as session:
        rows = session.scalars(query).all()
    return sorted(rows, key=lambda row: (row.due or now, row.id))


def overdue_requests(db: Database, scope: Scope, now: datetime) -> Sequence[Request]:
    """Return requests whose answer is late, the longest overdue first."""
    return [row for row in awaiting_requests(db, scope, now) if row.due is not None and row.due < now]


def request_counts(db: Database, scope: Scope, now: datetime) -> RequestCounts:
    """Return the counts for display."""
    rows = awaiting_requests(db, scope, now)
    late = sum(row.due is not None and row.due < now for row in rows)
    query = select(Request.state).where(in_scope(Request.site, scope), Request.state.in_((S.DONE, S.REFUSED)))
    with db.session() as session:
        states = session.scalars(query).all()
    return RequestCounts(len(rows), late, sum(state == S.DONE for state in states), sum(s == S.REFUSED for s in states))


def receipts_of_request(db: Database, scope: Scope, number: int) -> Sequence[Receipt]:
    """Return all events of a request, in order."""
    get_request(db, scope, number)
    with db.session() as session:
        return session.scalars(select(Receipt).where(Receipt.request_id == number).order_by(Receipt.id)).all()


def load_for_update(session: Session, scope: Scope, number: int, version: int | None) -> Request:
    """Load a request for a change, unchanged since `version`."""
    row = require_row(session.get(Request, number), Item("request", number))
    require_scope(scope, [row.site], Item("request", number))
    check_version(row, version, Item("request", number))
    return row


def transition(
    session: Session,
    row: Request,
    state: RequestState,
    actor: Actor,
    now: datetime,
    *,
    detail: str = "",
    channel: str = "",
    said_by: str = "",
) -> None:
    """Move a request to a state within the caller's transaction, with receipt, audit entry and timeline entry.

    `said_by` is the person who gave the answer, if not the actor, who then only recorded it; `channel` is how it
    arrived.
    """
    TRANSITIONS.check(row.id, row.state, state)
    before = {"state": row.state}
    row.state = state
    touch(row, actor, now)
    told_by = f"{said_by}: {detail}".removesuffix(": ") if said_by else detail
    add_receipt(session, row, state, actor, now, detail=told_by, channel=channel)
    after = {"state": state, "detail": detail} if detail else {"state": state}
    if said_by:
        after |= {"source": channel, "said_by": said_by}
    record_act(session, Act(actor, f"request.{state}", f"request:{row.id}", now, row.site, before, after))
    if row.incident_id is not None:
        told = {"request": row.id, **after}
        add_entry(session, row.incident_id, EntryKind.REQUEST, actor, now, site=row.site, before=before, after=told)


def add_receipt(
    session: Session, row: Request, kind: str, actor: Actor, now: datetime, *, detail: str = "", channel: str = ""
) -> None:
    """Record an event of the request."""
    session.add(Receipt(request_id=row.id, at=now, kind=kind, channel=channel, actor=actor.name[:128], detail=detail))
