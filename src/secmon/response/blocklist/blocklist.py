"""The block list: proposed, approved and active entries by site, its versions, and the sites' acknowledgements."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import ColumnElement, Index, Integer, String, Text, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from secmon.db.database import Database
from secmon.db.models import Base, Versioned
from secmon.db.transaction import in_scope, require_row
from secmon.db.transitions import Transitions
from secmon.errors import Item
from secmon.sites.registry import load_sites
from secmon.sites.scope import EVERYTHING, Scope


class BlockState(StrEnum):
    """The state of an entry; overruled means ended by the allowlist."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    PUSHED = "pushed"
    REJECTED = "rejected"
    UNDONE = "undone"
    EXPIRED = "expired"
    OVERRULED = "overruled"


ALIVE = (BlockState.PROPOSED, BlockState.APPROVED, BlockState.PUSHED)
_ENDS = frozenset({BlockState.UNDONE, BlockState.EXPIRED, BlockState.OVERRULED})
TRANSITIONS = Transitions(
    "block_entry",
    {
        BlockState.PROPOSED: frozenset({BlockState.APPROVED, BlockState.REJECTED}) | _ENDS,
        BlockState.APPROVED: frozenset({BlockState.PUSHED, BlockState.REJECTED}) | _ENDS,
        BlockState.PUSHED: _ENDS,
        BlockState.REJECTED: frozenset(),
        BlockState.UNDONE: frozenset(),
        BlockState.EXPIRED: frozenset(),
        BlockState.OVERRULED: frozenset(),
    },
)
"""Living entries can always be revoked, expire, or be overruled by the allowlist; an ended entry stays ended."""


class BlockEntry(Versioned, Base):
    """A value to block until `expires_at`, at all sites or those of block_sites.

    `source` is 'hand', 'alert:12' or 'campaign:…'; `pushed_version` and `ended_version` are the versions of the
    list with which it came into force and ended.
    """

    __tablename__ = "block_entries"
    __table_args__ = (Index("block_entries_by_value", "value"), Index("block_entries_by_state", "state"))

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(8))
    value: Mapped[str] = mapped_column(String(255))
    reason: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(128))
    incident_id: Mapped[int | None] = mapped_column(Integer)
    all_sites: Mapped[bool]
    state: Mapped[str] = mapped_column(String(16))
    expires_at: Mapped[datetime]
    proposed_by: Mapped[str] = mapped_column(String(128))
    proposed_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(128), default="")
    decided_at: Mapped[datetime | None]
    pushed_by: Mapped[str] = mapped_column(String(128), default="")
    pushed_at: Mapped[datetime | None]
    pushed_version: Mapped[int | None] = mapped_column(Integer)
    ended_by: Mapped[str] = mapped_column(String(128), default="")
    ended_at: Mapped[datetime | None]
    ended_version: Mapped[int | None] = mapped_column(Integer)
    end_reason: Mapped[str] = mapped_column(Text, default="")


class BlockSite(Base):
    """A site that an entry applies to."""

    __tablename__ = "block_sites"
    __table_args__ = (Index("block_sites_by_site", "site"),)

    entry_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    site: Mapped[str] = mapped_column(String(5), primary_key=True)


class BlockVersion(Base):
    """A change of the list: its number, and the entry that was added or ended."""

    __tablename__ = "block_versions"

    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    entry_id: Mapped[int] = mapped_column(Integer)
    change: Mapped[str] = mapped_column(String(16))


class BlockAcknowledgement(Base):
    """The version up to which a site has applied the list."""

    __tablename__ = "block_acknowledgements"

    site: Mapped[str] = mapped_column(String(5), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An active entry as delivered to a firewall."""

    id: int
    kind: str
    value: str
    reason: str
    pushed_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class BlockFeed:
    """The values to block at a site (or several, or 'all'); `version` rises with every change that affects it."""

    name: str
    version: int
    entries: tuple[FeedEntry, ...]

    @property
    def etag(self) -> str:
        """Changes with the content, also when an entry expires between two versions."""
        text = "|".join((self.name, str(self.version), *(f"{one.id}:{one.value}" for one in self.entries)))
        return sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class BlockCoverage:
    """Number of sites that have applied an active entry, and the sites that have not."""

    entry_id: int
    value: str
    version: int
    pushed_at: datetime
    acknowledged: int
    of: int
    missing: tuple[str, ...]

    @property
    def share(self) -> float:
        """Share of sites, from 0 to 1."""
        return self.acknowledged / self.of if self.of else 1.0


def block_feed(db: Database, site: str, now: datetime) -> BlockFeed:
    """Return the current block list of one site."""
    return block_feed_of_sites(db, [site], now, name=site)


def block_feed_of_sites(db: Database, sites: Collection[str] | None, now: datetime, *, name: str) -> BlockFeed:
    """Return the current block list of these sites together.

    None returns all active entries, as polled by a province or the centre.
    """
    concerned = _concerns(sites)
    query = select(BlockEntry).where(concerned, BlockEntry.state == BlockState.PUSHED, BlockEntry.expires_at > now)
    with db.session() as session:
        rows = session.scalars(query.order_by(BlockEntry.id)).all()
        version = _version_of(session, concerned)
    return BlockFeed(name, version, tuple(_entry(row) for row in rows))


def coverage(
    db: Database, scope: Scope = EVERYTHING, codes: Collection[str] | None = None
) -> tuple[BlockCoverage, ...]:
    """Return for each active entry, newest first, the sites that have applied it.

    `codes` are all sites (default: the 226).
    """
    every = sorted(code for code in (codes or (site.code for site in load_sites())) if scope.covers(code))
    query = select(BlockEntry).where(BlockEntry.state == BlockState.PUSHED).order_by(BlockEntry.pushed_version.desc())
    with db.session() as session:
        rows = session.scalars(query).all()
        applied = applied_versions(session)
        chosen = _sites_of(session, [row.id for row in rows])
    return tuple(
        one
        for row in rows
        if (one := _coverage(row, every if row.all_sites else [s for s in chosen[row.id] if s in every], applied)).of
    )


def applied_versions(session: Session) -> dict[str, int]:
    """Return the newest version that each site has acknowledged."""
    query = select(BlockAcknowledgement.site, func.max(BlockAcknowledgement.version)).group_by(
        BlockAcknowledgement.site
    )
    return {str(site): int(version) for site, version in session.execute(query)}


def get_block(db: Database, scope: Scope, number: int) -> BlockEntry:
    """Return an entry that applies to a site of the scope; raises NotFoundError when there is none."""
    query = select(BlockEntry).where(BlockEntry.id == number, _concerns(scope.codes))
    with db.session() as session:
        return require_row(session.scalar(query), Item("block_entry", number))


def search_blocks(
    db: Database,
    scope: Scope,
    *,
    states: Sequence[BlockState] = (),
    text: str = "",
    incident_id: int | None = None,
    limit: int,
    before: int | None = None,
) -> Sequence[BlockEntry]:
    """Return entries newest first whose value contains `text`.

    `before` is the id below which to continue.
    """
    query = select(BlockEntry).where(_concerns(scope.codes)).order_by(BlockEntry.id.desc()).limit(limit)
    if states:
        query = query.where(BlockEntry.state.in_(states))
    if text:
        query = query.where(BlockEntry.value.icontains(text, autoescape=True))
    if incident_id is not None:
        query = query.where(BlockEntry.incident_id == incident_id)
    if before is not None:
        query = query.where(BlockEntry.id < before)
    with db.session() as session:
        return session.scalars(query).all()


def sites_of_block(db: Database, scope: Scope, number: int) -> tuple[str, ...] | None:
    """Return the sites of an entry, limited to the scope; None for all sites."""
    if get_block(db, scope, number).all_sites:
        return None
    query = select(BlockSite.site).where(BlockSite.entry_id == number, in_scope(BlockSite.site, scope))
    with db.session() as session:
        return tuple(session.scalars(query.order_by(BlockSite.site)))


def blocklist_history(db: Database, limit: int) -> Sequence[BlockVersion]:
    """Return the changes of the list, newest first."""
    with db.session() as session:
        return session.scalars(select(BlockVersion).order_by(BlockVersion.version.desc()).limit(limit)).all()


def next_version(session: Session, entry: BlockEntry, change: BlockState, now: datetime) -> int:
    """Return the next version number for the caller's change, within its transaction."""
    version = int(session.scalar(select(func.max(BlockVersion.version))) or 0) + 1
    session.add(BlockVersion(version=version, at=now, entry_id=entry.id, change=change))
    session.flush()
    return version


def newest_version(session: Session, site: str) -> int:
    """Return the current version for a site; 0 when nothing was ever pushed to it."""
    return _version_of(session, _concerns([site]))


def _concerns(sites: Collection[str] | None) -> ColumnElement[bool]:
    if sites is None:
        return BlockEntry.id.is_not(None)
    chosen = select(BlockSite.entry_id).where(BlockSite.site.in_(sorted(sites)))
    return or_(BlockEntry.all_sites, BlockEntry.id.in_(chosen))


def _version_of(session: Session, concerned: ColumnElement[bool]) -> int:
    newest = select(func.max(BlockEntry.pushed_version), func.max(BlockEntry.ended_version)).where(concerned)
    return max(int(value or 0) for value in session.execute(newest).one())


def _sites_of(session: Session, numbers: Sequence[int]) -> dict[int, list[str]]:
    rows = session.execute(select(BlockSite.entry_id, BlockSite.site).where(BlockSite.entry_id.in_(numbers))).all()
    chosen: dict[int, list[str]] = {number: [] for number in numbers}
    for number, site in rows:
        chosen[number].append(site)
    return chosen


def _entry(row: BlockEntry) -> FeedEntry:
    assert row.pushed_at is not None, "an entry in force was pushed"
    return FeedEntry(row.id, row.kind, row.value, row.reason, row.pushed_at, row.expires_at)


def _coverage(row: BlockEntry, sites: Collection[str], applied: dict[str, int]) -> BlockCoverage:
    version = row.pushed_version or 0
    missing = tuple(site for site in sites if applied.get(site, 0) < version)
    assert row.pushed_at is not None, "an entry in force was pushed"
    return BlockCoverage(row.id, row.value, version, row.pushed_at, len(sites) - len(missing), len(sites), missing)
