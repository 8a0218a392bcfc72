"""Suppressions: no alerts of one rule, at one site, by one actor, until a date and for a reason.

The rule continues to find; findings that would have been alerts are counted here, and digests report them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, Select, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from secmon.alerts.workflow import Closure, close_alert
from secmon.db.audit_log import Act, record_act
from secmon.db.database import Database
from secmon.db.models import Alert, AlertStatus, Base
from secmon.db.transaction import (
    Change,
    column_values,
    in_scope,
    require_row,
    require_scope,
    require_text,
    serialised_transaction,
)
from secmon.errors import IllegalMove, Item
from secmon.sites.scope import Scope


class Suppression(Base):
    """A suppression until a date; `suppressed` groups of findings fell under it, the last at `last_time`."""

    __tablename__ = "suppressions"
    __table_args__ = (Index("suppressions_by_key", "rule_id", "site", "until"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    rule_id: Mapped[str] = mapped_column(String(64))
    site: Mapped[str] = mapped_column(String(5))
    actor: Mapped[str] = mapped_column(Text)
    begins: Mapped[datetime]
    until: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(128))
    suppressed: Mapped[int] = mapped_column(BigInteger, default=0)
    last_time: Mapped[datetime | None]


def suppress_alert(
    change: Change, alert_id: int, *, until: datetime, reason: str, closure: Closure = Closure.BENIGN
) -> Suppression:
    """Suppress alerts like this one until a date, and close it, if open, with the given classification."""
    with serialised_transaction(change.db) as session:
        alert = require_row(session.get(Alert, alert_id), Item("alert", alert_id))
        require_scope(change.scope, [alert.site], Item("alert", alert_id))
        text = require_text(reason, "reason_for_suppression")
        if until <= change.now:
            raise IllegalMove("suppression.ends_in_the_past", until=f"{until:%Y-%m-%d %H:%M}")
        row = Suppression(
            rule_id=alert.rule_id,
            site=alert.site,
            actor=alert.actor,
            begins=change.now,
            until=until,
            reason=text,
            author=change.actor.name[:128],
            suppressed=0,
        )
        session.add(row)
        if alert.status != AlertStatus.CLOSED:
            close_alert(session, alert, closure, text, change.actor, change.now)
        session.flush()
        after = column_values(row, "rule_id", "site", "actor", "until", "reason")
        record_act(
            session, Act(change.actor, "alert.suppress", f"suppression:{row.id}", change.now, row.site, after=after)
        )
        return row


def lift_suppression(change: Change, number: int) -> Suppression:
    """End a suppression now; raises IllegalMove when it is already over."""
    with serialised_transaction(change.db) as session:
        row = require_row(session.get(Suppression, number), Item("suppression", number))
        require_scope(change.scope, [row.site], Item("suppression", number))
        if row.until <= change.now:
            raise IllegalMove("suppression.over", id=number, until=f"{row.until:%Y-%m-%d %H:%M}")
        before = column_values(row, "until")
        row.until = change.now
        record_act(
            session,
            Act(
                change.actor,
                "alert.unsuppress",
                f"suppression:{number}",
                change.now,
                row.site,
                before,
                {"until": change.now},
            ),
        )
        return row


def suppressions(db: Database, scope: Scope, *, now: datetime | None = None) -> Sequence[Suppression]:
    """Return suppressions, newest first; only those in force when `now` is given."""
    query = select(Suppression).where(in_scope(Suppression.site, scope)).order_by(Suppression.id.desc())
    with db.session() as session:
        return session.scalars(query if now is None else query.where(Suppression.until > now)).all()


def suppression_record(row: Suppression) -> dict[str, Any]:
    """Return a suppression as a record for the command line."""
    names = ("id", "rule_id", "site", "actor", "begins", "until", "reason", "author", "suppressed", "last_time")
    return column_values(row, *names)


def suppression_in_force(db: Database, alert: Alert, now: datetime) -> Suppression | None:
    """Return the suppression under which findings like those of an alert fall now; None when there is none."""
    with db.session() as session:
        return session.scalar(_in_force(alert.rule_id, alert.site, alert.actor, now))


def suppressed_since(db: Database, scope: Scope, since: datetime) -> int:
    """Return the number of groups of findings left out by suppressions that were active since then."""
    query = select(func.sum(Suppression.suppressed)).where(in_scope(Suppression.site, scope))
    with db.session() as session:
        return int(session.scalar(query.where(Suppression.last_time >= since)) or 0)


def count_suppressed(session: Session, rule_id: str, site: str, actor: str, now: datetime) -> bool:
    """Count findings that fall under a suppression; False when there is none and they should become an alert."""
    row = session.scalar(_in_force(rule_id, site, actor, now))
    if row is None:
        return False
    row.suppressed, row.last_time = row.suppressed + 1, now
    return True


def _in_force(rule_id: str, site: str, actor: str, now: datetime) -> Select[Suppression]:
    """Return the query for the suppression that counts; the oldest when there are several."""
    return (
        select(Suppression)
        .where(
            Suppression.rule_id == rule_id,
            Suppression.site == site,
            Suppression.actor == actor,
            Suppression.begins <= now,
            Suppression.until > now,
        )
        .order_by(Suppression.id)
        .limit(1)
    )
