"""Campaigns: alerts of one rule and one indicator (a source, a hash, a lure) at several municipalities."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from secmon.db.database import Database
from secmon.db.models import Alert, AlertStatus
from secmon.db.transaction import in_scope
from secmon.sites.scope import Scope

LEAST_SITES = 2
"""Minimum number of municipalities for a campaign."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """Alerts that share a group: indicator, rule, sites, time span, counts, and the number of open alerts.

    `known_sites` counts all municipalities of the group, including those outside the reader's scope, which are
    not named.
    """

    group_uid: str
    indicator: str
    rule_id: str
    severity: int
    priority: int
    sites: tuple[str, ...]
    known_sites: int
    first_time: datetime
    last_time: datetime
    alerts: tuple[int, ...]
    open_alerts: int


def campaigns(db: Database, scope: Scope, since: datetime, limit: int = 200) -> Sequence[Campaign]:
    """Return campaigns with a finding since then at a site of the scope, those with most sites first, then newest."""
    groups = (
        select(Alert.group_uid)
        .where(Alert.group_uid != "", Alert.last_time >= since, in_scope(Alert.site, scope))
        .group_by(Alert.group_uid)
    )
    query = select(Alert).where(Alert.group_uid.in_(groups), Alert.merged_into.is_(None)).order_by(Alert.first_time)
    by_group: dict[str, list[Alert]] = {}
    with db.session() as session:
        for alert in session.scalars(query):
            by_group.setdefault(alert.group_uid, []).append(alert)
    found = [_campaign(uid, several, scope) for uid, several in by_group.items() if _sites(several) >= LEAST_SITES]
    return sorted(found, key=lambda one: (-one.known_sites, -one.last_time.timestamp()))[:limit]


def count_campaigns(db: Database, scope: Scope, since: datetime) -> int:
    """Return the number of campaigns."""
    several = (
        select(Alert.group_uid)
        .where(Alert.group_uid != "", Alert.last_time >= since, in_scope(Alert.site, scope))
        .group_by(Alert.group_uid)
        .having(func.max(Alert.site_count) >= LEAST_SITES)
    )
    with db.session() as session:
        return int(session.scalar(select(func.count()).select_from(several.subquery())) or 0)


def _sites(alerts: Sequence[Alert]) -> int:
    return max(len({alert.site for alert in alerts}), *(alert.site_count for alert in alerts))


def _campaign(uid: str, alerts: Sequence[Alert], scope: Scope) -> Campaign:
    seen = [alert for alert in alerts if scope.covers(alert.site)]
    worst = max(alerts, key=lambda alert: (alert.severity, alert.id))
    return Campaign(
        group_uid=uid,
        indicator=next((alert.actor for alert in alerts if alert.actor), ""),
        rule_id=worst.rule_id,
        severity=worst.severity,
        priority=max(alert.priority for alert in alerts),
        sites=tuple(sorted({alert.site for alert in seen})),
        known_sites=_sites(alerts),
        first_time=min(alert.first_time for alert in alerts),
        last_time=max(alert.last_time for alert in alerts),
        alerts=tuple(alert.id for alert in seen),
        open_alerts=sum(alert.status != AlertStatus.CLOSED for alert in seen),
    )
