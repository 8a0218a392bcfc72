"""Allowlist: values that are never blocked, such as the municipalities' networks and government domains."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from secmon.db.audit_log import Act, Actor, record_act
from secmon.db.database import Database
from secmon.db.models import Base
from secmon.db.transaction import Change, column_values, require_row, require_text, serialised_transaction, touch
from secmon.errors import IllegalMove, Item
from secmon.incidents.timeline import EntryKind, add_entry
from secmon.indicator import Indicator, IndicatorKind
from secmon.response.blocklist.block_value import parse_block_value
from secmon.response.blocklist.blocklist import ALIVE, BlockEntry, BlockState, next_version


class AllowlistRow(Base):
    """A value on the allowlist with its reason; the row is kept after the value is removed."""

    __tablename__ = "never_block"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(8))
    value: Mapped[str] = mapped_column(String(255))
    reason: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(128))
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[str] = mapped_column(String(128), default="")


@dataclass(frozen=True, slots=True)
class AllowlistEntry:
    """A value on the allowlist; `id` is None and `author` 'secmon' for built-in values."""

    id: int | None
    indicator: Indicator
    reason: str
    author: str
    added_at: datetime | None


def _built_in(value: str, reason: str) -> AllowlistEntry:
    return AllowlistEntry(None, parse_block_value(value, any_width=True), reason, "secmon", None)


BUILT_IN = (
    _built_in("10.0.0.0/8", "private networks of the municipalities (RFC 1918)"),
    _built_in("172.16.0.0/12", "private networks of the municipalities (RFC 1918)"),
    _built_in("192.168.0.0/16", "private networks of the municipalities (RFC 1918)"),
    _built_in("127.0.0.0/8", "the machine itself (RFC 1122)"),
    _built_in("169.254.0.0/16", "link-local addresses (RFC 3927)"),
    _built_in("224.0.0.0/4", "multicast (RFC 5771)"),
    _built_in("255.255.255.255", "broadcast (RFC 919)"),
    _built_in("0.0.0.0/8", "this network (RFC 791)"),
    _built_in("::1", "the machine itself (RFC 4291)"),
    _built_in("fc00::/7", "private networks (RFC 4193)"),
    _built_in("fe80::/10", "link-local addresses (RFC 4291)"),
    _built_in("ff00::/8", "multicast (RFC 4291)"),
    _built_in("go.kr", "names of the government and the municipalities"),
)
"""Values that cannot be removed from the allowlist."""


class BlockConflict(IllegalMove):
    """A value cannot be blocked because it overlaps with the allowlist."""

    def __init__(self, indicator: Indicator, conflicts: Sequence[AllowlistEntry]) -> None:
        """Store the conflicting entries; the message names all of them with reasons and authors."""
        self.indicator, self.conflicts = indicator, tuple(conflicts)
        why = "; ".join(f"{one.indicator.value} ({one.reason}; {one.author})" for one in self.conflicts)
        super().__init__("block.on_allowlist", value=indicator.value, conflicts=why)


def allowlist(db: Database) -> tuple[AllowlistEntry, ...]:
    """Return the whole allowlist, built-in values first."""
    with db.session() as session:
        return _every(session)


def allowlist_conflicts(db: Database, value: str) -> tuple[AllowlistEntry, ...]:
    """Return the allowlist entries that prevent blocking a value; raises UsageError for an invalid value."""
    with db.session() as session:
        return conflicts_with_allowlist(session, parse_block_value(value))


def conflicts_with_allowlist(session: Session, indicator: Indicator) -> tuple[AllowlistEntry, ...]:
    """Return the entries that prevent blocking an indicator, within a transaction."""
    return tuple(one for one in _every(session) if one.indicator.touches(indicator))


def add_to_allowlist(change: Change, value: str, *, reason: str) -> tuple[AllowlistEntry, tuple[int, ...]]:
    """Add a value to the allowlist and end the block list entries that it touches, proposed or in force.

    Returns the ids of these entries too.
    """
    indicator = parse_block_value(value, any_width=True)
    with serialised_transaction(change.db) as session:
        text = require_text(reason, "reason_never_to_block")
        if any(one.indicator == indicator for one in _every(session)):
            raise IllegalMove("allowlist.exists", value=indicator.value)
        row = AllowlistRow(
            kind=indicator.kind,
            value=indicator.value,
            reason=text,
            author=change.actor.name[:128],
            added_at=change.now,
            removed_by="",
        )
        session.add(row)
        session.flush()
        after = column_values(row, "value", "reason")
        record_act(session, Act(change.actor, "never_block.add", f"never_block:{row.id}", change.now, after=after))
        alive = session.scalars(select(BlockEntry).where(BlockEntry.state.in_(ALIVE)).order_by(BlockEntry.id)).all()
        over = [entry for entry in alive if block_value_of(entry).touches(indicator)]
        for entry in over:
            end_block(
                session,
                entry,
                BlockState.OVERRULED,
                f"never blocked: {indicator.value} ({text})",
                change.actor,
                change.now,
            )
        return _protected(row), tuple(entry.id for entry in over)


def remove_from_allowlist(change: Change, number: int, *, reason: str) -> None:
    """Remove a value from the allowlist; block list entries that it ended stay ended.

    Built-in values have no number and cannot be removed.
    """
    with serialised_transaction(change.db) as session:
        row = require_row(session.get(AllowlistRow, number), Item("never_block_entry", number))
        if row.removed_at is not None:
            raise IllegalMove("allowlist.removed", id=number, by=row.removed_by)
        text = require_text(reason, "reason_to_allow_blocking")
        row.removed_at, row.removed_by = change.now, change.actor.name[:128]
        record_act(
            session,
            Act(
                change.actor,
                "never_block.remove",
                f"never_block:{number}",
                change.now,
                "",
                column_values(row, "value"),
                {"reason": text},
            ),
        )


def end_block(session: Session, entry: BlockEntry, state: BlockState, reason: str, actor: Actor, now: datetime) -> None:
    """End an entry within the caller's transaction; the list gets a new version when the entry was in force."""
    before = column_values(entry, "state")
    if entry.state == BlockState.PUSHED:
        entry.ended_version = next_version(session, entry, state, now)
    entry.state, entry.ended_by, entry.ended_at, entry.end_reason = state, actor.name[:128], now, reason
    touch(entry, actor, now)
    record_block_change(session, entry, before, actor, now, {"reason": reason, "version": entry.ended_version})


def record_block_change(
    session: Session,
    entry: BlockEntry,
    before: dict[str, object],
    actor: Actor,
    now: datetime,
    more: dict[str, object],
) -> None:
    """Record a change of an entry in the audit log, and in the timeline of its incident."""
    after = {"value": entry.value, "state": entry.state, **more}
    record_act(session, Act(actor, f"block.{entry.state}", f"block:{entry.id}", now, "", before, after))
    if entry.incident_id is not None:
        add_entry(
            session, entry.incident_id, EntryKind.BLOCK, actor, now, before=before, after={"block": entry.id, **after}
        )


def block_value_of(entry: BlockEntry) -> Indicator:
    """Return the value of an entry."""
    return Indicator(IndicatorKind(entry.kind), entry.value)


def _every(session: Session) -> tuple[AllowlistEntry, ...]:
    rows = session.scalars(select(AllowlistRow).where(AllowlistRow.removed_at.is_(None)).order_by(AllowlistRow.id))
    return (*BUILT_IN, *(_protected(row) for row in rows))


def _protected(row: AllowlistRow) -> AllowlistEntry:
    return AllowlistEntry(row.id, Indicator(IndicatorKind(row.kind), row.value), row.reason, row.author, row.added_at)
