"""State of each feed: silence is never mistaken for safety."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select

from secmon.alerts.desk import Desk
from secmon.alerts.models import FeedState


class Health(StrEnum):
    """What is known of a feed, worst last."""

    HEALTHY = "healthy"
    LATE = "late"  # answers, but has not sent a line for a while
    SILENT = "silent"  # answers, but has not sent a line for long
    FAILING = "failing"  # does not answer as agreed
    NEVER_SEEN = "never_seen"


HEALTH_ORDER = tuple(Health)


@dataclass(frozen=True, slots=True)
class FeedReport:
    """A feed's state with what it rests on; times are UTC."""

    site: str
    feed: str
    format: str
    health: Health
    lines: int
    answered_at: datetime | None
    line_at: datetime | None
    failures: int
    error: str


@dataclass(frozen=True, slots=True)
class HealthLimits:
    """Seconds without a line after which an answering feed counts as late or silent."""

    late_after: float
    silent_after: float


def feed_reports(
    desk: Desk, expected: Sequence[tuple[str, str, str]], limits: HealthLimits, now: datetime
) -> tuple[FeedReport, ...]:
    """Reports of the expected feeds, given as (site, feed, format); one never asked is `never_seen`."""
    with desk.session() as session:
        known = {(row.site, row.feed): row for row in session.scalars(select(FeedState))}
    return tuple(_report(site, feed, name, known.get((site, feed)), limits, now) for site, feed, name in expected)


def _report(site: str, feed: str, name: str, row: FeedState | None, limits: HealthLimits, now: datetime) -> FeedReport:
    if row is None:
        return FeedReport(site, feed, name, Health.NEVER_SEEN, 0, None, None, 0, "")
    return FeedReport(
        site,
        feed,
        row.format,
        health_of(row, limits, now),
        row.lines,
        row.answered_at,
        row.line_at,
        row.failures,
        row.error,
    )


def health_of(row: FeedState, limits: HealthLimits, now: datetime) -> Health:
    """The state of one feed at `now`; one that answers without a line yet has until `late_after` to send its first."""
    if row.failures:
        return Health.FAILING
    quiet = now - (row.line_at or row.since)
    if row.line_at is None and (row.answered_at is None or quiet > timedelta(seconds=limits.late_after)):
        return Health.NEVER_SEEN
    if quiet > timedelta(seconds=limits.silent_after):
        return Health.SILENT
    if quiet > timedelta(seconds=limits.late_after):
        return Health.LATE
    return Health.HEALTHY


def worst(states: Sequence[Health]) -> Health:
    """The state that a site with these feeds is shown in."""
    return max(states, key=HEALTH_ORDER.index, default=Health.NEVER_SEEN)
