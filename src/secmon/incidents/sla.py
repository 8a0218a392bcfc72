"""Service level targets of the centre and the municipalities by severity, and the clocks that measure them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Integer, SmallInteger
from sqlalchemy.orm import Mapped, Session, mapped_column

from secmon.db.audit_log import Act, record_act
from secmon.db.database import Database
from secmon.db.models import Base
from secmon.db.transaction import Change, serialised_transaction
from secmon.errors import IllegalMove, Term
from secmon.taxonomy import Severity

_MINUTE, _HOUR = 60, 3600


@dataclass(frozen=True, slots=True)
class SlaTargets:
    """Seconds: from an incident's opening to the first response and to containment, from a request to its answers."""

    respond: int
    contain: int
    acknowledge: int
    act: int


DEFAULTS: Mapping[Severity, SlaTargets] = {
    Severity.CRITICAL: SlaTargets(15 * _MINUTE, 4 * _HOUR, 15 * _MINUTE, 4 * _HOUR),
    Severity.HIGH: SlaTargets(_HOUR, 8 * _HOUR, _HOUR, 8 * _HOUR),
    Severity.MEDIUM: SlaTargets(4 * _HOUR, 24 * _HOUR, 4 * _HOUR, 24 * _HOUR),
    Severity.LOW: SlaTargets(24 * _HOUR, 72 * _HOUR, 24 * _HOUR, 72 * _HOUR),
}
"""Default targets."""


class SlaTarget(Base):
    """Targets of a severity set by a user, in seconds."""

    __tablename__ = "sla_targets"

    severity: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    respond: Mapped[int] = mapped_column(Integer)
    contain: Mapped[int] = mapped_column(Integer)
    acknowledge: Mapped[int] = mapped_column(Integer)
    act: Mapped[int] = mapped_column(Integer)


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock: due time, stop time (None: running or paused), and whether it was met.

    `left` are the seconds until due at the time of the query, negative when overdue; for a stopped clock, those
    left when it stopped.
    """

    name: str
    due: datetime
    stopped_at: datetime | None
    paused: bool
    left: float

    @property
    def overdue(self) -> bool:
        """True when the deadline passed before it was stopped."""
        return self.left < 0


def clock_at(name: str, due: datetime, stopped_at: datetime | None, paused_at: datetime | None, now: datetime) -> Clock:
    """Return the state of a clock at `now`."""
    paused = stopped_at is None and paused_at is not None
    at = stopped_at or paused_at or now
    return Clock(name, due, stopped_at, paused, (due - at).total_seconds())


def sla_targets(db: Database) -> Mapping[Severity, SlaTargets]:
    """Return the targets in force of each severity."""
    with db.session() as session:
        return {severity: targets_of_severity(session, severity) for severity in DEFAULTS}


def targets_of_severity(session: Session, severity: int) -> SlaTargets:
    """Return the targets in force of one severity; severities below low use those of low."""
    known = max(Severity.LOW, Severity(severity))
    row = session.get(SlaTarget, int(known))
    return SlaTargets(row.respond, row.contain, row.acknowledge, row.act) if row else DEFAULTS[known]


def set_sla_targets(change: Change, severity: Severity, wanted: SlaTargets) -> None:
    """Set the targets of a severity for new incidents and requests; raises IllegalMove when one is not above zero."""
    if severity not in DEFAULTS:
        raise IllegalMove("target.severity_not_valid", severity=Term.of(severity.name.lower()))
    if min(asdict(wanted).values()) <= 0:
        raise IllegalMove("target.seconds_not_valid")
    with serialised_transaction(change.db) as session:
        before = asdict(targets_of_severity(session, severity))
        session.merge(SlaTarget(severity=int(severity), **asdict(wanted)))
        record_act(
            session,
            Act(change.actor, "sla.targets", f"severity:{int(severity)}", change.now, "", before, asdict(wanted)),
        )


def time_after(at: datetime, seconds: int) -> datetime:
    """Return the time a number of seconds later."""
    return at + timedelta(seconds=seconds)
