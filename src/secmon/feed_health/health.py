"""Health of each feed, so that silence is never mistaken for safety."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from math import isnan
from typing import Any

from sqlalchemy import select

from secmon.db.database import Database
from secmon.db.models import FeedState
from secmon.feed_health.baseline import Baseline, Feed
from secmon.feed_health.maintenance import MaintenanceWindow, running_maintenance, window_for_feed


class Health(StrEnum):
    """The health of a feed, worst last."""

    HEALTHY = "healthy"
    MAINTENANCE = "maintenance"  # announced maintenance: any other state does not count
    LATE = "late"  # answers, but has not sent a line for longer than usual
    SILENT = "silent"  # answers, but has not sent a line for much longer than usual
    FAILING = "failing"  # does not answer, or not as agreed
    NEVER_SEEN = "never_seen"


HEALTH_ORDER = tuple(Health)


@dataclass(frozen=True, slots=True)
class FeedReport:
    """A feed's health with the values it is based on; times are UTC.

    `missed` is the number of events expected since the last line (None: the baseline is still being learnt),
    `rejected` the number of unreadable lines of the last day, `lag` the seconds between the newest event and its
    receipt, `ahead` the share of events with a time in the future, `until` the end of announced maintenance.
    """

    site: str
    feed: str
    format: str
    health: Health
    lines: int
    answered_at: datetime | None
    line_at: datetime | None
    failures: int
    error: str
    missed: float | None = None
    rejected: int = 0
    received: int = 0
    lag: float | None = None
    ahead: float = 0.0
    retry_at: datetime | None = None
    until: datetime | None = None
    reason: str = ""
    notice: str = ""
    notice_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HealthLimits:
    """Limits at which an answering feed counts as late or silent.

    With a baseline: when that many events were expected since the last line and at least that many seconds have
    passed. Lines come in bursts, so a dozen missing events happen by chance and sixty do not. Without a baseline:
    after `late_after` and `silent_after` seconds.
    """

    late_after: float
    silent_after: float
    late_missed: float = 20.0
    silent_missed: float = 60.0
    late_least: float = 120.0
    silent_least: float = 900.0


@dataclass(frozen=True, slots=True)
class FeedEvidence:
    """Data from the store on the feeds: the baseline, and the number of unreadable lines of the last day by feed."""

    baseline: Baseline
    rejected: Mapping[Feed, int] = field(default_factory=dict)


def feed_reports(
    db: Database,
    expected: Sequence[tuple[str, str, str]],
    limits: HealthLimits,
    now: datetime,
    evidence: FeedEvidence | None = None,
) -> tuple[FeedReport, ...]:
    """Return reports of the expected feeds, given as (site, feed, format); a feed never asked is `never_seen`."""
    evidence = evidence or FeedEvidence(Baseline(()))
    with db.session() as session:
        # plain rows: ORM objects of two thousand feeds take long
        rows = session.execute(select(FeedState.__table__)).all()
    known = {(row.site, row.feed): row for row in rows}
    work = running_maintenance(db, now)
    return tuple(
        _report((site, feed, name), known.get((site, feed)), limits, now, evidence, window_for_feed(work, site, feed))
        for site, feed, name in expected
    )


def _report(
    which: tuple[str, str, str],
    row: Any,
    limits: HealthLimits,
    now: datetime,
    evidence: FeedEvidence,
    work: MaintenanceWindow | None,
) -> FeedReport:
    site, feed, name = which
    health, missed = Health.NEVER_SEEN, None
    if row is not None:
        missed = _missed((site, feed), row.line_at, limits, now, evidence.baseline)
        health = health_of(row, limits, now, missed)
    if work is not None and health is not Health.HEALTHY:
        health = Health.MAINTENANCE
    until, reason = (work.ends, work.reason) if work else (None, "")
    if row is None:
        return FeedReport(site, feed, name, health, 0, None, None, 0, "", until=until, reason=reason)
    received = evidence.baseline.received.get((site, feed))
    return FeedReport(
        site=site,
        feed=feed,
        format=row.format,
        health=health,
        lines=row.lines,
        answered_at=row.answered_at,
        line_at=row.line_at,
        failures=row.failures,
        error=row.error,
        missed=missed,
        rejected=evidence.rejected.get((site, feed), 0),
        received=int(received.sum()) if received is not None else 0,
        lag=row.lag,
        ahead=row.ahead / row.events if row.events else 0.0,
        retry_at=row.retry_at,
        until=until,
        reason=reason,
        notice=row.notice,
        notice_at=row.notice_at,
    )


def _missed(
    feed: Feed, line_at: datetime | None, limits: HealthLimits, now: datetime, baseline: Baseline
) -> float | None:
    """Return the events expected since the last line; 0 when it is too recent to matter, None without a baseline."""
    if line_at is None or feed not in baseline.expected:
        return None
    if (now - line_at).total_seconds() <= limits.late_least:
        return 0.0
    missed = baseline.missed(feed, line_at, now)
    return None if isnan(missed) else missed


def health_of(row: Any, limits: HealthLimits, now: datetime, missed: float | None) -> Health:
    """Return the health of a row of feeds.

    A feed that answers without a line has `late_after` to send its first line.
    """
    if row.failures:
        return Health.FAILING
    quiet = (now - (row.line_at or row.since)).total_seconds()
    if row.line_at is None and (row.answered_at is None or quiet > limits.late_after):
        return Health.NEVER_SEEN
    if missed is None:
        silent, late = quiet > limits.silent_after, quiet > limits.late_after
    else:
        silent = missed > limits.silent_missed and quiet > limits.silent_least
        late = missed > limits.late_missed and quiet > limits.late_least
    return Health.SILENT if silent else Health.LATE if late else Health.HEALTHY


def worst(states: Sequence[Health]) -> Health:
    """Return the state in which a site with these feeds is shown."""
    return max(states, key=HEALTH_ORDER.index, default=Health.NEVER_SEEN)
