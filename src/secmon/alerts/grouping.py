"""Group alerts by rule, site, actor, type or campaign, and find related alerts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from secmon.alerts.queries import AlertSearch, alert_conditions
from secmon.db.database import Database
from secmon.db.models import Alert
from secmon.db.transaction import in_scope
from secmon.sites.scope import Scope

_NEAR = timedelta(hours=24)


class GroupBy(StrEnum):
    """The criterion by which alerts can be grouped."""

    RULE = "rule"
    SITE = "site"
    ACTOR = "actor"
    TYPE = "type"
    CAMPAIGN = "campaign"


_KEYS: dict[GroupBy, InstrumentedAttribute[str]] = {
    GroupBy.RULE: Alert.rule_id,
    GroupBy.SITE: Alert.site,
    GroupBy.ACTOR: Alert.actor,
    GroupBy.TYPE: Alert.attack_type,
    GroupBy.CAMPAIGN: Alert.group_uid,
}


@dataclass(frozen=True, slots=True)
class AlertGroup:
    """Alerts with the same `key`: number, worst severity, number of sites, and newest finding."""

    key: str
    number: int
    worst: int
    sites: int
    last_time: datetime


def group_alerts(
    db: Database, scope: Scope, wanted: AlertSearch, by: GroupBy, limit: int = 200
) -> Sequence[AlertGroup]:
    """Group the alerts of a search, worst and largest groups first; alerts without the key are left out."""
    key = _KEYS[by]
    number, worst, sites = func.count(), func.max(Alert.severity), func.count(Alert.site.distinct())
    newest = func.max(Alert.last_time, type_=Alert.last_time.type)
    query = select(key, number, worst, sites, newest).where(*alert_conditions(scope, wanted), key != "").group_by(key)
    with db.session() as session:
        rows = session.execute(query.order_by(worst.desc(), number.desc(), key).limit(limit))
        return [AlertGroup(str(a), int(b), int(c), int(d), e) for a, b, c, d, e in rows]


def alerts_fingerprint(db: Database, scope: Scope) -> str:
    """Return a text that changes only when an alert of the scope changes or a new alert arrives."""
    newest = func.max(Alert.updated_at, type_=Alert.updated_at.type)
    query = select(func.count(), newest, func.sum(Alert.version)).where(in_scope(Alert.site, scope))
    with db.session() as session:
        return "/".join(map(str, session.execute(query).one()))


def related_alerts(db: Database, scope: Scope, alert: Alert, limit: int = 12) -> Sequence[Alert]:
    """Return possibly related alerts: of the same campaign or actor anywhere, or at the same site within a day."""
    near = Alert.last_time.between(alert.first_time - _NEAR, alert.last_time + _NEAR)
    same: list[ColumnElement[bool]] = [(Alert.site == alert.site) & near, Alert.actor == alert.actor]
    if alert.group_uid:
        same.append(Alert.group_uid == alert.group_uid)
    query = select(Alert).where(or_(*same), Alert.id != alert.id, in_scope(Alert.site, scope))
    with db.session() as session:
        return session.scalars(query.order_by(Alert.severity.desc(), Alert.last_time.desc()).limit(limit)).all()
