"""Compose a digest once per kind, scope and period; store it with its documents and letters in one transaction."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from secmon.db.database import Database
from secmon.errors import UsageError
from secmon.notifications.outbox import Letter, enqueue
from secmon.operations.metric_samples import Period
from secmon.reports.content.facts import Facts, facts_of
from secmon.reports.content.gather_facts import gather
from secmon.reports.content.kinds import Audience, DigestKind, digest_kind
from secmon.reports.content.models import DigestDocument, DigestRow
from secmon.reports.content.schedule import Due, period_ending, period_of_day
from secmon.reports.content.sources import Sources
from secmon.reports.delivery.recipients import Recipient, recipients
from secmon.reports.rendering.i18n import LANGUAGES
from secmon.reports.rendering.render import render_documents
from secmon.sites.registry import load_provinces, load_sites
from secmon.times import KST

VERSIONS = (*LANGUAGES, *(f"{language}-masked" for language in LANGUAGES))
"""Versions in which a digest can be written."""

_QUARTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Composed:
    """A stored digest; `new` is False if it had been composed before."""

    id: int
    due: Due
    new: bool


def compose(
    sources: Sources, due: Due, now: datetime, *, versions: Collection[str] = (), send: bool = True
) -> Composed:
    """Compose a digest and queue its letters, or return the digest that was composed before.

    It is written in the versions its recipients want, and in `versions`. If two processes compose it at the same
    time, one of the results is kept, because the key is unique. An existing digest gets its missing versions, and
    goes to recipients who have not received it. Raises UsageError for an unknown version.
    """
    if unknown := set(versions) - set(VERSIONS):
        raise UsageError("digest.version_unknown", version=min(unknown)[:20], versions=", ".join(VERSIONS))
    known = find_digest(sources.db, due.key)
    if known is not None:
        return _found(sources, known, due, now, versions, send=send)
    to = subscribed(sources.db, due.kind, due.scope)
    wanted = sorted({*versions, *(one.version for one in to)}) or ["ko"]
    facts = gather(sources, due, now)
    made = {version: render_documents(facts, version, sources.tiles) for version in wanted}
    try:
        with sources.db.begin() as session:
            number = store_digest(session, due, facts, made, now)
            for one in to if send else ():
                enqueue(session, letter_to(number, one), now, one.free_from(now))
    except IntegrityError:
        known = find_digest(sources.db, due.key)
        if known is None:
            raise
        return _found(sources, known, due, now, versions, send=send)
    return Composed(number, due, new=True)


def _found(
    sources: Sources, number: int, due: Due, now: datetime, versions: Collection[str], *, send: bool
) -> Composed:
    to = subscribed(sources.db, due.kind, due.scope) if send else []
    there = select(DigestDocument.version).where(DigestDocument.digest_id == number).distinct()
    with sources.db.session() as session:
        missing = {*versions, *(one.version for one in to)} - {*session.scalars(there)}
        facts = facts_of(json.loads(session.get_one(DigestRow, number).facts))
    made = {version: render_documents(facts, version, sources.tiles) for version in sorted(missing)}
    with sources.db.begin() as session:
        _add(session, number, made)
        for one in to:
            enqueue(session, letter_to(number, one), now, one.free_from(now))
    return Composed(number, due, new=False)


def store_digest(
    session: Session,
    due: Due,
    facts: Facts,
    made: Mapping[str, Mapping[str, bytes]],
    now: datetime,
    *,
    urgent: bool = False,
    key: str = "",
) -> int:
    """Add a digest and its documents in the caller's transaction; raise IntegrityError when its key exists already."""
    row = DigestRow(
        key=key or due.key,
        kind=due.kind,
        scope=due.scope,
        begins=due.period.begins,
        ends=due.period.ends,
        composed_at=now,
        late=facts.late,
        urgent=urgent,
        facts=json.dumps(facts.as_json(), ensure_ascii=False, default=str),
    )
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
    """Build the letter that sends a digest to a recipient; its key is unique per pair and per resend."""
    key = f"digest:{number}:{one.id}{again}"
    site = one.scope if len(one.scope) == 5 else ""  # a municipality's code has five digits
    return Letter(key, "digest", one.channel, f"recipient:{one.id}", site, {"digest": number, "version": one.version})


def subscribed(db: Database, kind: str, scope: str) -> Sequence[Recipient]:
    """Return the recipients of a digest of this kind and scope."""
    return [one for one in recipients(db, kind=kind) if one.scope == scope]


def find_digest(db: Database, key: str) -> int | None:
    """Return the id of the digest with this key, None if there is none."""
    with db.session() as session:
        return session.scalar(select(DigestRow.id).where(DigestRow.key == key))


def last_end(db: Database, kind: str, scope: str) -> datetime | None:
    """Return the end of the newest period that was composed, None if there is none."""
    newest = func.max(DigestRow.ends, type_=DigestRow.ends.type)
    with db.session() as session:
        return session.scalar(select(newest).where(DigestRow.kind == kind, DigestRow.scope == scope))


def due_of(kind: str, day: str, site: str, now: datetime) -> Due:
    """Return the requested digest's kind, place and period; raise UsageError that says what is invalid."""
    chosen = digest_kind(kind)
    if chosen.audience is not Audience.CENTRE:
        known = load_sites() if chosen.audience is Audience.SITE else load_provinces()
        if all(one.code != site for one in known):
            raise UsageError("digest.scope_missing", kind=kind)
    elif site:
        raise UsageError("digest.scope_not_allowed", kind=kind)
    return Due(kind, site, _asked_for(chosen, day, now) if day else period_ending(chosen, now))


def _asked_for(kind: DigestKind, day: str, now: datetime) -> Period:
    """Return the period that contains a day; a running period ends at the last full quarter of an hour."""
    try:
        asked = date.fromisoformat(day)
    except ValueError as error:
        raise UsageError("digest.day_not_valid", day=day[:32]) from error
    if not date(2000, 1, 1) <= asked <= now.astimezone(KST).date():
        raise UsageError("digest.day_out_of_range", day=day[:32])
    period = period_of_day(kind, asked)
    quarter = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    return period if period.ends <= now else Period(period.begins, max(quarter, period.begins + _QUARTER))
