"""Summary of a period: alerts opened and closed, and the outcome of each rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from secmon.alerts.workflow import Closure
from secmon.db.database import Database
from secmon.db.models import Alert
from secmon.db.transaction import in_scope
from secmon.incidents.incident import Incident, IncidentSite
from secmon.operations.metric_samples import Period
from secmon.response.blocklist.blocklist import BlockEntry
from secmon.response.requests.request import Request, RequestState
from secmon.sites.scope import Scope

_MOST = 50


@dataclass(frozen=True, slots=True)
class PeriodSummary:
    """Alerts, incidents, requests and blocks of a period; `opened` by severity, `held_back` actors of floods.

    `false_positives` is a part of the closed alerts, `taken_up` the number of opened alerts that were acknowledged.
    """

    opened: Mapping[int, int]
    closed: int
    false_positives: int
    taken_up: int
    held_back: int
    incidents_opened: int
    incidents_closed: int
    requests_made: int
    requests_answered: int
    requests_done: int
    blocks_pushed: int
    blocks_ended: int


@dataclass(frozen=True, slots=True)
class RuleLoad:
    """A rule's alerts opened in a period, and the number closed as false positive or benign."""

    rule_id: str
    alerts: int
    sites: int
    rejected: int


def period_summary(db: Database, scope: Scope, period: Period) -> PeriodSummary:
    """Return the numbers for all sites of a scope together; an incident counts once, even if it affects many sites."""
    with db.session() as session:
        opened = session.execute(
            select(Alert.severity, func.count(), func.count(Alert.acknowledged_at), func.sum(Alert.held_back))
            .where(in_scope(Alert.site, scope), Alert.merged_into.is_(None), *_in(Alert.opened_at, period))
            .group_by(Alert.severity)
        ).all()
        ended = session.execute(
            select(Alert.closure, func.count())
            .where(in_scope(Alert.site, scope), Alert.merged_into.is_(None), *_in(Alert.closed_at, period))
            .group_by(Alert.closure)
        )
        closed = {str(closure): int(number) for closure, number in ended}
        return PeriodSummary(
            opened={int(severity): int(number) for severity, number, _, _ in opened},
            closed=sum(closed.values()),
            false_positives=closed.get(Closure.FALSE_POSITIVE, 0),
            taken_up=sum(int(taken) for _, _, taken, _ in opened),
            held_back=sum(int(held or 0) for _, _, _, held in opened),
            incidents_opened=_incidents(session, scope, Incident.detected_at, period),
            incidents_closed=_incidents(session, scope, Incident.closed_at, period),
            requests_made=_requests(session, scope, Request.requested_at, period),
            requests_answered=_requests(session, scope, Request.acknowledged_at, period),
            requests_done=_requests(session, scope, Request.done_at, period),
            blocks_pushed=_blocks(session, BlockEntry.pushed_at, period),
            blocks_ended=_blocks(session, BlockEntry.ended_at, period),
        )


def loudest_rules(db: Database, scope: Scope, period: Period, limit: int) -> Sequence[RuleLoad]:
    """Return the rules that opened the most alerts in a period."""
    number = func.count()
    wrong = func.count().filter(Alert.closure.in_((Closure.FALSE_POSITIVE, Closure.BENIGN)))
    query = (
        select(Alert.rule_id, number, func.count(Alert.site.distinct()), wrong)
        .where(in_scope(Alert.site, scope), Alert.merged_into.is_(None), *_in(Alert.opened_at, period))
        .group_by(Alert.rule_id)
        .order_by(number.desc(), Alert.rule_id)
        .limit(limit)
    )
    with db.session() as session:
        return [RuleLoad(str(rule), int(a), int(b), int(c)) for rule, a, b, c in session.execute(query)]


def active_sites(db: Database, period: Period) -> frozenset[str]:
    """Return the sites where an alert was opened, an incident detected or a request made in a period."""
    with db.session() as session:
        touched = select(IncidentSite.site).join(Incident, Incident.id == IncidentSite.incident_id)
        return frozenset(
            {
                *session.scalars(select(Alert.site).where(*_in(Alert.opened_at, period)).distinct()),
                *session.scalars(touched.where(*_in(Incident.detected_at, period)).distinct()),
                *session.scalars(select(Request.site).where(*_in(Request.requested_at, period)).distinct()),
            }
        )


def incidents_of(db: Database, scope: Scope, period: Period) -> Sequence[Incident]:
    """Return incidents that were open at any time in the period, most severe first."""
    query = select(Incident).where(
        Incident.detected_at < period.ends, (Incident.closed_at.is_(None)) | (Incident.closed_at >= period.begins)
    )
    if not scope.everything:
        query = query.where(Incident.id.in_(select(IncidentSite.incident_id).where(in_scope(IncidentSite.site, scope))))
    with db.session() as session:
        return session.scalars(query.order_by(Incident.severity.desc(), Incident.id).limit(_MOST)).all()


def _in(column: InstrumentedAttribute[Any], period: Period) -> tuple[Any, Any]:
    return column >= period.begins, column < period.ends


def _incidents(session: Session, scope: Scope, column: InstrumentedAttribute[Any], period: Period) -> int:
    query = select(func.count()).select_from(Incident).where(*_in(column, period))
    if not scope.everything:
        query = query.where(Incident.id.in_(select(IncidentSite.incident_id).where(in_scope(IncidentSite.site, scope))))
    return int(session.scalar(query) or 0)


def _requests(session: Session, scope: Scope, column: InstrumentedAttribute[Any], period: Period) -> int:
    query = (
        select(func.count())
        .select_from(Request)
        .where(in_scope(Request.site, scope), Request.state != RequestState.WITHDRAWN, *_in(column, period))
    )
    return int(session.scalar(query) or 0)


def _blocks(session: Session, column: InstrumentedAttribute[datetime | None], period: Period) -> int:
    return int(session.scalar(select(func.count()).select_from(BlockEntry).where(*_in(column, period))) or 0)


@dataclass(frozen=True, slots=True)
class RuleAlerts:
    """A rule's alerts opened in a period, and their number by class of closure."""

    alerts: int = 0
    closed: Mapping[Closure, int] = field(default_factory=dict)

    @property
    def false_share(self) -> float | None:
        """Share of false positives among the classified alerts; None while there are none."""
        judged = sum(number for closure, number in self.closed.items() if closure != Closure.DUPLICATE)
        return self.closed.get(Closure.FALSE_POSITIVE, 0) / judged if judged else None


def rule_outcomes(db: Database, period: Period) -> Mapping[str, RuleAlerts]:
    """Return outcomes by id of the rules that opened an alert in the period; merged alerts are not counted."""
    query = (
        select(Alert.rule_id, Alert.closure, func.count())
        .where(Alert.merged_into.is_(None), Alert.opened_at >= period.begins, Alert.opened_at < period.ends)
        .group_by(Alert.rule_id, Alert.closure)
    )
    counted: dict[str, dict[str, int]] = {}
    with db.session() as session:
        for rule, closure, number in session.execute(query):
            counted.setdefault(str(rule), {})[str(closure or "")] = int(number)
    return {
        rule: RuleAlerts(sum(several.values()), {Closure(name): n for name, n in several.items() if name})
        for rule, several in counted.items()
    }
