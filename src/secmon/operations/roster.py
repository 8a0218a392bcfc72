"""Duty roster: shifts with a lead and members."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Index, Integer, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from secmon.db.audit_log import Act, record_act
from secmon.db.database import Database
from secmon.db.models import Base
from secmon.db.transaction import Change, column_values, require_row, require_text, serialised_transaction
from secmon.errors import IllegalMove, Item


class Shift(Base):
    """A shift of the roster; `members` are account names separated by commas, without the lead."""

    __tablename__ = "shifts"
    __table_args__ = (Index("shifts_by_time", "begins"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(64))
    begins: Mapped[datetime]
    ends: Mapped[datetime]
    lead: Mapped[str] = mapped_column(String(128))
    members: Mapped[str] = mapped_column(Text)

    @property
    def people(self) -> tuple[str, ...]:
        """The lead, then the members."""
        return (self.lead, *(name for name in self.members.split(",") if name))


@dataclass(frozen=True, slots=True)
class PlannedShift:
    """A planned shift."""

    name: str
    begins: datetime
    ends: datetime
    lead: str
    members: tuple[str, ...] = ()


def plan_shift(change: Change, planned: PlannedShift) -> Shift:
    """Enter a shift; raises IllegalMove for a wrong end, a missing lead, or a lead who has another shift then."""
    with serialised_transaction(change.db) as session:
        lead = require_text(planned.lead, "lead_of_shift")
        if planned.ends <= planned.begins:
            raise IllegalMove("shift.ends_before_start", name=planned.name)
        query = select(Shift).where(Shift.begins < planned.ends, Shift.ends > planned.begins, Shift.lead == lead)
        if (other := session.scalar(query.limit(1))) is not None:
            raise IllegalMove("shift.lead_busy", lead=lead, name=other.name, begins=f"{other.begins:%Y-%m-%d %H:%M}")
        members = ",".join(name.strip() for name in planned.members if name.strip() and name.strip() != lead)
        shift = Shift(name=planned.name, begins=planned.begins, ends=planned.ends, lead=lead, members=members)
        session.add(shift)
        session.flush()
        after = column_values(shift, "name", "begins", "ends", "lead", "members")
        record_act(session, Act(change.actor, "shift.plan", f"shift:{shift.id}", change.now, after=after))
        return shift


def cancel_shift(change: Change, number: int) -> None:
    """Remove a shift that has not begun from the roster; raises IllegalMove when it has."""
    with serialised_transaction(change.db) as session:
        shift = require_row(session.get(Shift, number), Item("shift", number))
        if shift.begins <= change.now:
            raise IllegalMove("shift.started", id=number)
        before = column_values(shift, "name", "begins", "ends", "lead", "members")
        session.delete(shift)
        record_act(session, Act(change.actor, "shift.cancel", f"shift:{number}", change.now, before=before))


def shifts_between(db: Database, since: datetime, until: datetime) -> Sequence[Shift]:
    """Return the shifts that overlap a period, in order."""
    query = select(Shift).where(Shift.begins < until, Shift.ends > since).order_by(Shift.begins, Shift.id)
    with db.session() as session:
        return session.scalars(query).all()


def on_duty(db: Database, now: datetime) -> Sequence[Shift]:
    """Return the shifts on duty now."""
    query = select(Shift).where(Shift.begins <= now, Shift.ends > now).order_by(Shift.begins, Shift.id)
    with db.session() as session:
        return session.scalars(query).all()
