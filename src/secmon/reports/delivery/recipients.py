"""Recipients of digests and letters: channel, language, quiet hours, and the municipalities they receive."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from secmon.db.audit_log import Act, record_act
from secmon.db.database import Database
from secmon.db.transaction import Change, require_row, serialised_transaction
from secmon.errors import Item, UsageError
from secmon.reports.content.kinds import DIGEST_KINDS
from secmon.reports.content.models import RecipientRow
from secmon.settings import DigestRecipient
from secmon.times import KST

LETTERS = ("request", "reminder", "level", "escalation", "critical", "silent", "overdue")
"""Other subscriptions: letters to municipalities, escalations, and the topics of notices."""
KINDS = (*DIGEST_KINDS, *LETTERS)


@dataclass(frozen=True, slots=True)
class Recipient:
    """A recipient of `kinds` at `address`; `scope` is '' for the centre, '11' for a province, '11110' for a site.

    `quiet` is '' or '22:00-07:00' in Korean time: only urgent messages are sent then. `channel` is mail, webhook
    or chat.
    """

    id: int
    name: str
    channel: str
    address: str
    language: str
    scope: str
    kinds: tuple[str, ...]
    quiet: str = ""
    masked: bool = False
    active: bool = True
    source: str = "hand"

    @property
    def version(self) -> str:
        """Version of a digest's documents that goes to this recipient."""
        return f"{self.language}-masked" if self.masked else self.language

    def free_from(self, now: datetime) -> datetime:
        """Return the earliest time for a message that is not urgent: `now`, or the end of the quiet hours."""
        if not self.quiet:
            return now
        begins, ends = (datetime.strptime(part, "%H:%M").time() for part in self.quiet.split("-"))  # noqa: DTZ007  # a time of day
        local = now.astimezone(KST)
        at = local.time()
        inside = begins <= at < ends if begins < ends else at >= begins or at < ends
        if not inside:
            return now
        until = local.replace(hour=ends.hour, minute=ends.minute, second=0, microsecond=0)
        return (until if until > local else until + timedelta(days=1)).astimezone(UTC)


def recipients(db: Database, *, kind: str = "", active: bool = True) -> Sequence[Recipient]:
    """Return the recipients by name, optionally of one kind; also inactive recipients when `active` is False."""
    query = select(RecipientRow).order_by(RecipientRow.name)
    with db.session() as session:
        every = [_recipient(row) for row in session.scalars(query if not active else query.where(RecipientRow.active))]
    return [one for one in every if not kind or kind in one.kinds]


def recipient(db: Database, number: int) -> Recipient:
    """Return one recipient; raise NotFoundError when there is none."""
    with db.session() as session:
        return _recipient(require_row(session.get(RecipientRow, number), Item("recipient", number)))


def save(change: Change, wanted: Recipient) -> Recipient:
    """Add (id 0) or change a recipient; raise UsageError when a field is not valid."""
    given = DigestRecipient.checked(_fields(wanted))
    unknown = set(given.kinds) - set(KINDS)
    if unknown:
        raise UsageError("recipient.kind_unknown", name=wanted.name, kind=min(unknown), kinds=", ".join(KINDS))
    with serialised_transaction(change.db) as session:
        twin = session.scalar(select(RecipientRow).where(RecipientRow.name == given.name))
        if twin is not None and twin.id != wanted.id:
            raise UsageError("recipient.exists", name=given.name)
        row = (
            require_row(session.get(RecipientRow, wanted.id), Item("recipient", wanted.id))
            if wanted.id
            else RecipientRow()
        )
        for name, value in _fields(wanted).items():
            setattr(row, name, " ".join(value) if name == "kinds" else value)
        row.source = wanted.source
        session.add(row)
        session.flush()
        told = {name: value for name, value in _fields(wanted).items() if name != "address"}
        record_act(session, Act(change.actor, "recipient.save", f"recipient:{row.id}", change.now, after=told))
        return _recipient(row)


def remove(change: Change, number: int) -> None:
    """Remove a recipient; digests already sent stay in the archive."""
    with serialised_transaction(change.db) as session:
        row = require_row(session.get(RecipientRow, number), Item("recipient", number))
        session.delete(row)
        record_act(
            session, Act(change.actor, "recipient.remove", f"recipient:{number}", change.now, before={"name": row.name})
        )


def follow_settings(change: Change, configured: Iterable[DigestRecipient]) -> None:
    """Synchronise the recipients that came from the settings with the current settings."""
    wanted = {one.name: Recipient(0, source="settings", **one.model_dump()) for one in configured}
    known = {one.name: one for one in recipients(change.db, active=False)}
    for name, one in known.items():
        if one.source == "settings" and name not in wanted:
            remove(change, one.id)
    for name, one in wanted.items():
        old = known.get(name)
        if old is None or _fields(old) != _fields(one):
            number = old.id if old else 0
            save(change, Recipient(**{**asdict(one), "id": number}))


def _fields(one: Recipient) -> dict[str, Any]:
    given = asdict(one)
    return {name: value for name, value in given.items() if name not in {"id", "source"}}


def _recipient(row: RecipientRow) -> Recipient:
    return Recipient(
        row.id,
        row.name,
        row.channel,
        row.address,
        row.language,
        row.scope,
        tuple(row.kinds.split()),
        row.quiet,
        row.masked,
        row.active,
        row.source,
    )
