"""Metric samples: one sample for each measured item, from the times in the database."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from secmon.alerts.workflow import Closure
from secmon.db.models import Alert
from secmon.db.transaction import in_scope
from secmon.incidents import deadlines
from secmon.incidents.incident import Incident, IncidentSite
from secmon.incidents.sla import Clock, clock_at, targets_of_severity
from secmon.response.requests.request import Request, RequestState
from secmon.sites.scope import Scope
from secmon.taxonomy import Severity


class Metric(StrEnum):
    """The metrics; their names and definitions are in shipped/metrics.json and docs/metrics.md."""

    MTTD = "mttd"
    MTTA = "mtta"
    MTTR = "mttr"
    MTTC = "mttc"
    NOTIFY = "notify"
    FALSE_POSITIVES = "false_positives"
    SLA = "sla"
    INGESTION = "ingestion"


SHARES = frozenset({Metric.FALSE_POSITIVES, Metric.SLA, Metric.INGESTION})
"""Metrics that are shares; the others are durations."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A measurement at some sites: seconds of a duration, 1 or 0 for a share, None while undecided.

    `limit` is the allowed time in seconds where it depends on the item itself.
    """

    sites: tuple[str, ...]
    value: float | None
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """From `begins` (inclusive) to `ends` (exclusive)."""

    begins: datetime
    ends: datetime


_JUDGED = {Closure.TRUE_POSITIVE, Closure.BENIGN, Closure.FALSE_POSITIVE}
_NONE = {Closure.FALSE_POSITIVE, Closure.BENIGN, Closure.DUPLICATE}


def samples(session: Session, scope: Scope, period: Period, now: datetime) -> Mapping[Metric, Sequence[Sample]]:
    """Return all samples of a period except ingestion, which the journal counts."""
    gathered: dict[Metric, list[Sample]] = {metric: [] for metric in Metric}
    respond = {severity: targets_of_severity(session, severity).respond for severity in Severity}
    for metric, sample in (
        *_of_alerts(session, scope, period, respond),
        *_of_closings(session, scope, period),
        *_of_incidents(session, scope, period, now),
        *_of_requests(session, scope, period, now),
    ):
        gathered[metric].append(sample)
    return gathered


def _of_alerts(
    session: Session, scope: Scope, period: Period, respond: Mapping[Severity, int]
) -> Iterator[tuple[Metric, Sample]]:
    query = select(
        Alert.site,
        Alert.severity,
        Alert.first_time,
        Alert.opened_at,
        Alert.acknowledged_at,
        Alert.started_at,
        Alert.closed_at,
    ).where(
        in_scope(Alert.site, scope),
        Alert.merged_into.is_(None),
        Alert.opened_at >= period.begins,
        Alert.opened_at < period.ends,
    )
    for site, severity, first, opened, acknowledged, started, closed in session.execute(query):
        responses = [at for at in (started, closed) if at is not None]
        yield Metric.MTTD, Sample((site,), _seconds(first, opened))
        yield Metric.MTTA, Sample((site,), _seconds(opened, acknowledged))
        yield Metric.MTTR, Sample((site,), _seconds(opened, min(responses, default=None)), respond[Severity(severity)])


def _of_closings(session: Session, scope: Scope, period: Period) -> Iterator[tuple[Metric, Sample]]:
    query = select(Alert.site, Alert.closure).where(
        in_scope(Alert.site, scope),
        Alert.merged_into.is_(None),
        Alert.closed_at >= period.begins,
        Alert.closed_at < period.ends,
        Alert.closure.in_(_JUDGED),
    )
    for site, closure in session.execute(query):
        yield Metric.FALSE_POSITIVES, Sample((site,), float(closure == Closure.FALSE_POSITIVE))


def _of_incidents(session: Session, scope: Scope, period: Period, now: datetime) -> Iterator[tuple[Metric, Sample]]:
    sites: dict[int, list[str]] = {}
    touched = select(IncidentSite.incident_id, IncidentSite.site).where(in_scope(IncidentSite.site, scope))
    detected = select(Incident).where(Incident.detected_at >= period.begins, Incident.detected_at < period.ends)
    rows = session.scalars(detected.order_by(Incident.id)).all()
    for number, site in session.execute(touched.where(IncidentSite.incident_id.in_([row.id for row in rows]))):
        sites.setdefault(number, []).append(site)
    for row in rows:
        if row.id not in sites:
            continue
        at = tuple(sites[row.id])
        if row.analysed_at is not None and row.closure not in _NONE:
            yield Metric.MTTC, Sample(at, _seconds(row.analysed_at, row.contained_at))
        for one in deadlines.clocks_of_incident(row, now):
            yield Metric.SLA, Sample(at, _kept(one))


def _of_requests(session: Session, scope: Scope, period: Period, now: datetime) -> Iterator[tuple[Metric, Sample]]:
    query = select(Request).where(
        in_scope(Request.site, scope),
        Request.requested_at >= period.begins,
        Request.requested_at < period.ends,
        Request.state != RequestState.WITHDRAWN,
    )
    for row in session.scalars(query.order_by(Request.id)):
        yield Metric.NOTIFY, Sample((row.site,), _seconds(row.since, row.delivered_at))
        answered = row.acknowledged_at or row.refused_at
        yield Metric.SLA, Sample((row.site,), _kept(clock_at("acknowledge", row.acknowledge_due, answered, None, now)))
        acted = row.done_at or row.refused_at
        yield Metric.SLA, Sample((row.site,), _kept(clock_at("act", row.act_due, acted, None, now)))


def _kept(one: Clock) -> float | None:
    """Return 1 when the clock was stopped in time, 0 when the deadline passed, None while neither."""
    if one.overdue:
        return 0.0
    return None if one.stopped_at is None else 1.0


def _seconds(begins: datetime, ends: datetime | None) -> float | None:
    return None if ends is None else max(0.0, (ends - begins).total_seconds())
