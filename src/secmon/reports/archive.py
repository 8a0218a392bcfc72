"""Archive of digests exactly as sent: list, read and resend them, with the delivery state at each recipient."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from sqlalchemy import ColumnElement, func, select, true

from secmon.db.audit_log import Act, record_act
from secmon.db.database import Database
from secmon.db.transaction import Change, require_row, serialised_transaction
from secmon.errors import Item
from secmon.notifications.outbox import Letter, OutboxRow, enqueue
from secmon.reports.compose import letter_to, subscribed
from secmon.reports.content.facts import Facts, facts_of
from secmon.reports.content.models import DigestDocument, DigestRow
from secmon.reports.delivery.message import Dispatch
from secmon.reports.delivery.recipients import recipients
from secmon.reports.rendering.i18n import Translator
from secmon.reports.rendering.render import HTML, JSON, MEDIA, SUBJECT, TEXT, pictures_beside
from secmon.sites.registry import load_provinces, load_sites
from secmon.sites.scope import Scope


@dataclass(frozen=True, slots=True)
class Archived:
    """A digest of the archive; `versions` lists those that were made: ko, en, ko-masked, en-masked."""

    id: int
    kind: str
    scope: str
    begins: datetime
    ends: datetime
    composed_at: datetime
    late: bool
    urgent: bool
    versions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Delivery of a digest to one recipient, whose name is '' if it was removed since.

    The state is waiting, claimed, sent or given_up.
    """

    key: str
    recipient: int
    name: str
    channel: str
    state: str
    attempts: int
    next_try: datetime
    sent_at: datetime | None
    error: str


def digests(
    db: Database, scope: Scope, *, kind: str = "", place: str | None = None, limit: int = 50, before: int | None = None
) -> Sequence[Archived]:
    """Return the digests that this scope may read, newest first; `place` ('', '11' or '11110') selects a place."""
    query = select(DigestRow).where(_readable(scope)).order_by(DigestRow.id.desc()).limit(limit)
    if kind:
        query = query.where(DigestRow.kind == kind)
    if place is not None:
        query = query.where(DigestRow.scope == place)
    if before is not None:
        query = query.where(DigestRow.id < before)
    with db.session() as session:
        rows = session.scalars(query).all()
        versions: dict[int, list[str]] = {}
        pairs = select(DigestDocument.digest_id, DigestDocument.version).distinct()
        for number, version in session.execute(
            pairs.where(DigestDocument.digest_id.in_([row.id for row in rows])).order_by(DigestDocument.version)
        ):
            versions.setdefault(number, []).append(version)
    return [_archived(row, versions.get(row.id, [])) for row in rows]


def digest(db: Database, scope: Scope, number: int) -> Archived:
    """Return one digest; raise NotFoundError if there is none or the scope does not allow reading it."""
    query = select(DigestRow).where(DigestRow.id == number, _readable(scope))
    versions = select(DigestDocument.version).where(DigestDocument.digest_id == number).distinct()
    with db.session() as session:
        row = require_row(session.scalar(query), Item("digest", number))
        return _archived(row, session.scalars(versions.order_by(DigestDocument.version)).all())


def facts(db: Database, scope: Scope, number: int) -> Facts:
    """Return the figures of a digest as they were gathered."""
    digest(db, scope, number)
    with db.session() as session:
        return facts_of(json.loads(session.get_one(DigestRow, number).facts))


def document_names(db: Database, scope: Scope, number: int, version: str) -> Sequence[str]:
    """Return the document names of a version: mail.html, mail.txt, report.pdf, report.json, tables.csv, pictures."""
    digest(db, scope, number)
    query = (
        select(DigestDocument.name)
        .where(DigestDocument.digest_id == number, DigestDocument.version == version)
        .order_by(DigestDocument.name)
    )
    with db.session() as session:
        return session.scalars(query).all()


def document(db: Database, scope: Scope, number: int, version: str, name: str) -> bytes:
    """Return one document as it was composed; raise NotFoundError if there is none."""
    digest(db, scope, number)
    with db.session() as session:
        row = session.get(DigestDocument, (number, version, name))
        return bytes(require_row(row, Item("document", f"{number}/{version[:12]}/{name[:32]}")).content)


def browser_document(db: Database, scope: Scope, number: int, version: str, name: str) -> tuple[bytes, str]:
    """Return a document and its media type; HTML refers to picture files beside it instead of those in the mail."""
    content = document(db, scope, number, version, name)
    if name == HTML:
        content = pictures_beside(content)
    return content, MEDIA.get(PurePath(name).suffix, "application/octet-stream")


def deliveries(db: Database, scope: Scope, number: int) -> Sequence[Delivery]:
    """Return the delivery state of a digest at each of its recipients."""
    digest(db, scope, number)
    rows = (
        select(OutboxRow)
        .where(OutboxRow.kind == "digest", OutboxRow.key.startswith(f"digest:{number}:"))
        .order_by(OutboxRow.id)
    )
    names = {who.id: who.name for who in recipients(db, active=False)}
    with db.session() as session:
        return [_delivery(row, names) for row in session.scalars(rows)]


def _delivery(row: OutboxRow, names: Mapping[int, str]) -> Delivery:
    number = int(row.recipient.partition(":")[2])
    return Delivery(
        key=row.key,
        recipient=number,
        name=names.get(number, ""),
        channel=row.channel,
        state=row.state,
        attempts=row.attempts,
        next_try=row.next_try,
        sent_at=row.sent_at,
        error=row.error,
    )


def resend(change: Change, number: int, *, to: Sequence[int] = ()) -> Sequence[int]:
    """Send a digest again unchanged, to some or all of its earlier and current recipients; return their ids."""
    one = digest(change.db, change.scope, number)
    had = {delivery.recipient for delivery in deliveries(change.db, change.scope, number)}
    wanting = {who.id for who in subscribed(change.db, one.kind, one.scope)}
    everybody = [who for who in recipients(change.db) if who.id in had | wanting and who.version in one.versions]
    chosen = [who for who in everybody if not to or who.id in to]
    with serialised_transaction(change.db) as session:
        like = OutboxRow.key.startswith(f"digest:{number}:")
        times = int(session.scalar(select(func.count()).select_from(OutboxRow).where(like)) or 0)
        for who in chosen:
            enqueue(session, letter_to(number, who, f":again{times}"), change.now)
        told = {"recipients": [who.id for who in chosen]}
        record_act(session, Act(change.actor, "digest.resend", f"digest:{number}", change.now, after=told))
    return [who.id for who in chosen]


def dispatch(db: Database, letter: Letter) -> Dispatch:
    """Build the message to one recipient from an archived digest."""
    number, version = int(letter.content["digest"]), str(letter.content["version"])
    query = select(DigestDocument).where(DigestDocument.digest_id == number, DigestDocument.version == version)
    with db.session() as session:
        row = require_row(session.get(DigestRow, number), Item("digest", number))
        documents = {one.name: bytes(one.content) for one in session.scalars(query)}
    require_row(documents.get(TEXT), Item("digest_version", f"{number}/{version}"))
    words, kept = Translator.of_version(version), facts_of(json.loads(row.facts))
    return Dispatch(
        key=letter.key,
        subject=documents[SUBJECT].decode(),
        documents=documents,
        record={
            "type": "digest",
            "kind": row.kind,
            "key": letter.key,
            "digest": number,
            "facts": json.loads(documents[JSON]),
            "text": documents[TEXT].decode(),
        },
        stem=f"secmon-{row.kind}-{row.scope or 'all'}-{words.at(kept.begins, '%Y%m%d')}",
    )


def _readable(scope: Scope) -> ColumnElement[bool]:
    """Limit a query to the readable digests: own sites and fully visible provinces; all for the full scope."""
    if scope.codes is None:
        return true()
    whole = [
        province.code
        for province in load_provinces()
        if (own := [site.code for site in load_sites() if site.province == province.code]) and scope.codes >= {*own}
    ]
    return DigestRow.scope.in_([*sorted(scope.codes), *whole])


def _archived(row: DigestRow, versions: Sequence[str]) -> Archived:
    return Archived(
        row.id, row.kind, row.scope, row.begins, row.ends, row.composed_at, row.late, row.urgent, tuple(versions)
    )
