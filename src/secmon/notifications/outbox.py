"""Outbox of messages: stored with the change that causes them, then sent with retries, once for each key.

A sender claims messages for a limited time; if it dies, another sender takes over. A receiver recognises a
repeated message by its key, since no one can guarantee that a message is sent exactly once if the sender fails
between sending and marking.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Integer, String, Text, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from secmon.db.audit_log import NOTHING
from secmon.db.database import Database
from secmon.db.error_column import ErrorColumn
from secmon.db.models import Base

LEASE = timedelta(minutes=2)
"""Time limit for a sender's claim."""
ATTEMPTS = 12
"""Number of attempts after which a message is given up; with the pauses in between that takes about five hours."""
_FIRST, _LONGEST = timedelta(seconds=15), timedelta(hours=1)


class LetterState(StrEnum):
    """Waiting (also between attempts), claimed by a sender, sent, or given up."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    SENT = "sent"
    GIVEN_UP = "given_up"


class OutboxRow(Base):
    """A message and the state of its delivery."""

    __tablename__ = "outbox"
    __table_args__ = (Index("outbox_by_state", "state", "next_try"), Index("outbox_by_request", "request_id"))

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(String(128), unique=True)
    kind: Mapped[str] = mapped_column(String(24))
    channel: Mapped[str] = mapped_column(String(16))
    recipient: Mapped[str] = mapped_column(Text)
    site: Mapped[str] = mapped_column(String(5))
    content: Mapped[str] = mapped_column(Text)
    request_id: Mapped[int | None] = mapped_column(Integer)
    created_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_try: Mapped[datetime]
    claimed_by: Mapped[str] = mapped_column(String(64), default="")
    claimed_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(ErrorColumn, default="")


@dataclass(frozen=True, slots=True)
class Letter:
    """An outgoing message: by `channel` (mail or webhook) to `recipient`, once for each `key`.

    `recipient` is 'site:11110' or 'role:supervisor'; the sender knows their addresses. `content` holds JSON values.
    """

    key: str
    kind: str
    channel: str
    recipient: str
    site: str = ""
    content: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    request_id: int | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message claimed by a sender; `attempt` counts from 1."""

    id: int
    letter: Letter
    attempt: int


def enqueue(session: Session, letter: Letter, now: datetime, not_before: datetime | None = None) -> bool:
    """Store a message within the caller's transaction, to be sent now or later; False when its key already exists."""
    if session.scalar(select(OutboxRow.id).where(OutboxRow.key == letter.key)) is not None:
        return False
    session.add(
        OutboxRow(
            key=letter.key,
            kind=letter.kind,
            channel=letter.channel,
            recipient=letter.recipient,
            site=letter.site,
            content=json.dumps(dict(letter.content), ensure_ascii=False, default=str),
            request_id=letter.request_id,
            created_at=now,
            state=LetterState.WAITING,
            attempts=0,
            next_try=not_before or now,
            claimed_by="",
            error="",
        )
    )
    session.flush()
    return True


def claim_letters(db: Database, sender: str, *, limit: int, now: datetime, channel: str = "") -> Sequence[Claimed]:
    """Claim due messages, oldest first; no two senders get the same message before the claim expires."""
    query = select(OutboxRow).where(_due(now)).order_by(OutboxRow.next_try, OutboxRow.id).limit(limit)
    with db.begin() as session:
        rows = session.scalars(query.where(OutboxRow.channel == channel) if channel else query).all()
        return [_claimed(row) for row in rows if _take(session, row, sender, now)]


def mark_sent(session: Session, number: int, now: datetime) -> OutboxRow | None:
    """Mark a message as sent; None when it already was.

    Use delivery.sent, which also stores the receipt.
    """
    row = session.get_one(OutboxRow, number)
    if row.state == LetterState.SENT:
        return None
    row.state, row.sent_at, row.error = LetterState.SENT, now, ""
    row.attempts += 1
    return row


def mark_failed(session: Session, number: int, error: str, now: datetime, *, final: bool = False) -> OutboxRow | None:
    """Record a failed attempt: retried later, given up after the last attempt or when `final`.

    None when the message is already marked as sent.
    """
    row = session.get_one(OutboxRow, number)
    if row.state == LetterState.SENT:
        return None
    row.attempts += 1
    row.error, row.claimed_by, row.claimed_until = error, "", None
    row.state = LetterState.GIVEN_UP if final or row.attempts >= ATTEMPTS else LetterState.WAITING
    row.next_try = now + retry_pause(row.attempts)
    return row


def retry_pause(attempts: int) -> timedelta:
    """Return the pause after a number of failed attempts: doubled each time, at most an hour."""
    return min(_FIRST * int(2 ** min(attempts - 1, 16)), _LONGEST)


def letters_by_state(db: Database) -> Mapping[str, int]:
    """Return the number of messages by state."""
    query = select(OutboxRow.state, func.count()).group_by(OutboxRow.state)
    with db.session() as session:
        return {str(state): int(number) for state, number in session.execute(query)}


def _due(now: datetime):  # type: ignore[no-untyped-def]  # a condition of SQLAlchemy's
    free = (OutboxRow.state == LetterState.WAITING) & (OutboxRow.next_try <= now)
    left = (OutboxRow.state == LetterState.CLAIMED) & (OutboxRow.claimed_until <= now)
    return or_(free, left)


def _take(session: Session, row: OutboxRow, sender: str, now: datetime) -> bool:
    taken = session.execute(
        update(OutboxRow)
        .where(OutboxRow.id == row.id, _due(now))
        .values(state=LetterState.CLAIMED, claimed_by=sender[:64], claimed_until=now + LEASE)
        .execution_options(synchronize_session=False)
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]  # an UPDATE has one


def _claimed(row: OutboxRow) -> Claimed:
    letter = Letter(
        row.key, row.kind, row.channel, row.recipient, row.site, dict(json.loads(row.content)), row.request_id
    )
    return Claimed(row.id, letter, row.attempts + 1)
