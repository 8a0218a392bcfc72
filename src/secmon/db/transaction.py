"""Transactions for changes to the operational database: serialised, checked and written to the audit log."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, true, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from secmon.db.audit_log import Actor, AuditHead
from secmon.db.database import Database
from secmon.db.models import Versioned
from secmon.errors import ConflictError, IllegalMove, Item, NotFoundError, Term
from secmon.sites.scope import Scope

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Change:
    """A change to the operational database: by whom, limited to which sites, and when."""

    db: Database
    scope: Scope
    actor: Actor
    now: datetime


Versions = Mapping[int, int]
"""By id: the version that the user has seen; ids left out are not checked."""


@contextmanager
def serialised_transaction(db: Database) -> Iterator[Session]:
    """Open a transaction that no other change overlaps: values read in it are still valid when it writes.

    The head of the audit log is locked first on purpose: all changes lock it in the end, and in any other order
    two of them could wait for each other.
    """
    with db.begin() as session:
        session.execute(update(AuditHead).where(AuditHead.id == 1).values(number=AuditHead.number))
        yield session


def require_row(row: T | None, item: Item) -> T:
    """Return the row; raises NotFoundError when there is none."""
    if row is None:
        raise NotFoundError("item.not_found", item=item)
    return row


def check_version(row: Versioned, version: int | None, item: Item) -> None:
    """Raise ConflictError when the row was changed since `version` was read; None is not checked."""
    if version is not None and row.version != version:
        raise ConflictError(item, row.changed_by, row.changed_at)


def touch(row: Versioned, actor: Actor, now: datetime) -> None:
    """Increment the row's version and record the user and time of the change."""
    row.version, row.changed_by, row.changed_at = (row.version or 0) + 1, actor.name[:128], now


def require_text(text: str, field: str) -> str:
    """Return the text without surrounding blanks; raises IllegalMove, which names the field, when it is empty."""
    if not text.strip():
        raise IllegalMove("text.missing", field=Term.of(field))
    return text.strip()


def require_scope(scope: Scope, sites: Iterable[str], item: Item) -> None:
    """Raise NotFoundError unless the scope covers every site."""
    if not all(scope.covers(site) for site in sites):
        raise NotFoundError("item.not_found", item=item)


def in_scope(column: InstrumentedAttribute[str], scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a row's site lies in the scope."""
    return true() if scope.codes is None else column.in_(sorted(scope.codes))


def column_values(row: Any, *names: str) -> dict[str, Any]:
    """Return some columns of a row, for the audit log."""
    return {name: getattr(row, name) for name in names}
