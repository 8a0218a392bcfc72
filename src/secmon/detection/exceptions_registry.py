"""Exception registry: rule exceptions with author, scope, end and reason; the rule itself is unchanged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, String, Text, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from secmon.db.database import Database
from secmon.db.models import Base
from secmon.detection.sigma.rule_exception import RuleException
from secmon.errors import UsageError


class RuleExceptionRow(Base):
    """Events of a rule that raise nothing: at one site ('' for all) and with one field's value ('' for any)."""

    __tablename__ = "exemptions"
    __table_args__ = (Index("exemptions_by_end", "until"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    rule_id: Mapped[str] = mapped_column(String(64))
    site: Mapped[str] = mapped_column(String(5), default="")
    field: Mapped[str] = mapped_column(Text, default="")
    value: Mapped[str] = mapped_column(Text, default="")
    begins: Mapped[datetime]
    until: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(Text)
    suppressed: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    last_time: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class RuleExceptionStatus:
    """A rule exception with its state.

    `suppressed` matches of the rule were left out by it, the last at `last_time`.
    """

    exemption: RuleException
    begins: datetime
    until: datetime
    reason: str
    author: str
    suppressed: int
    last_time: datetime | None


@dataclass(frozen=True, slots=True)
class Suppressed:
    """Number of matches that a rule exception left out in one run, and the time of the newest."""

    matches: int
    last_time: datetime


def add_rule_exception(
    db: Database, exemption: RuleException, begins: datetime, until: datetime, *, reason: str, author: str
) -> int:
    """Store a rule exception (the id in it is ignored); returns its new id.

    Raises UsageError when it is incomplete.
    """
    if not exemption.site and not exemption.field:
        raise UsageError("exception.empty")
    if until <= begins:
        raise UsageError("exception.ends_in_the_past", until=f"{until:%Y-%m-%d %H:%M}")
    if not reason.strip() or not author.strip():
        raise UsageError("exception.reason_missing")
    with db.begin() as session:
        row = RuleExceptionRow(
            rule_id=exemption.rule_id,
            site=exemption.site,
            field=exemption.field,
            value=exemption.value,
            begins=begins,
            until=until,
            reason=reason,
            author=author,
        )
        session.add(row)
        session.flush()
        return int(row.id)


def end_rule_exception(db: Database, number: int, now: datetime) -> bool:
    """End a rule exception now; False when no exception with this id is in force."""
    with db.begin() as session:
        row = session.get(RuleExceptionRow, number)
        if row is None or row.until <= now:
            return False
        row.until = now
        return True


def rule_exceptions_in_force(db: Database, now: datetime) -> tuple[RuleException, ...]:
    """Return the rule exceptions in force at `now`, in the order of entry."""
    query = select(RuleExceptionRow).where(RuleExceptionRow.begins <= now, RuleExceptionRow.until > now)
    with db.session() as session:
        return tuple(_exemption(row) for row in session.scalars(query.order_by(RuleExceptionRow.id)))


def all_rule_exceptions(db: Database, rule_id: str = "") -> Sequence[RuleExceptionStatus]:
    """Return all rule exceptions ever made, or those of one rule, newest first."""
    query = select(RuleExceptionRow).order_by(RuleExceptionRow.id.desc())
    with db.session() as session:
        rows = session.scalars(query.where(RuleExceptionRow.rule_id == rule_id) if rule_id else query).all()
    return [
        RuleExceptionStatus(
            _exemption(row), row.begins, row.until, row.reason, row.author, row.suppressed, row.last_time
        )
        for row in rows
    ]


def suppressed_since(db: Database, since: datetime) -> int:
    """Return the number of suppressed matches of rule exceptions that were active since then, for the digests."""
    query = select(func.sum(RuleExceptionRow.suppressed)).where(RuleExceptionRow.last_time >= since)
    with db.session() as session:
        return int(session.scalar(query) or 0)


def count_suppressed_matches(session: Session, left: Mapping[int, Suppressed]) -> None:
    """Add the matches left out in a run, within the transaction that stores the run's alerts."""
    for number, one in left.items():
        session.execute(
            update(RuleExceptionRow)
            .where(RuleExceptionRow.id == number)
            .values(suppressed=RuleExceptionRow.suppressed + one.matches, last_time=one.last_time)
        )


def _exemption(row: RuleExceptionRow) -> RuleException:
    return RuleException(row.id, row.rule_id, row.site, row.field, row.value)
