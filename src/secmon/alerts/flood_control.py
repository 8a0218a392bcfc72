"""Flood control: limit the alerts that a rule opens per hour at a site.

Beyond the limit, one flood alert collects and counts the other actors.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Integer, Text, case, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from secmon.db.models import FLOOD_ACTOR, Alert, Base

_HOUR = timedelta(hours=1)


class HeldBackActor(Base):
    """An actor represented by the flood alert `alert_id`, so that no actor is counted twice."""

    __tablename__ = "held_back_actors"

    alert_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    actor: Mapped[str] = mapped_column(Text, primary_key=True)


@dataclass(frozen=True, slots=True)
class FloodLimits:
    """Maximum number of alerts that one rule may open within an hour of events: at one site, and at all sites."""

    site: int = 20
    rule: int = 300


DEFAULT_LIMITS = FloodLimits()


def floods(session: Session, rule_id: str, site: str, at: datetime, limits: FloodLimits) -> bool:
    """Test whether the rule has reached its limit of alerts around this time."""
    near = (
        Alert.rule_id == rule_id,
        Alert.actor != FLOOD_ACTOR,
        Alert.last_time > at - _HOUR,
        Alert.first_time > at - _HOUR,
        Alert.first_time < at + _HOUR,
    )
    here = func.sum(case((Alert.site == site, 1), else_=0))
    everywhere, of_site = session.execute(select(func.count(), here).where(*near)).one()
    return int(everywhere) >= limits.rule or int(of_site or 0) >= limits.site


def hold_back(session: Session, alert: Alert, actor: str) -> bool:
    """Add an actor to the flood alert; False when it is already included."""
    session.flush()  # a new alert has no id before the flush
    if session.get(HeldBackActor, (alert.id, actor)) is not None:
        return False
    session.add(HeldBackActor(alert_id=alert.id, actor=actor))
    alert.held_back += 1
    return True
