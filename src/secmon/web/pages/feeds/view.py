"""All data of the feed health page, read in one call."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from secmon.feed_health.baseline import SHOWN, Baseline
from secmon.feed_health.health import HEALTH_ORDER, FeedReport, Health
from secmon.ingest import batch_journal
from secmon.ingest.batch_journal import Backlog, WaitingBatches
from secmon.live.context import CentreContext
from secmon.live.snapshot import DAY
from secmon.sites.scope import EVERYTHING, Scope
from secmon.store import sql

_REJECTS = 50


@dataclass(frozen=True, slots=True)
class FeedKind:
    """Feeds of the same name at all sites; `lag` is the median in seconds, counts cover the last day."""

    feed: str
    format: str
    feeds: int
    healthy: int
    received: int
    rejected: int
    lag: float | None
    ahead: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """Feeds of one site in the same state for the same reason, represented by the feed with the most failures."""

    feeds: Sequence[str]
    worst: FeedReport
    line_at: datetime | None


@dataclass(frozen=True, slots=True)
class FeedsView:
    """Data of the page; `unwell` is worst first.

    `completeness` has a row per site in registry order and a column per hour, NaN if unknown.
    """

    at: datetime
    states: Mapping[Health, int]
    unwell: Sequence[Trouble]
    kinds: Sequence[FeedKind]
    hours: Sequence[datetime]
    completeness: npt.NDArray[np.float64]
    rejects: Sequence[Mapping[str, Any]]
    waiting: WaitingBatches
    backlog: Backlog


def read_feeds(everybodys: CentreContext, scope: Scope = EVERYTHING) -> FeedsView:
    """Read the view for a scope; raise StoreError if the store does not answer."""
    context = everybodys.within(scope)
    now = context.clock()
    reports, baseline = context.reports(), context.baseline()
    states = {state: sum(report.health is state for report in reports) for state in HEALTH_ORDER}
    return FeedsView(
        at=now,
        states=states,
        unwell=troubles(reports),
        kinds=kinds_of(reports),
        hours=baseline.hours[:SHOWN],
        completeness=completeness(baseline, [site.code for site in context.sites], reports),
        rejects=context.store.records(
            sql.query("newest_rejects"), {"since": now - DAY, "sites": scope.listed, "limit": _REJECTS}
        ),
        waiting=batch_journal.waiting_batches(context.db),
        backlog=batch_journal.backlog(context.db),
    )


def troubles(reports: Sequence[FeedReport]) -> list[Trouble]:
    """Group the feeds that are not healthy, worst state first, then the longest silence first."""
    groups: dict[tuple[str, Health, str], list[FeedReport]] = defaultdict(list)
    for report in reports:
        if report.health is not Health.HEALTHY:
            # Each silent feed is a problem of its own; a site that does not answer has one reason for all its feeds.
            reason = report.error or report.reason or report.feed
            groups[report.site, report.health, reason].append(report)
    found = [
        Trouble(
            feeds=[report.feed for report in group],
            worst=max(group, key=lambda report: report.failures),
            line_at=max((report.line_at for report in group if report.line_at), default=None),
        )
        for group in groups.values()
    ]
    never = datetime.min.replace(tzinfo=UTC)
    return sorted(found, key=lambda one: (-HEALTH_ORDER.index(one.worst.health), one.line_at or never))


def kinds_of(reports: Sequence[FeedReport]) -> list[FeedKind]:
    """Aggregate the reports by feed name, in the order in which the names appear."""
    groups: dict[str, list[FeedReport]] = defaultdict(list)
    for report in reports:
        groups[report.feed].append(report)
    return [
        FeedKind(
            feed=feed,
            format=group[0].format,
            feeds=len(group),
            healthy=sum(report.health is Health.HEALTHY for report in group),
            received=sum(report.received for report in group),
            rejected=sum(report.rejected for report in group),
            lag=median(lags) if (lags := [report.lag for report in group if report.lag is not None]) else None,
            ahead=sum(report.ahead > 0 for report in group),
        )
        for feed, group in groups.items()
    ]


def completeness(baseline: Baseline, sites: Sequence[str], reports: Sequence[FeedReport]) -> npt.NDArray[np.float64]:
    """Return the share of expected events received, by site and complete hour; NaN if none are expected or known."""
    feeds: dict[str, list[tuple[str, str]]] = {site: [] for site in sites}
    for report in reports:
        feeds.setdefault(report.site, []).append((report.site, report.feed))
    rows = [baseline.completeness(feeds[site]) if baseline.hours else [None] * SHOWN for site in sites]
    return np.array([[np.nan if share is None else share for share in row] for row in rows], dtype=np.float64)
