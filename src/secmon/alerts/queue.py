"""Reading alerts: the open ones, by site, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from secmon.alerts.desk import Desk
from secmon.alerts.models import Alert, AlertStatus


@dataclass(frozen=True, slots=True)
class SiteAlerts:
    """Open alerts of one site: how many, and the worst severity among them."""

    number: int
    worst: int


def open_by_site(desk: Desk, since: datetime) -> dict[str, SiteAlerts]:
    """Open alerts with a finding since `since`, by site."""
    query = (
        select(Alert.site, func.count(), func.max(Alert.severity))
        .where(Alert.status != AlertStatus.CLOSED, Alert.last_time >= since)
        .group_by(Alert.site)
    )
    with desk.session() as session:
        return {site: SiteAlerts(int(number), int(worst)) for site, number, worst in session.execute(query)}


def open_by_severity(desk: Desk, since: datetime) -> dict[int, int]:
    """How many alerts are open with a finding since `since`, by severity."""
    query = (
        select(Alert.severity, func.count())
        .where(Alert.status != AlertStatus.CLOSED, Alert.last_time >= since)
        .group_by(Alert.severity)
    )
    with desk.session() as session:
        return {int(severity): int(number) for severity, number in session.execute(query)}


def newest(desk: Desk, limit: int, *, site: str = "", least: int = 0, since: datetime | None = None) -> Sequence[Alert]:
    """Alerts by their newest finding, newest first; of one site, and of a least severity, when given."""
    query = select(Alert).where(Alert.severity >= least)
    if site:
        query = query.where(Alert.site == site)
    if since is not None:
        query = query.where(Alert.last_time >= since)
    with desk.session() as session:
        return session.scalars(query.order_by(Alert.last_time.desc(), Alert.id.desc()).limit(limit)).all()


def count(desk: Desk) -> int:
    """How many alerts there are, open or closed."""
    with desk.session() as session:
        return int(session.scalar(select(func.count()).select_from(Alert)) or 0)
