"""Level duties: the centre's checklist for a declared crisis level, and the municipalities' acknowledgements."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources

from sqlalchemy import Integer, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from secmon.db.audit_log import Act, record_act
from secmon.db.database import Database
from secmon.db.models import Base, DeclaredLevel
from secmon.db.transaction import Change, in_scope, require_row, require_scope, serialised_transaction
from secmon.errors import IllegalMove, Item, NotFoundError, Term
from secmon.operations.crisis_level import CrisisLevel
from secmon.sites.registry import load_sites
from secmon.sites.scope import Scope


class DutyDone(Base):
    """A duty of the centre that was completed for a declaration."""

    __tablename__ = "level_duties"

    declaration: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(48), primary_key=True)
    done_by: Mapped[str] = mapped_column(String(128))
    done_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text)


class LevelAcknowledgement(Base):
    """A municipality's acknowledgement of a declaration and its duties."""

    __tablename__ = "level_acknowledgements"

    declaration: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    site: Mapped[str] = mapped_column(String(5), primary_key=True)
    actor: Mapped[str] = mapped_column(String(128))
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text)


@dataclass(frozen=True, slots=True)
class Duty:
    """A duty at a crisis level; `who` is 'centre' or 'site'."""

    key: str
    who: str
    ko: str
    en: str


@dataclass(frozen=True, slots=True)
class AcknowledgementProgress:
    """Number of sites that acknowledged a declaration, and the sites that have not."""

    declaration: int
    acknowledged: int
    of: int
    missing: tuple[str, ...]


@cache
def duties() -> Mapping[CrisisLevel, tuple[Duty, ...]]:
    """Return the shipped duties of each level; a centre's own manual takes precedence."""
    text = resources.files("secmon.operations").joinpath("shipped/duties.json").read_text("utf-8")
    return {CrisisLevel(level): tuple(Duty(**one) for one in several) for level, several in json.loads(text).items()}


def complete_duty(change: Change, declaration: int, key: str, *, note: str = "") -> None:
    """Mark a duty of the centre as done; only for the declaration in force."""
    with serialised_transaction(change.db) as session:
        row = _in_force(session, declaration)
        known = {duty.key for duty in duties()[CrisisLevel(row.level)] if duty.who == "centre"}
        if key not in known:
            raise NotFoundError(
                "level.duty_unknown", level=Term.of(row.level), duty=repr(key[:48]), duties=", ".join(sorted(known))
            )
        if session.get(DutyDone, (declaration, key)) is not None:
            raise IllegalMove("level.duty_done", duty=key)
        session.add(
            DutyDone(
                declaration=declaration, key=key, done_by=change.actor.name[:128], done_at=change.now, note=note.strip()
            )
        )
        record_act(
            session,
            Act(
                change.actor,
                "level.duty",
                f"level:{declaration}",
                change.now,
                after={"duty": key, "note": note.strip()},
            ),
        )


def undo_duty(change: Change, declaration: int, key: str) -> None:
    """Unmark a duty that was marked by mistake."""
    with serialised_transaction(change.db) as session:
        _in_force(session, declaration)
        row = require_row(session.get(DutyDone, (declaration, key)), Item("duty", repr(key[:48])))
        session.delete(row)
        record_act(session, Act(change.actor, "level.duty", f"level:{declaration}", change.now, before={"duty": key}))


def completed_duties(db: Database, declaration: int) -> Mapping[str, DutyDone]:
    """Return the completed duties, by key."""
    with db.session() as session:
        rows = session.scalars(select(DutyDone).where(DutyDone.declaration == declaration))
        return {row.key: row for row in rows}


def acknowledge_level(change: Change, declaration: int, site: str, *, note: str = "") -> bool:
    """Record that a municipality acknowledged the level in force; False when it already had."""
    with serialised_transaction(change.db) as session:
        require_scope(change.scope, [site], Item("site", site))
        _in_force(session, declaration)
        if session.get(LevelAcknowledgement, (declaration, site)) is not None:
            return False
        row = LevelAcknowledgement(
            declaration=declaration, site=site, actor=change.actor.name[:128], at=change.now, note=note.strip()
        )
        session.add(row)
        record_act(
            session,
            Act(change.actor, "level.acknowledge", f"level:{declaration}", change.now, site, after={"note": row.note}),
        )
        return True


def acknowledgements(db: Database, scope: Scope, declaration: int) -> Sequence[LevelAcknowledgement]:
    """Return the acknowledgements in order of time."""
    query = select(LevelAcknowledgement).where(
        LevelAcknowledgement.declaration == declaration, in_scope(LevelAcknowledgement.site, scope)
    )
    with db.session() as session:
        return session.scalars(query.order_by(LevelAcknowledgement.at, LevelAcknowledgement.site)).all()


def acknowledgement_progress(
    db: Database, scope: Scope, declaration: int, codes: Collection[str] | None = None
) -> AcknowledgementProgress:
    """Return the progress of acknowledgements; `codes` are all sites (default: the 226)."""
    every = [code for code in (codes or [site.code for site in load_sites()]) if scope.covers(code)]
    heard = {row.site for row in acknowledgements(db, scope, declaration)}
    missing = tuple(code for code in every if code not in heard)
    return AcknowledgementProgress(declaration, len(every) - len(missing), len(every), missing)


def _in_force(session: Session, declaration: int) -> DeclaredLevel:
    row = require_row(session.get(DeclaredLevel, declaration), Item("declaration", declaration))
    if session.scalar(select(func.max(DeclaredLevel.id))) != declaration:
        raise IllegalMove("level.not_in_force", id=declaration)
    return row
