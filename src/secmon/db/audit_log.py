"""Audit log: who did what, when and from where; append-only, each entry chained to the previous by a hash."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, String, Text, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from secmon.db.database import Database
from secmon.db.models import Base
from secmon.sites.scope import Scope

NOTHING: Mapping[str, Any] = MappingProxyType({})
_FIRST = "0" * 64
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Actor:
    """The acting account, or a job of the centre; `origin` is the address or command of the request."""

    name: str
    origin: str = ""


CENTRE = Actor("secmon", "schedule")
"""The centre itself: escalations, expiries, reminders."""


@dataclass(frozen=True, slots=True)
class Act:
    """A change with its JSON values before and after; `action` is such as 'alert.close', `subject` as 'alert:12'."""

    actor: Actor
    action: str
    subject: str
    at: datetime
    site: str = ""
    before: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    after: Mapping[str, Any] = field(default_factory=lambda: NOTHING)


class AuditEntry(Base):
    """A stored act; the database itself refuses to change or delete rows of this table."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("audit_by_subject", "subject"),
        Index("audit_by_time", "at"),
        Index("audit_by_actor", "actor"),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(128))
    origin: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(128))
    site: Mapped[str] = mapped_column(String(5))
    before: Mapped[str] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """A single row with number and hash of the newest entry; updating it first serialises the writers."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True, slots=True)
class BrokenChain:
    """The first entry that does not fit the chain, and the reason."""

    id: int
    reason: str


def record_act(session: Session, act: Act) -> None:
    """Append an act in the caller's transaction: change and entry are stored together or not at all."""
    session.execute(update(AuditHead).where(AuditHead.id == 1).values(number=AuditHead.number + 1))
    number, previous = session.execute(select(AuditHead.number, AuditHead.hash).where(AuditHead.id == 1)).one()
    entry = AuditEntry(
        id=int(number),
        at=act.at,
        actor=act.actor.name[:128],
        origin=act.actor.origin,
        action=act.action,
        subject=act.subject[:128],
        site=act.site,
        before=_json(act.before),
        after=_json(act.after),
    )
    entry.hash = _chained(str(previous), entry)
    session.add(entry)
    session.execute(update(AuditHead).where(AuditHead.id == 1).values(hash=entry.hash))


def audit_entries(
    db: Database,
    scope: Scope,
    *,
    limit: int,
    before: int | None = None,
    subject: str = "",
    actor: str = "",
    action: str = "",
) -> Sequence[AuditEntry]:
    """Return entries newest first, older than entry `before`; `action` may be a prefix such as 'alert.'."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if scope.codes is not None:
        query = query.where(AuditEntry.site.in_(scope.codes))
    if before is not None:
        query = query.where(AuditEntry.id < before)
    if subject:
        query = query.where(AuditEntry.subject == subject)
    if actor:
        query = query.where(AuditEntry.actor == actor)
    if action:
        query = query.where(AuditEntry.action.startswith(action, autoescape=True))
    with db.session() as session:
        return session.scalars(query).all()


def verify_audit_log(db: Database) -> BrokenChain | None:
    """Verify the whole chain; None when every entry exists and is unchanged."""
    previous, expected = _FIRST, 1
    for entry in _all(db):
        if entry.id != expected:
            return BrokenChain(expected, f"entry {expected} is missing")
        if entry.hash != _chained(previous, entry):
            return BrokenChain(entry.id, "its text is not what its hash was made of")
        previous, expected = entry.hash, expected + 1
    with db.session() as session:
        head = session.execute(select(AuditHead.number, AuditHead.hash).where(AuditHead.id == 1)).one()
    if (int(head[0]), str(head[1])) != (expected - 1, previous):
        return BrokenChain(expected, f"the last entries are missing: {head[0]} were written")
    return None


def _all(db: Database) -> Iterator[AuditEntry]:
    last = 0
    while True:
        with db.session() as session:
            page = session.scalars(
                select(AuditEntry).where(AuditEntry.id > last).order_by(AuditEntry.id).limit(_PAGE)
            ).all()
        if not page:
            return
        yield from page
        last = page[-1].id


def _chained(previous: str, entry: AuditEntry) -> str:
    parts = [
        previous,
        str(entry.id),
        entry.at.isoformat(),
        entry.actor,
        entry.origin,
        entry.action,
        entry.subject,
        entry.site,
        entry.before,
        entry.after,
    ]
    return sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(dict(values), ensure_ascii=False, sort_keys=True, default=str)
