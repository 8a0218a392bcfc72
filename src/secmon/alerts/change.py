"""What every change at the desk has in common: one at a time, checked, and entered in the audit log."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, true, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from secmon.alerts.audit import Actor, AuditHead
from secmon.alerts.desk import Desk
from secmon.alerts.versioned import Versioned
from secmon.errors import ConflictError, IllegalMove, NotFoundError
from secmon.sites.scope import Scope

T = TypeVar("T")
Versions = Mapping[int, int]
"""By id: the version that whoever asks for a change has seen; ids left out are not checked."""


@contextmanager
def changing(desk: Desk) -> Iterator[Session]:
    """A transaction that no other change overlaps: what is read in it still holds when it is written.

    The head of the audit log is taken first on purpose: all changes take it in the end, and in any other order two of
    them could wait for each other.
    """
    with desk.begin() as session:
        session.execute(update(AuditHead).where(AuditHead.id == 1).values(number=AuditHead.number))
        yield session


def found(row: T | None, what: str) -> T:
    """The row; NotFoundError when there is none."""
    if row is None:
        raise NotFoundError(f"{what} does not exist, or lies outside what you may see")
    return row


def checked(row: Versioned, version: int | None, what: str) -> None:
    """ConflictError when somebody changed the row since `version` was read; None is not checked."""
    if version is not None and row.version != version:
        raise ConflictError(what, row.changed_by, row.changed_at)


def touch(row: Versioned, actor: Actor, now: datetime) -> None:
    """Count a change and keep whose it was."""
    row.version, row.changed_by, row.changed_at = (row.version or 0) + 1, actor.name[:128], now


def said(text: str, what: str) -> str:
    """The text without blanks around it; IllegalMove when nothing is left."""
    if not text.strip():
        raise IllegalMove(f"{what} is missing: write it down, somebody will ask")
    return text.strip()


def covered(scope: Scope, sites: Iterable[str], what: str) -> None:
    """NotFoundError unless every site may be touched."""
    if not all(scope.covers(site) for site in sites):
        raise NotFoundError(f"{what} does not exist, or lies outside what you may see")


def within(column: InstrumentedAttribute[str], scope: Scope) -> ColumnElement[bool]:
    """The condition that a row's site lies in the scope."""
    return true() if scope.codes is None else column.in_(sorted(scope.codes))


def values(row: Any, *names: str) -> dict[str, Any]:
    """Some columns of a row, for the audit log."""
    return {name: getattr(row, name) for name in names}
