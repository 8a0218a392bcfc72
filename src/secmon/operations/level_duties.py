"""Level duties: the centre's checklist for a declared crisis level, and the municipalities' acknowledgements."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources

from sqlalchemy import Integer, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from secmon.db.audit_log import Act, Actor, record
from secmon.db.database import Desk
from secmon.db.models import Base, DeclaredLevel
from secmon.db.transaction import changing, covered, found, within
from secmon.errors import IllegalMove, NotFoundError
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
class Cascade:
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


def carry_out(desk: Desk, declaration: int, key: str, *, note: str = "", actor: Actor, now: datetime) -> None:
    """Mark a duty of the centre as done; only for the declaration in force."""
    with changing(desk) as session:
        row = _in_force(session, declaration)
        known = {duty.key for duty in duties()[CrisisLevel(row.level)] if duty.who == "centre"}
        if key not in known:
            raise NotFoundError(f"level {row.level} has no duty {key[:48]!r}; there are {', '.join(sorted(known))}")
        if session.get(DutyDone, (declaration, key)) is not None:
            raise IllegalMove(f"duty {key} is done already")
        session.add(
            DutyDone(declaration=declaration, key=key, done_by=actor.name[:128], done_at=now, note=note.strip())
        )
        record(
            session, Act(actor, "level.duty", f"level:{declaration}", now, after={"duty": key, "note": note.strip()})
        )


def take_back(desk: Desk, declaration: int, key: str, *, actor: Actor, now: datetime) -> None:
    """Unmark a duty that was marked by mistake."""
    with changing(desk) as session:
        _in_force(session, declaration)
        row = found(session.get(DutyDone, (declaration, key)), f"the doing of duty {key[:48]!r}")
        session.delete(row)
        record(session, Act(actor, "level.duty", f"level:{declaration}", now, before={"duty": key}))


def done(desk: Desk, declaration: int) -> Mapping[str, DutyDone]:
    """Return the completed duties, by key."""
    with desk.session() as session:
        rows = session.scalars(select(DutyDone).where(DutyDone.declaration == declaration))
        return {row.key: row for row in rows}


def acknowledge(
    desk: Desk, scope: Scope, declaration: int, site: str, *, note: str = "", actor: Actor, now: datetime
) -> bool:
    """Record that a municipality acknowledged the level in force; False when it already had."""
    with changing(desk) as session:
        covered(scope, [site], f"site {site}")
        _in_force(session, declaration)
        if session.get(LevelAcknowledgement, (declaration, site)) is not None:
            return False
        row = LevelAcknowledgement(
            declaration=declaration, site=site, actor=actor.name[:128], at=now, note=note.strip()
        )
        session.add(row)
        record(session, Act(actor, "level.acknowledge", f"level:{declaration}", now, site, after={"note": row.note}))
        return True


def acknowledgements(desk: Desk, scope: Scope, declaration: int) -> Sequence[LevelAcknowledgement]:
    """Return the acknowledgements in order of time."""
    query = select(LevelAcknowledgement).where(
        LevelAcknowledgement.declaration == declaration, within(LevelAcknowledgement.site, scope)
    )
    with desk.session() as session:
        return session.scalars(query.order_by(LevelAcknowledgement.at, LevelAcknowledgement.site)).all()


def cascade(desk: Desk, scope: Scope, declaration: int, codes: Collection[str] | None = None) -> Cascade:
    """Return the progress of acknowledgements; `codes` are all sites (default: the 226)."""
    every = [code for code in (codes or [site.code for site in load_sites()]) if scope.covers(code)]
    heard = {row.site for row in acknowledgements(desk, scope, declaration)}
    missing = tuple(code for code in every if code not in heard)
    return Cascade(declaration, len(every) - len(missing), len(every), missing)


def _in_force(session: Session, declaration: int) -> DeclaredLevel:
    row = found(session.get(DeclaredLevel, declaration), f"declaration {declaration}")
    if session.scalar(select(func.max(DeclaredLevel.id))) != declaration:
        raise IllegalMove(f"declaration {declaration} is not in force any more: another level was declared")
    return row
