"""Block workflow: proposed, approved by a second person, pushed, acknowledged by each site, expired or undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from secmon.db.audit_log import CENTRE, Act, Actor, record_act
from secmon.db.database import Database
from secmon.db.transaction import (
    Change,
    check_version,
    column_values,
    require_row,
    require_scope,
    require_text,
    serialised_transaction,
    touch,
)
from secmon.errors import IllegalMove, Item, NotFoundError, Term
from secmon.incidents.incident import load_open_for_update, stop_response_clock
from secmon.indicator import Indicator
from secmon.response.blocklist.allowlist import (
    BlockConflict,
    block_value_of,
    conflicts_with_allowlist,
    end_block,
    record_block_change,
)
from secmon.response.blocklist.block_value import parse_block_value
from secmon.response.blocklist.blocklist import (
    ALIVE,
    TRANSITIONS,
    BlockAcknowledgement,
    BlockEntry,
    BlockSite,
    BlockState,
    newest_version,
    next_version,
)
from secmon.sites.scope import Scope


@dataclass(frozen=True, slots=True)
class Proposal:
    """A value to block, with end and reason; at these sites, () for all. `source`: 'hand', 'alert:12', 'campaign:…'."""

    value: str
    reason: str
    expires_at: datetime
    sites: tuple[str, ...] = ()
    source: str = "hand"
    incident_id: int | None = None


def propose_block(change: Change, proposal: Proposal) -> BlockEntry:
    """Propose a block. Raises UsageError for an invalid value, BlockConflict for one on the allowlist."""
    indicator = parse_block_value(proposal.value)
    with serialised_transaction(change.db) as session:
        _for_sites(change.scope, proposal.sites)
        reason = require_text(proposal.reason, "reason_for_block")
        if proposal.expires_at <= change.now:
            raise IllegalMove("block.ends_in_the_past", until=f"{proposal.expires_at:%Y-%m-%d %H:%M}")
        _free(session, indicator, proposal)
        if proposal.incident_id is not None:
            stop_response_clock(load_open_for_update(session, change.scope, proposal.incident_id), change.now)
        entry = BlockEntry(
            kind=indicator.kind,
            value=indicator.value,
            reason=reason,
            source=proposal.source[:128],
            incident_id=proposal.incident_id,
            all_sites=not proposal.sites,
            state=BlockState.PROPOSED,
            expires_at=proposal.expires_at,
            proposed_by=change.actor.name[:128],
            proposed_at=change.now,
            version=1,
            changed_by=change.actor.name[:128],
            changed_at=change.now,
            decided_by="",
            pushed_by="",
            ended_by="",
            end_reason="",
        )
        session.add(entry)
        session.flush()
        session.add_all(BlockSite(entry_id=entry.id, site=site) for site in sorted({*proposal.sites}))
        record_block_change(
            session,
            entry,
            {},
            change.actor,
            change.now,
            {"reason": reason, "sites": sorted({*proposal.sites}) or "all"},
        )
        return entry


def approve_block(change: Change, number: int, *, version: int | None = None) -> BlockEntry:
    """Approve the block, as a second person."""
    with serialised_transaction(change.db) as session:
        entry = _of(session, change.scope, number, version)
        TRANSITIONS.check(entry.id, entry.state, BlockState.APPROVED)
        if entry.proposed_by == change.actor.name:
            raise IllegalMove("block.second_person", id=number, by=change.actor.name)
        _not_protected(session, block_value_of(entry))
        return _decided(session, entry, BlockState.APPROVED, "", change.actor, change.now)


def reject_block(change: Change, number: int, *, reason: str, version: int | None = None) -> BlockEntry:
    """Reject the block, with a reason."""
    with serialised_transaction(change.db) as session:
        entry = _of(session, change.scope, number, version)
        TRANSITIONS.check(entry.id, entry.state, BlockState.REJECTED)
        entry.end_reason = require_text(reason, "reason_for_rejecting")
        return _decided(session, entry, BlockState.REJECTED, entry.end_reason, change.actor, change.now)


def push_block(change: Change, number: int, *, version: int | None = None) -> BlockEntry:
    """Bring an approved entry into force: sites get it with their next poll, under a new version of the list."""
    with serialised_transaction(change.db) as session:
        entry = _of(session, change.scope, number, version)
        TRANSITIONS.check(entry.id, entry.state, BlockState.PUSHED)
        if entry.expires_at <= change.now:
            raise IllegalMove("block.expired", id=number, at=f"{entry.expires_at:%Y-%m-%d %H:%M}")
        _not_protected(session, block_value_of(entry))
        before = column_values(entry, "state")
        entry.pushed_version = next_version(session, entry, BlockState.PUSHED, change.now)
        entry.state, entry.pushed_by, entry.pushed_at = BlockState.PUSHED, change.actor.name[:128], change.now
        touch(entry, change.actor, change.now)
        record_block_change(session, entry, before, change.actor, change.now, {"version": entry.pushed_version})
        return entry


def revoke_block(change: Change, number: int, *, reason: str, version: int | None = None) -> BlockEntry:
    """Revoke an entry, in force or not; sites let the traffic through again after their next poll."""
    with serialised_transaction(change.db) as session:
        entry = _of(session, change.scope, number, version)
        TRANSITIONS.check(entry.id, entry.state, BlockState.UNDONE)
        end_block(
            session, entry, BlockState.UNDONE, require_text(reason, "reason_for_undoing"), change.actor, change.now
        )
        return entry


def expire_blocks(db: Database, now: datetime) -> Sequence[int]:
    """End expired entries, in force or not; returns their ids. For a job."""
    with serialised_transaction(db) as session:
        query = select(BlockEntry).where(BlockEntry.state.in_(ALIVE), BlockEntry.expires_at <= now)
        over = session.scalars(query.order_by(BlockEntry.id)).all()
        for entry in over:
            end_block(session, entry, BlockState.EXPIRED, "expired", CENTRE, now)
        return [entry.id for entry in over]


def acknowledge_blocklist(change: Change, site: str, version: int) -> bool:
    """Record that a site has applied the list up to a version; False when that was known.

    Raises IllegalMove for a version the site never got.
    """
    require_scope(change.scope, [site], Item("site", site))
    with change.db.session() as session:
        if session.get(BlockAcknowledgement, (site, version)) is not None:
            return False
    with serialised_transaction(change.db) as session:
        newest = newest_version(session, site)
        if not 0 < version <= newest:
            raise IllegalMove("block.version_unknown", site=site, version=version, newest=newest)
        if session.get(BlockAcknowledgement, (site, version)) is not None:
            return False
        session.add(BlockAcknowledgement(site=site, version=version, at=change.now))
        act = Act(
            change.actor, "block.acknowledged", f"blocklist:{version}", change.now, site, after={"version": version}
        )
        record_act(session, act)
        return True


def _of(session: Session, scope: Scope, number: int, version: int | None) -> BlockEntry:
    entry = require_row(session.get(BlockEntry, number), Item("block_entry", number))
    sites = session.scalars(select(BlockSite.site).where(BlockSite.entry_id == number)).all()
    if entry.all_sites and not scope.everything:
        raise NotFoundError("item.not_found", item=Item("block_entry", number))
    require_scope(scope, sites, Item("block_entry", number))
    check_version(entry, version, Item("block_entry", number))
    return entry


def _for_sites(scope: Scope, sites: Sequence[str]) -> None:
    if not sites and not scope.everything:
        raise IllegalMove("block.all_sites")
    require_scope(scope, sites, Item("sites", ", ".join(sites)))


def _not_protected(session: Session, indicator: Indicator) -> None:
    conflicts = conflicts_with_allowlist(session, indicator)
    if conflicts:
        raise BlockConflict(indicator, conflicts)


def _free(session: Session, indicator: Indicator, proposal: Proposal) -> None:
    _not_protected(session, indicator)
    query = select(BlockEntry).where(BlockEntry.value == indicator.value, BlockEntry.state.in_(ALIVE))
    for other in session.scalars(query.order_by(BlockEntry.id)).all():
        sites = session.scalars(select(BlockSite.site).where(BlockSite.entry_id == other.id)).all()
        if other.all_sites or not proposal.sites or {*sites} & {*proposal.sites}:
            raise IllegalMove("block.exists", value=indicator.value, state=Term.of(other.state), id=other.id)


def _decided(
    session: Session, entry: BlockEntry, state: BlockState, reason: str, actor: Actor, now: datetime
) -> BlockEntry:
    before = column_values(entry, "state")
    entry.state, entry.decided_by, entry.decided_at = state, actor.name[:128], now
    touch(entry, actor, now)
    record_block_change(session, entry, before, actor, now, {"reason": reason} if reason else {})
    return entry
