"""The national crisis level: declared by an authority, entered by a person, never computed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from secmon.db.audit_log import Act, record_act
from secmon.db.database import Database
from secmon.db.models import DeclaredLevel
from secmon.db.transaction import Change, require_text, serialised_transaction
from secmon.notifications.outbox import Letter, enqueue
from secmon.sites.registry import load_sites


class CrisisLevel(StrEnum):
    """The five levels, in ascending order."""

    NORMAL = "normal"  # 정상
    ATTENTION = "attention"  # 관심
    CAUTION = "caution"  # 주의
    ALERT = "alert"  # 경계
    SERIOUS = "serious"  # 심각


@dataclass(frozen=True, slots=True)
class Declaration:
    """A level in force, with its issuer and the time of its declaration."""

    level: CrisisLevel
    issuer: str
    reason: str
    declared_at: datetime


@dataclass(frozen=True, slots=True)
class Declared:
    """A declaration as entered; duties and acknowledgements refer to its `number`."""

    number: int
    declaration: Declaration


def level_in_force(db: Database) -> Declaration | None:
    """Return the newest declaration; None when there is none."""
    declared = current_declaration(db)
    return declared.declaration if declared else None


def current_declaration(db: Database) -> Declared | None:
    """Return the newest declaration with its number; None when there is none."""
    return next(iter(level_history(db, 1)), None)


def level_history(db: Database, limit: int) -> Sequence[Declared]:
    """Return the declarations, newest first."""
    with db.session() as session:
        rows = session.scalars(select(DeclaredLevel).order_by(DeclaredLevel.id.desc()).limit(limit)).all()
    return [
        Declared(row.id, Declaration(CrisisLevel(row.level), row.issuer, row.reason, row.declared_at)) for row in rows
    ]


def declare_level(change: Change, declaration: Declaration, *, channels: Sequence[str] = ()) -> int:
    """Enter a declaration; the previous declaration stays as history.

    Returns its number, to which duties and acknowledgements refer.

    Every municipality is notified by these channels (mail, webhook) and sees it in its own view in any case.
    Raises IllegalMove when the declaration has no issuer, or no reason though it is above normal.
    """
    with serialised_transaction(change.db) as session:
        require_text(declaration.issuer, "issuer_of_level")
        if declaration.level != CrisisLevel.NORMAL:
            require_text(declaration.reason, "reason_for_level")
        row = DeclaredLevel(
            level=declaration.level,
            issuer=declaration.issuer,
            reason=declaration.reason,
            declared_at=declaration.declared_at,
        )
        session.add(row)
        session.flush()
        told, at = asdict(declaration), change.now
        record_act(session, Act(change.actor, "level.declare", f"level:{row.id}", at, after=told))
        for channel in channels:
            for site in load_sites():
                key = f"level:{row.id}:{site.code}:{channel}"
                letter = Letter(key, "level", channel, f"site:{site.code}", site.code, {"number": row.id, **told})
                enqueue(session, letter, at)
        return row.id
