"""Composes digests: once for each kind, scope and period, kept with its documents and letters in one transaction."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from secmon.alerts.desk import Desk
from secmon.alerts.outbox import Letter, enqueue
from secmon.digest.documents import documents
from secmon.digest.facts import Facts, facts_of
from secmon.digest.gather import gather
from secmon.digest.models import DigestDocument, DigestRow
from secmon.digest.period import Due
from secmon.digest.recipients import Recipient, recipients
from secmon.digest.source import Sources


@dataclass(frozen=True, slots=True)
class Composed:
    """A digest as it is kept; `new` is False when it had been composed before."""

    id: int
    due: Due
    new: bool


def compose(
    sources: Sources, due: Due, now: datetime, *, versions: Collection[str] = (), send: bool = True
) -> Composed:
    """The digest that is due: composed and put into the outbox, or found when it was composed before.

    It is written in the versions its recipients want, and in `versions`. Whoever else composes it at the same time, one
    of the two is kept: the key is unique. What is found gets the versions it has not yet, and goes to those who have
    not had it.
    """
    known = find(sources.desk, due.key)
    if known is not None:
        return _found(sources, known, due, now, versions, send=send)
    to = subscribed(sources.desk, due.kind, due.scope)
    wanted = sorted({*versions, *(one.version for one in to)}) or ["ko"]
    facts = gather(sources, due, now)
    made = {version: documents(facts, version, sources.tiles) for version in wanted}
    try:
        with sources.desk.begin() as session:
            number = keep(session, due, facts, made, now)
            for one in to if send else ():
                enqueue(session, letter_to(number, one), now, one.free_from(now))
    except IntegrityError:
        known = find(sources.desk, due.key)
        if known is None:
            raise
        return _found(sources, known, due, now, versions, send=send)
    return Composed(number, due, new=True)


def _found(
    sources: Sources, number: int, due: Due, now: datetime, versions: Collection[str], *, send: bool
) -> Composed:
    to = subscribed(sources.desk, due.kind, due.scope) if send else []
    there = select(DigestDocument.version).where(DigestDocument.digest_id == number).distinct()
    with sources.desk.session() as session:
        missing = {*versions, *(one.version for one in to)} - {*session.scalars(there)}
        facts = facts_of(json.loads(session.get_one(DigestRow, number).facts))
    made = {version: documents(facts, version, sources.tiles) for version in sorted(missing)}
    with sources.desk.begin() as session:
        _add(session, number, made)
        for one in to:
            enqueue(session, letter_to(number, one), now, one.free_from(now))
    return Composed(number, due, new=False)


def keep(
    session: Session, due: Due, facts: Facts, made: Mapping[str, Mapping[str, bytes]], now: datetime, *,
    urgent: bool = False, key: str = "",
) -> int:  # fmt: skip
    """Add a digest and its documents within the caller's transaction; IntegrityError when its key is there already."""
    row = DigestRow(
        key=key or due.key, kind=due.kind, scope=due.scope, begins=due.period.begins, ends=due.period.ends,
        composed_at=now,
        late=facts.late, urgent=urgent, facts=json.dumps(facts.as_json(), ensure_ascii=False, default=str),
    )  # fmt: skip
    session.add(row)
    session.flush()
    _add(session, row.id, made)
    return row.id


def _add(session: Session, number: int, made: Mapping[str, Mapping[str, bytes]]) -> None:
    session.add_all(
        DigestDocument(digest_id=number, version=version, name=name, content=content)
        for version, several in made.items()
        for name, content in several.items()
    )
    session.flush()


def letter_to(number: int, one: Recipient, again: str = "") -> Letter:
    """The letter that brings a digest to a recipient: one for each pair, and one more each time it is sent again."""
    key = f"digest:{number}:{one.id}{again}"
    site = one.scope if len(one.scope) == 5 else ""  # a municipality's code
    return Letter(key, "digest", one.channel, f"recipient:{one.id}", site, {"digest": number, "version": one.version})


def subscribed(desk: Desk, kind: str, scope: str) -> Sequence[Recipient]:
    """Who gets a digest of this kind and scope."""
    return [one for one in recipients(desk, kind=kind) if one.scope == scope]


def find(desk: Desk, key: str) -> int | None:
    """The id of the digest with this key."""
    with desk.session() as session:
        return session.scalar(select(DigestRow.id).where(DigestRow.key == key))


def last_end(desk: Desk, kind: str, scope: str) -> datetime | None:
    """The end of the newest period that was composed."""
    newest = func.max(DigestRow.ends, type_=DigestRow.ends.type)
    with desk.session() as session:
        return session.scalar(select(newest).where(DigestRow.kind == kind, DigestRow.scope == scope))
