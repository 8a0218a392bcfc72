"""Shift handover: drafted from the current state, edited, and signed by both shift leads."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, Integer, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from secmon.db.audit_log import Act, AuditEntry, record_act
from secmon.db.database import Database
from secmon.db.models import Alert, AlertStatus, Base, Versioned
from secmon.db.transaction import Change, check_version, require_row, serialised_transaction, touch
from secmon.errors import IllegalMove, Item
from secmon.incidents import deadlines, incident
from secmon.operations import crisis_level
from secmon.response.blocklist import blocklist
from secmon.response.blocklist.blocklist import BlockState
from secmon.response.requests import request
from secmon.sites.scope import EVERYTHING

FIRST = timedelta(hours=12)
"""Look-back of the very first handover."""
_MOST = 500


class Handover(Versioned, Base):
    """A handover of the time from `begins` to `ends`; `facts` is JSON as drafted, `notes` are the leads' own text."""

    __tablename__ = "handovers"
    __table_args__ = (Index("handovers_by_end", "ends"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    begins: Mapped[datetime]
    ends: Mapped[datetime]
    facts: Mapped[str] = mapped_column(Text)
    notes: Mapped[str] = mapped_column(Text)
    drafted_by: Mapped[str] = mapped_column(String(128))
    outgoing: Mapped[str] = mapped_column(String(128), default="")
    outgoing_at: Mapped[datetime | None]
    incoming: Mapped[str] = mapped_column(String(128), default="")
    incoming_at: Mapped[datetime | None]

    @property
    def state(self) -> str:
        """'draft', 'signed' by the outgoing lead, or 'handed_over' when the incoming lead has signed too."""
        if self.incoming_at is not None:
            return "handed_over"
        return "signed" if self.outgoing_at is not None else "draft"

    @property
    def content(self) -> Mapping[str, Any]:
        """The facts, parsed from JSON."""
        return dict(json.loads(self.facts))


@dataclass(frozen=True, slots=True)
class SilentFeed:
    """A feed that should send and does not, with the time of its last line."""

    site: str
    feed: str
    last: datetime | None


def draft_handover(change: Change, silent: Sequence[SilentFeed]) -> Handover:
    """Draft a handover of everything since the last handover; raises IllegalMove while that is not handed over."""
    with change.db.session() as session:
        last = _newest(session)
    if last is not None and last.state != "handed_over":
        raise IllegalMove("handover.open", id=last.id)
    begins = last.ends if last is not None else change.now - FIRST
    facts = standing_facts(change.db, silent, begins, change.now)
    with serialised_transaction(change.db) as session:
        newest = _newest(session)
        if (newest.id if newest else None) != (last.id if last else None):
            raise IllegalMove("handover.started_by_another")
        row = Handover(
            begins=begins,
            ends=change.now,
            facts=_json(facts),
            notes="",
            drafted_by=change.actor.name[:128],
            outgoing="",
            incoming="",
            version=0,
            changed_by="",
        )
        touch(row, change.actor, change.now)
        session.add(row)
        session.flush()
        record_act(
            session,
            Act(
                change.actor,
                "handover.draft",
                f"handover:{row.id}",
                change.now,
                after={"begins": begins, "ends": change.now},
            ),
        )
        return row


def refresh_handover(change: Change, number: int, silent: Sequence[SilentFeed]) -> Handover:
    """Update the facts of an unsigned handover; the notes stay."""
    begins = get_handover(change.db, number).begins
    facts = standing_facts(change.db, silent, begins, change.now)
    with serialised_transaction(change.db) as session:
        row = _unsigned(session, number, None)
        row.facts, row.ends = _json(facts), change.now
        touch(row, change.actor, change.now)
        record_act(
            session, Act(change.actor, "handover.refresh", f"handover:{number}", change.now, after={"ends": change.now})
        )
        return row


def edit_handover(change: Change, number: int, notes: str, *, version: int | None = None) -> Handover:
    """Edit the notes of an unsigned handover."""
    with serialised_transaction(change.db) as session:
        row = _unsigned(session, number, version)
        before = {"notes": row.notes}
        row.notes = notes.strip()
        touch(row, change.actor, change.now)
        record_act(
            session,
            Act(change.actor, "handover.edit", f"handover:{number}", change.now, "", before, {"notes": row.notes}),
        )
        return row


def sign_handover(change: Change, number: int, *, version: int | None = None) -> Handover:
    """Sign: first the outgoing lead, then the incoming lead, who must be another person.

    After the first signature it cannot be changed.
    """
    with serialised_transaction(change.db) as session:
        row = require_row(session.get(Handover, number), Item("handover", number))
        check_version(row, version, Item("handover", number))
        if row.state == "handed_over":
            raise IllegalMove("handover.complete", id=number, outgoing=row.outgoing, incoming=row.incoming)
        if row.state == "draft":
            row.outgoing, row.outgoing_at, role = change.actor.name[:128], change.now, "outgoing"
        elif row.outgoing == change.actor.name:
            raise IllegalMove("handover.incoming_signs", id=number, by=change.actor.name)
        else:
            row.incoming, row.incoming_at, role = change.actor.name[:128], change.now, "incoming"
        touch(row, change.actor, change.now)
        record_act(session, Act(change.actor, "handover.sign", f"handover:{number}", change.now, after={"as": role}))
        return row


def get_handover(db: Database, number: int) -> Handover:
    """Return a handover; raises NotFoundError when there is none."""
    with db.session() as session:
        return require_row(session.get(Handover, number), Item("handover", number))


def handovers(db: Database, limit: int) -> Sequence[Handover]:
    """Return the handovers, newest first."""
    with db.session() as session:
        return session.scalars(select(Handover).order_by(Handover.id.desc()).limit(limit)).all()


def _newest(session: Session) -> Handover | None:
    return session.scalar(select(Handover).order_by(Handover.id.desc()).limit(1))


def _unsigned(session: Session, number: int, version: int | None) -> Handover:
    row = require_row(session.get(Handover, number), Item("handover", number))
    check_version(row, version, Item("handover", number))
    if row.state != "draft":
        raise IllegalMove("handover.signed", id=number, by=row.outgoing)
    return row


def standing_facts(db: Database, silent: Sequence[SilentFeed], begins: datetime, now: datetime) -> dict[str, Any]:
    """Return the current state and the changes since the last handover.

    All values are JSON values except times, which are aware and in UTC.
    """
    declared = crisis_level.level_in_force(db)
    late = request.overdue_requests(db, EVERYTHING, now)
    waiting = blocklist.search_blocks(db, EVERYTHING, states=[BlockState.PROPOSED, BlockState.APPROVED], limit=_MOST)
    return {
        "level": declared and {"level": declared.level, "issuer": declared.issuer, "since": declared.declared_at},
        "alerts": _open_alerts(db),
        "incidents": [_incident(one, now) for one in incident.open_incidents(db, EVERYTHING)],
        "requests": {
            "awaiting": request.request_counts(db, EVERYTHING, now).awaiting,
            "overdue": [
                {
                    "id": one.id,
                    "site": one.site,
                    "title_ko": one.title_ko,
                    "title_en": one.title_en,
                    "due": one.due,
                    "state": one.state,
                    "reminders": one.reminders,
                }
                for one in late[:_MOST]
            ],
        },
        "blocks": {
            "waiting": [{"id": one.id, "value": one.value, "state": one.state} for one in waiting],
            "applied": [
                {"id": one.entry_id, "value": one.value, "acknowledged": one.acknowledged, "of": one.of}
                for one in blocklist.coverage(db)[:_MOST]
                if one.acknowledged < one.of
            ],
        },
        "silent": [{"site": one.site, "feed": one.feed, "last": one.last} for one in silent[:_MOST]],
        "changes": _changes(db, begins, now),
    }


def _incident(one: incident.Incident, now: datetime) -> dict[str, Any]:
    running = [clock for clock in deadlines.clocks_of_incident(one, now) if clock.stopped_at is None]
    due = min((clock.due for clock in running), default=None)
    return {
        "id": one.id,
        "title": one.title,
        "severity": one.severity,
        "state": one.state,
        "owner": one.owner,
        "due": due,
        "overdue": deadlines.has_overdue_clock(one, now),
        "paused": one.paused_at is not None,
    }


def _open_alerts(db: Database) -> dict[str, int]:
    query = (
        select(Alert.severity, func.count())
        .where(Alert.status != AlertStatus.CLOSED, Alert.merged_into.is_(None))
        .group_by(Alert.severity)
    )
    with db.session() as session:
        return {str(severity): int(number) for severity, number in session.execute(query)}


def _changes(db: Database, begins: datetime, now: datetime) -> dict[str, int]:
    """Count the acts of each kind since the last handover, from the audit log."""
    query = (
        select(AuditEntry.action, func.count())
        .where(AuditEntry.at > begins, AuditEntry.at <= now)
        .group_by(AuditEntry.action)
        .order_by(AuditEntry.action)
    )
    with db.session() as session:
        return {str(action): int(number) for action, number in session.execute(query)}


def _json(facts: Mapping[str, Any]) -> str:
    return json.dumps(dict(facts), ensure_ascii=False, default=lambda value: value.isoformat())
