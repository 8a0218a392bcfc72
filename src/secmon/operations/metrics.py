"""Performance metrics of the centre: median and P90 of its times, and shares, each with its counts.

The definition of each metric is in shipped/metrics.json only; docs/metrics.md has the same text.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from math import ceil
from statistics import median

from sqlalchemy import Float, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from secmon.db.audit_log import Act, record_act
from secmon.db.database import Database
from secmon.db.models import Base, Batch, BatchState, FeedState
from secmon.db.transaction import Change, in_scope, serialised_transaction
from secmon.errors import IllegalMove
from secmon.operations.metric_samples import SHARES, Metric, Period, Sample, samples
from secmon.sites.scope import Scope

DEFAULT_TARGETS: Mapping[Metric, float] = {
    Metric.MTTD: 30 * 60,
    Metric.MTTA: 15 * 60,
    Metric.MTTC: 4 * 3600,
    Metric.NOTIFY: 5 * 60,
    Metric.FALSE_POSITIVES: 0.10,
    Metric.SLA: 0.95,
    Metric.INGESTION: 0.999,
}
"""Seconds and shares; MTTR has no target of its own, as its limit depends on the severity (alerts.sla)."""

_AT_LEAST = frozenset({Metric.SLA, Metric.INGESTION})
"""Shares that should be at least the target; all other metrics should stay below it."""


class MetricTarget(Base):
    """A target that was set by a user."""

    __tablename__ = "metric_targets"

    metric: Mapped[str] = mapped_column(String(24), primary_key=True)
    target: Mapped[float] = mapped_column(Float)


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric of a period. `count` of `of` items could be measured; `within` of them are within the target.

    Durations have `median` and `p90` in seconds, shares have `share` from 0 to 1 (`count` of `of`); None where
    nothing could be measured. `target` is None where it depends on the severity.
    """

    metric: Metric
    count: int
    of: int
    within: int
    median: float | None
    p90: float | None
    share: float | None
    target: float | None

    @property
    def met(self) -> bool | None:
        """True if median or share meet the target; None when there is no value or no target."""
        value = self.share if self.metric in SHARES else self.median
        if value is None or self.target is None:
            return None
        return value >= self.target if self.metric in _AT_LEAST else value < self.target


@dataclass(frozen=True, slots=True)
class MetricDefinition:
    """Name and definition of a metric in both languages."""

    name_ko: str
    name_en: str
    ko: str
    en: str


@cache
def definitions() -> Mapping[Metric, MetricDefinition]:
    """Return name and definition of each metric."""
    text = resources.files("secmon.operations").joinpath("shipped/metrics.json").read_text("utf-8")
    return {Metric(key): MetricDefinition(**words) for key, words in json.loads(text).items()}


def figures(db: Database, scope: Scope, period: Period, now: datetime) -> tuple[Figure, ...]:
    """Return every metric of a period for all sites of a scope together, in the order of Metric."""
    with db.session() as session:
        return _figures(session, samples(session, scope, period, now), _ingestion(session, scope, period))


def by_site(db: Database, scope: Scope, period: Period, now: datetime) -> Mapping[str, tuple[Figure, ...]]:
    """Return the metrics of each site with data; an incident counts at each of its sites.

    Ingestion counts a feed's lines since it was first asked, as the journal has no daily counts by site.
    """
    return _grouped(db, scope, period, now, lambda site: site)


def by_province(db: Database, scope: Scope, period: Period, now: datetime) -> Mapping[str, tuple[Figure, ...]]:
    """Return the metrics of each province, by its 2-digit code."""
    return _grouped(db, scope, period, now, lambda site: site[:2])


def series(db: Database, scope: Scope, periods: Sequence[Period], now: datetime) -> list[tuple[Figure, ...]]:
    """Return the metrics of several consecutive periods."""
    return [figures(db, scope, period, now) for period in periods]


def targets(db: Database) -> Mapping[Metric, float]:
    """Return the targets in force."""
    with db.session() as session:
        return _targets(session)


def set_target(change: Change, metric: Metric, target: float) -> None:
    """Set a target: seconds, or a share from 0 to 1.

    Raises IllegalMove when the metric has no target of its own, or the value is out of range.
    """
    if metric not in DEFAULT_TARGETS:
        raise IllegalMove("target.by_severity", metric=metric)
    if not 0 < target <= (1 if metric in SHARES else 366 * 86_400):
        raise IllegalMove("target.not_valid", value=f"{target:g}", metric=metric)
    with serialised_transaction(change.db) as session:
        before = {"target": _targets(session)[metric]}
        session.merge(MetricTarget(metric=metric, target=target))
        record_act(
            session, Act(change.actor, "metric.target", f"metric:{metric}", change.now, "", before, {"target": target})
        )


def _grouped(
    db: Database, scope: Scope, period: Period, now: datetime, key: Callable[[str], str]
) -> Mapping[str, tuple[Figure, ...]]:
    with db.session() as session:
        every = samples(session, scope, period, now)
        intake: dict[str, tuple[int, int]] = {}
        for site, events, lines in _intake_by_site(session, scope):
            before = intake.get(key(site), (0, 0))
            intake[key(site)] = (before[0] + events, before[1] + lines)
        parts: dict[str, dict[Metric, list[Sample]]] = {}
        for metric, several in every.items():
            for sample in several:
                for name in {key(site) for site in sample.sites}:
                    parts.setdefault(name, {}).setdefault(metric, []).append(sample)
        return {
            name: _figures(session, parts.get(name, {}), intake.get(name, (0, 0))) for name in sorted({*parts, *intake})
        }


def _figures(
    session: Session, every: Mapping[Metric, Sequence[Sample]], ingestion: tuple[int, int]
) -> tuple[Figure, ...]:
    goals = _targets(session)
    made = [_figure(metric, every.get(metric, ()), goals.get(metric)) for metric in Metric if metric != "ingestion"]
    events, lines = ingestion
    share = events / lines if lines else None
    goal = goals[Metric.INGESTION]
    return (*made, Figure(Metric.INGESTION, events, lines, events, None, None, share, goal))


def _figure(metric: Metric, several: Iterable[Sample], goal: float | None) -> Figure:
    known = list(several)
    values = sorted(sample.value for sample in known if sample.value is not None)
    if metric in SHARES:
        hits, share = int(sum(values)), sum(values) / len(values) if values else None
        return Figure(metric, hits, len(values), hits, None, None, share, goal)
    fast = sum(sample.value is not None and sample.value < _limit(sample, goal) for sample in known)
    middle = median(values) if values else None
    p90 = values[ceil(0.9 * len(values)) - 1] if values else None
    return Figure(metric, len(values), len(known), fast, middle, p90, None, goal)


def _limit(sample: Sample, goal: float | None) -> float:
    limit = sample.limit if sample.limit is not None else goal
    return limit if limit is not None else float("inf")


def _targets(session: Session) -> dict[Metric, float]:
    kept = {Metric(row.metric): row.target for row in session.scalars(select(MetricTarget))}
    return {**DEFAULT_TARGETS, **kept}


def _ingestion(session: Session, scope: Scope, period: Period) -> tuple[int, int]:
    """Return events and lines of the batches collected in the period.

    For a scope of some sites only, of their feeds since the beginning.
    """
    if not scope.everything:
        rows = _intake_by_site(session, scope)
        return sum(events for _, events, _ in rows), sum(lines for _, _, lines in rows)
    loaded = (BatchState.LOADED, BatchState.DETECTED)
    query = select(func.sum(Batch.events), func.sum(Batch.lines)).where(
        Batch.created_at >= period.begins, Batch.created_at < period.ends, Batch.state.in_(loaded)
    )
    events, lines = session.execute(query).one()
    return int(events or 0), int(lines or 0)


def _intake_by_site(session: Session, scope: Scope) -> list[tuple[str, int, int]]:
    """Return for each site its events, and the lines that became events or were quarantined."""
    query = (
        select(FeedState.site, func.sum(FeedState.events), func.sum(FeedState.events + FeedState.quarantined))
        .where(in_scope(FeedState.site, scope))
        .group_by(FeedState.site)
    )
    return [(str(site), int(events or 0), int(lines or 0)) for site, events, lines in session.execute(query)]
