"""Gather the figures of a digest, with the same queries that the pages use."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from statistics import quantiles

import orjson
import pandas as pd

from secmon.alerts import campaigns
from secmon.alerts import queries as alert_queries
from secmon.alerts.suppression import suppressed_since
from secmon.db.database import Database
from secmon.detection.anomaly.builtin import anomaly_detectors
from secmon.feed_health.health import HEALTH_ORDER, FeedReport, Health
from secmon.incidents import deadlines, incident
from secmon.operations import attack_attempts, crisis_level, metrics
from secmon.operations.metric_samples import SHARES, Period
from secmon.operations.period_summary import PeriodSummary, incidents_of, loudest_rules, period_summary
from secmon.operations.shift_handover import SilentFeed, standing_facts
from secmon.reports.content.facts import Coverage, Facts, Json, TypeRow
from secmon.reports.content.kinds import DigestKind, digest_kind
from secmon.reports.content.peer_comparison import compare, places
from secmon.reports.content.recommendations import recommendations
from secmon.reports.content.schedule import LATE_AFTER, Due, comparable_periods, previous_period
from secmon.reports.content.sources import Sources
from secmon.response.blocklist import blocklist
from secmon.response.requests import request
from secmon.sites.scope import EVERYTHING, Scope
from secmon.store import sql
from secmon.taxonomy import AttackType, Severity
from secmon.times import KST

MOST = 12
_HOUR = 3600
_LEAST_PERIODS = 7
"""Comparable periods with events that are needed to compute an expected band."""
_CALM = {Health.HEALTHY, Health.MAINTENANCE}


def gather(sources: Sources, due: Due, now: datetime) -> Facts:
    """Gather all figures of a digest, composed at `now`."""
    kind, scope, period, db = digest_kind(due.kind), sources.scope(due.scope), due.period, sources.db
    reports = [one for one in sources.once("reports", sources.reports) if scope.covers(one.site)]
    gaps = [one for one in reports if one.health not in _CALM]
    rows = _types(sources, kind, due)
    turned = period_summary(db, scope, period)
    still_open = alert_queries.open_by_severity(db, period.begins, scope)
    facts = Facts(
        kind=due.kind,
        scope=due.scope,
        begins=period.begins.isoformat(),
        ends=period.ends.isoformat(),
        composed_at=now.isoformat(),
        late=now - period.ends > LATE_AFTER,
        simulated=sources.simulated,
        tlp=sources.tlp,
        level=_level(db),
        coverage=_coverage(sources, scope, period, reports),
        types=rows.types,
        compared=rows.compared,
        trend=_trend(sources, scope, due),
        turnover=_turned(turned),
        open_alerts=sum(still_open.values()),
        open_grave=sum(number for severity, number in still_open.items() if severity >= Severity.HIGH),
        incidents=_incidents(db, scope, period, now),
        campaigns=_campaigns(sources, scope, period),
        requests=_requests(db, scope, now),
        blocks=_blocks(db, scope),
        metrics=_metrics(sources, kind, due, now),
        gaps=[_gap(one) for one in sorted(gaps, key=_worst_first)[:MOST]],
        gaps_total=len(gaps),
        suppressed=suppressed_since(db, scope, period.begins),
        anomalies=_anomalies(sources, scope, period),
        rules=_rules(sources, scope, period),
        sources=_tops(sources, scope, period),
        places=places(sources, scope, due),
        map={code: tried for code, (_, tried) in sources.by_site(period).items() if scope.covers(code)},
        peers=compare(sources, due),
        shift=_plain(standing_facts(db, _silent(reports), period.begins, now)) if "shift" in kind.sections else {},
    )
    return replace(facts, recommendations=recommendations(facts))


@dataclass(frozen=True, slots=True)
class _Typed:
    types: Sequence[TypeRow]
    compared: int


def _types(sources: Sources, kind: DigestKind, due: Due) -> _Typed:
    """Count the seven types with their change and expected band: P10 to P90 of comparable periods that had events."""
    past = comparable_periods(kind, due.period)
    since = past[0].begins
    table, _ = attack_attempts.attempts_by_type(sources.store, sources.scope(due.scope), since, due.period.ends, _HOUR)
    known = [part for one in past if (part := _sum(table, one)).sum() > 0]
    current, previous = _sum(table, due.period), _sum(table, previous_period(kind, due.period))
    rows = []
    for name in AttackType:
        low = high = None
        if len(known) >= _LEAST_PERIODS:
            tenths = quantiles([int(part[name]) for part in known], n=10, method="inclusive")
            low, high = int(tenths[0]), int(tenths[-1])
        rows.append(TypeRow(name, int(current[name]), int(previous[name]), low, high))
    return _Typed(rows, len(known))


def _sum(table: pd.DataFrame, period: Period) -> "pd.Series[int]":
    return table[(table.index >= period.begins) & (table.index < period.ends)].sum()


def _trend(sources: Sources, scope: Scope, due: Due) -> list[tuple[str, list[int]]]:
    """Count attempts by the hour, or for longer periods by the day in Korean time."""
    table, _ = attack_attempts.attempts_by_type(sources.store, scope, due.period.begins, due.period.ends, _HOUR)
    if len(table) > 24:  # hours
        table = table.groupby(table.index.tz_convert(KST).floor("D")).sum()  # type: ignore[attr-defined]
    rows = zip(pd.DatetimeIndex(table.index), table[[*AttackType]].to_numpy(), strict=True)
    return [(at.isoformat(), [int(value) for value in values]) for at, values in rows]


def _coverage(sources: Sources, scope: Scope, period: Period, reports: Sequence[FeedReport]) -> Coverage:
    seen = {code: events for code, (events, _) in sources.by_site(period).items() if scope.covers(code)}
    asked = {"since": period.begins, "until": period.ends, "sites": scope.listed}
    ((quarantined,),) = sources.store.rows(sql.query("digest_quarantined"), asked)
    return Coverage(
        sites=sum(scope.covers(site.code) for site in sources.sites),
        expected=len({one.site for one in reports}),
        reporting=sum(events > 0 for events in seen.values()),
        feeds=len(reports),
        healthy=sum(one.health is Health.HEALTHY for one in reports),
        events=sum(seen.values()),
        quarantined=int(quarantined),
    )


def _plain(found: Json) -> Json:
    """Return the same as JSON would restore it: times as text."""
    plain: Json = orjson.loads(orjson.dumps(found, option=orjson.OPT_NON_STR_KEYS))
    return plain


def _level(db: Database) -> Json | None:
    declared = crisis_level.level_in_force(db)
    if declared is None:
        return None
    return {
        "level": str(declared.level),
        "issuer": declared.issuer,
        "reason": declared.reason,
        "since": declared.declared_at.isoformat(),
    }


def _turned(turned: PeriodSummary) -> Json:
    return {**asdict(turned), "opened": {str(severity): number for severity, number in turned.opened.items()}}


def _incidents(db: Database, scope: Scope, period: Period, now: datetime) -> list[Json]:
    rows = incidents_of(db, scope, period)[:MOST]
    sites = incident.sites_of_incidents(db, scope, [row.id for row in rows])
    found: list[Json] = []
    for row in rows:
        running = [one.due for one in deadlines.clocks_of_incident(row, now) if one.stopped_at is None]
        found.append(
            {
                "id": row.id,
                "title": row.title,
                "severity": row.severity,
                "state": row.state,
                "owner": row.owner,
                "type": row.attack_type,
                "attack": row.attack_uids,
                "sites": list(sites[row.id]),
                "detected": row.detected_at.isoformat(),
                "due": min(running).isoformat() if running else None,
                "overdue": deadlines.has_overdue_clock(row, now),
                "closure": row.closure,
                "summary": row.summary,
            }
        )
    return found


def _campaigns(sources: Sources, scope: Scope, period: Period) -> Sequence[Json]:
    """Return campaigns that began before the period's end and continued into the period or after it."""
    rows = sources.once(("campaigns", scope, period), lambda: campaigns.campaigns(sources.db, scope, period.begins))
    return [
        {
            "indicator": one.indicator or one.group_uid,
            "title": sources.title(one.rule_id),
            "severity": one.severity,
            "sites": one.known_sites,
            "alerts": len(one.alerts),
            "first": one.first_time.isoformat(),
            "last": one.last_time.isoformat(),
        }
        for one in rows
        if one.first_time < period.ends
    ][:MOST]


def _requests(db: Database, scope: Scope, now: datetime) -> Json:
    standing = request.request_counts(db, scope, now)
    late = [
        {
            "id": one.id,
            "site": one.site,
            "title": {"ko": one.title_ko, "en": one.title_en},
            "state": one.state,
            "due": one.due.isoformat() if one.due else None,
            "reminders": one.reminders,
        }
        for one in request.overdue_requests(db, scope, now)[:MOST]
    ]
    return {**asdict(standing), "late": late}


def _blocks(db: Database, scope: Scope) -> Json:
    rows = blocklist.coverage(db, scope)
    return {
        "in_force": len(rows),
        "applied": sum(one.acknowledged for one in rows),
        "of": sum(one.of for one in rows),
        "list": [
            {"id": one.entry_id, "value": one.value, "applied": one.acknowledged, "of": one.of} for one in rows[:MOST]
        ],
    }


def _metrics(sources: Sources, kind: DigestKind, due: Due, now: datetime) -> list[Json]:
    """Return each metric with its median or share in the previous period, None where nothing was counted then."""
    earlier_ones = _figures(sources, due.scope, previous_period(kind, due.period), now)
    past = {one.metric: one.share if one.metric in SHARES else one.median for one in earlier_ones}
    current = _figures(sources, due.scope, due.period, now)
    return [asdict(one) | {"met": one.met, "before": past[one.metric]} for one in current]


def _figures(sources: Sources, place: str, period: Period, now: datetime) -> Sequence[metrics.Figure]:
    if len(place) == 5:  # a single query serves all sites
        every = sources.once(("metrics", period), lambda: metrics.by_site(sources.db, EVERYTHING, period, now))
        if place in every:
            return every[place]  # type: ignore[no-any-return]  # what was put in
    return metrics.figures(sources.db, sources.scope(place), period, now)


def _worst_first(one: FeedReport) -> tuple[int, str, str]:
    return -HEALTH_ORDER.index(one.health), one.site, one.feed


def _gap(one: FeedReport) -> Json:
    since = one.line_at or one.answered_at
    return {"site": one.site, "feed": one.feed, "health": str(one.health), "since": since and since.isoformat()}


def _silent(reports: Sequence[FeedReport]) -> list[SilentFeed]:
    return [SilentFeed(one.site, one.feed, one.line_at) for one in reports if one.health not in _CALM]


def _anomalies(sources: Sources, scope: Scope, period: Period) -> list[Json]:
    asked = {
        "rules": list(anomaly_detectors()),
        "since": period.begins,
        "until": period.ends,
        "sites": scope.listed,
        "limit": MOST,
    }
    return [
        {
            "site": row["site"],
            "title": sources.title(row["rule_id"]),
            "severity": int(row["severity_id"]),
            "last": row["last_time"].isoformat(),
            "details": dict(row["details"]),
        }
        for row in sources.store.records(sql.query("digest_anomalies"), asked)
    ]


def _rules(sources: Sources, scope: Scope, period: Period) -> list[Json]:
    return [
        {"title": sources.title(one.rule_id), "alerts": one.alerts, "sites": one.sites, "rejected": one.rejected}
        for one in loudest_rules(sources.db, scope, period, 8)
    ]


def _tops(sources: Sources, scope: Scope, period: Period) -> list[Json]:
    rows = attack_attempts.top_of_attempts(sources.store, "sources", scope, period.begins, period.ends, 8)
    return [
        {
            "source": str(row["source"]),
            "country": str(row["country"]),
            "attempts": int(row["attempts"]),
            "sites": int(row["sites"]),
        }
        for row in rows
    ]
