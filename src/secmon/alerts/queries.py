"""Queries for alerts: search, count, by site, newest first. Merged alerts are left out by default."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, func, or_, select

from secmon.db.database import Database
from secmon.db.models import Alert, AlertStatus
from secmon.db.transaction import in_scope, require_row
from secmon.errors import Item
from secmon.sites.scope import EVERYTHING, Scope

_LONG = 10
"""More digits than any alert number has."""

Order = Literal["newest", "oldest", "severity"]
_ORDERS = {
    "newest": (Alert.last_time.desc(), Alert.id.desc()),
    "oldest": (Alert.opened_at, Alert.id),
    "severity": (Alert.severity.desc(), Alert.last_time.desc(), Alert.id.desc()),
}


@dataclass(frozen=True, slots=True)
class SiteAlerts:
    """Open alerts of one site: their number and worst severity."""

    number: int
    worst: int


@dataclass(frozen=True, slots=True)
class AlertSearch:
    """Search criteria for alerts: '', () and None mean any; `owner` of None is any, '' nobody.

    `text` is part of the actor, or an alert's number; `text_rules` and `text_sites` are those whose names contain it.
    """

    status: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    least: int = 0
    rule_id: str = ""
    attack_type: str = ""
    owner: str | None = None
    closure: str = ""
    actor: str = ""
    campaign: str = ""
    text: str = ""
    text_rules: tuple[str, ...] = ()
    text_sites: tuple[str, ...] = ()
    incident_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    merged: bool = False
    """Include alerts that are merged into another alert."""


ANY = AlertSearch()


def search_alerts(
    db: Database, scope: Scope, wanted: AlertSearch = ANY, *, limit: int, offset: int = 0, order: Order = "newest"
) -> Sequence[Alert]:
    """Return one page of a search."""
    query = select(Alert).where(*alert_conditions(scope, wanted)).order_by(*_ORDERS[order])
    with db.session() as session:
        return session.scalars(query.limit(limit).offset(offset)).all()


def alerts_page(
    db: Database, scope: Scope, wanted: AlertSearch = ANY, *, limit: int, before: int | None = None
) -> Sequence[Alert]:
    """Return alerts by descending id, below `before`.

    New findings do not change this order, so a reader can continue from the last id.
    """
    query = select(Alert).where(*alert_conditions(scope, wanted)).order_by(Alert.id.desc()).limit(limit)
    with db.session() as session:
        return session.scalars(query if before is None else query.where(Alert.id < before)).all()


def count_matching_alerts(db: Database, scope: Scope, wanted: AlertSearch = ANY) -> int:
    """Return the number of alerts that a search would find."""
    query = select(func.count()).select_from(Alert).where(*alert_conditions(scope, wanted))
    with db.session() as session:
        return int(session.scalar(query) or 0)


def get_alert(db: Database, scope: Scope, number: int) -> Alert:
    """Return an alert; raises NotFoundError when there is none, or none within the scope."""
    with db.session() as session:
        return require_row(
            session.scalar(select(Alert).where(Alert.id == number, in_scope(Alert.site, scope))), Item("alert", number)
        )


def merged_into(db: Database, scope: Scope, number: int) -> Sequence[Alert]:
    """Return the alerts merged into this alert."""
    query = select(Alert).where(Alert.merged_into == number, in_scope(Alert.site, scope)).order_by(Alert.id)
    with db.session() as session:
        return session.scalars(query).all()


def open_by_site(db: Database, since: datetime, scope: Scope = EVERYTHING) -> dict[str, SiteAlerts]:
    """Return open alerts with a finding since `since`, by site."""
    query = (
        select(Alert.site, func.count(), func.max(Alert.severity))
        .where(Alert.status != AlertStatus.CLOSED, Alert.merged_into.is_(None), Alert.last_time >= since)
        .where(in_scope(Alert.site, scope))
        .group_by(Alert.site)
    )
    with db.session() as session:
        return {site: SiteAlerts(int(number), int(worst)) for site, number, worst in session.execute(query)}


def open_by_severity(db: Database, since: datetime, scope: Scope = EVERYTHING) -> dict[int, int]:
    """Return the number of open alerts with a finding since `since`, by severity."""
    query = (
        select(Alert.severity, func.count())
        .where(Alert.status != AlertStatus.CLOSED, Alert.merged_into.is_(None), Alert.last_time >= since)
        .where(in_scope(Alert.site, scope))
        .group_by(Alert.severity)
    )
    with db.session() as session:
        return {int(severity): int(number) for severity, number in session.execute(query)}


def newest_alerts(
    db: Database,
    limit: int,
    *,
    site: str = "",
    least: int = 0,
    since: datetime | None = None,
    scope: Scope = EVERYTHING,
) -> Sequence[Alert]:
    """Return alerts by their newest finding, newest first; of one site and of a minimum severity, when given."""
    query = select(Alert).where(Alert.severity >= least, Alert.merged_into.is_(None), in_scope(Alert.site, scope))
    if site:
        query = query.where(Alert.site == site)
    if since is not None:
        query = query.where(Alert.last_time >= since)
    with db.session() as session:
        return session.scalars(query.order_by(Alert.last_time.desc(), Alert.id.desc()).limit(limit)).all()


def count_alerts(db: Database) -> int:
    """Return the number of alerts, open or closed."""
    with db.session() as session:
        return int(session.scalar(select(func.count()).select_from(Alert)) or 0)


def alert_conditions(scope: Scope, wanted: AlertSearch) -> list[ColumnElement[bool]]:
    """Return a search as SQL conditions on `alerts`."""
    asked = [in_scope(Alert.site, scope), Alert.severity >= wanted.least]
    equal = (
        (Alert.rule_id, wanted.rule_id),
        (Alert.attack_type, wanted.attack_type),
        (Alert.closure, wanted.closure),
        (Alert.actor, wanted.actor),
        (Alert.group_uid, wanted.campaign),
    )
    asked += [column == value for column, value in equal if value]
    several = ((Alert.status, wanted.status), (Alert.site, wanted.sites))
    asked += [column.in_(among) for column, among in several if among]
    if not wanted.merged:
        asked.append(Alert.merged_into.is_(None))
    if wanted.owner is not None:
        asked.append(Alert.owner == wanted.owner)
    if wanted.text:
        asked.append(_text(wanted))
    if wanted.incident_id is not None:
        asked.append(Alert.incident_id == wanted.incident_id)
    if wanted.since is not None:
        asked.append(Alert.last_time >= wanted.since)
    if wanted.until is not None:
        asked.append(Alert.first_time < wanted.until)
    return asked


def _text(wanted: AlertSearch) -> ColumnElement[bool]:
    ways: list[ColumnElement[bool]] = [Alert.actor.icontains(wanted.text, autoescape=True)]
    if wanted.text.isdecimal() and len(wanted.text) < _LONG:
        ways.append(Alert.id == int(wanted.text))
    ways += [
        column.in_(among)
        for column, among in ((Alert.rule_id, wanted.text_rules), (Alert.site, wanted.text_sites))
        if among
    ]
    return or_(*ways)
