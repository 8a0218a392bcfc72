"""The national crisis level: declared by an authority, entered by a person, never computed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from secmon.alerts.desk import Desk
from secmon.alerts.models import DeclaredLevel


class CrisisLevel(StrEnum):
    """The five levels, in rising order."""

    NORMAL = "normal"  # 정상
    ATTENTION = "attention"  # 관심
    CAUTION = "caution"  # 주의
    ALERT = "alert"  # 경계
    SERIOUS = "serious"  # 심각


@dataclass(frozen=True, slots=True)
class Declaration:
    """A level in force, by whom and since when."""

    level: CrisisLevel
    issuer: str
    reason: str
    declared_at: datetime


def level_in_force(desk: Desk) -> Declaration | None:
    """The newest declaration; None when nobody has entered one."""
    with desk.session() as session:
        row = session.scalar(select(DeclaredLevel).order_by(DeclaredLevel.id.desc()).limit(1))
    return Declaration(CrisisLevel(row.level), row.issuer, row.reason, row.declared_at) if row else None


def declare(desk: Desk, declaration: Declaration) -> None:
    """Enter a declaration; the one before it stays as history."""
    with desk.begin() as session:
        session.add(
            DeclaredLevel(
                level=declaration.level,
                issuer=declaration.issuer,
                reason=declaration.reason,
                declared_at=declaration.declared_at,
            )
        )
