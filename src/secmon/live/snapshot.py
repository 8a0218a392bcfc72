"""The snapshot behind every widget of the wall, so that its numbers always agree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import orjson
import pandas as pd

from secmon.alerts import queries as alert_queries
from secmon.alerts.campaigns import Campaign, campaigns
from secmon.db.database import Database
from secmon.db.models import Alert
from secmon.feed_health.health import HEALTH_ORDER, FeedReport, Health, worst
from secmon.incidents import incident
from secmon.incidents.deadlines import clocks_of_incident, has_overdue_clock
from secmon.incidents.incident import Incident
from secmon.live.expected_band import ExpectedBands
from secmon.operations import crisis_level
from secmon.response.blocklist import blocklist
from secmon.response.requests import request
from secmon.sites.registry import Site
from secmon.sites.scope import EVERYTHING, Scope
from secmon.store import sql
from secmon.store.client import Store
from secmon.taxonomy import AttackType

DAY = timedelta(hours=24)
OUTSIDE = "outside"
"""State of a site outside the user's scope."""
_NEWEST = 14
_CAMPAIGNS = 4
_SLOT = pd.Timedelta(minutes=15)


class RuleTitles(Protocol):
    """Titles of a rule, as shown on the wall."""

    @property
    def title_ko(self) -> str:
        """Title in Korean."""

    @property
    def title_en(self) -> str:
        """Title in English."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Result of the last collection rounds: lines per second (None before the second round), and end of the last."""

    events_per_second: float | None
    round_seconds: float
    collected_at: datetime | None


def compose(
    store: Store,
    db: Database,
    sites: Sequence[Site],
    feeds: Sequence[FeedReport],
    rules: Mapping[str, RuleTitles],
    rates: Rates,
    now: datetime,
    scope: Scope = EVERYTHING,
    usual: ExpectedBands | None = None,
) -> dict[str, Any]:
    """Return everything the wall shows at `now` within a scope, as plain JSON values; times are UTC ISO strings.

    Arrays under `sites` follow the order of `sites`; health is an index into `feed_states`, whose last entry is
    for sites outside the scope: nothing is disclosed about them. `usual` gives the band in which attempts are
    expected.
    """
    since, seen = now - DAY, [site for site in sites if scope.covers(site.code)]
    feeds = [report for report in feeds if scope.covers(report.site)]
    alerts = alert_queries.open_by_site(db, since, scope)
    health: dict[str, str] = {**site_health(seen, feeds)}
    trend = trend_by_type(store, since, now, scope)
    severities = alert_queries.open_by_severity(db, since, scope)
    ((quarantined,),) = store.rows(sql.query("quarantine_count"), {"since": since, "sites": scope.listed})
    ((findings,),) = store.rows(sql.query("findings_count"), {"since": since, "sites": scope.listed})
    # Sites outside the scope keep their place in the arrays, with a state of their own: the browser finds a site by its
    # position in the registry, and leaving some out would shift all others.
    states: list[str] = [*HEALTH_ORDER] if scope.everything else [*HEALTH_ORDER, OUTSIDE]
    rate = rates.events_per_second  # for all sites, so not shown to users who see only some
    newest = alert_queries.newest_alerts(db, _NEWEST, since=since, scope=scope)
    return {
        "at": now.isoformat(),
        "level": _level(db),
        "feed_states": states,
        "sites": {
            "worst": [alerts[site.code].worst if site.code in alerts else 0 for site in sites],
            "alerts": [alerts[site.code].number if site.code in alerts else 0 for site in sites],
            "health": [states.index(health.get(site.code, OUTSIDE)) for site in sites],
        },
        "headline": {
            "sites": len(seen),
            "sites_reporting": sum(state is Health.HEALTHY for state in health.values()),
            "feeds": len(feeds),
            "feeds_healthy": sum(report.health is Health.HEALTHY for report in feeds),
            "events": int(trend["all"].sum()),
            "attempts": int(trend[[*AttackType]].to_numpy().sum()),
            "findings": int(findings),
            "quarantined": int(quarantined),
            "alerts": sum(severities.values()),
            "alerts_by_severity": [severities.get(severity, 0) for severity in range(6)],
            "sites_with_alerts": len(alerts),
            "events_per_second": round(rate, 1) if rate is not None and scope.everything else None,
            "collected_at": rates.collected_at.isoformat() if rates.collected_at else None,
        },
        "desk": desk_state(db, feeds, scope, now),
        "campaigns": [_campaign(one, rules.get(one.rule_id)) for one in campaigns(db, scope, since, _CAMPAIGNS)],
        "newest": [_alert(alert, rules.get(alert.rule_id)) for alert in newest],
        "trend": {
            "slots": [slot.isoformat() for slot in trend.index],
            "types": {name.value: trend[name].astype(int).tolist() for name in AttackType},
            "usual": usual.bands([slot.to_pydatetime() for slot in trend.index], scope) if usual else [],
        },
    }


def trend_by_type(store: Store, since: datetime, until: datetime, scope: Scope = EVERYTHING) -> pd.DataFrame:
    """Return attempts per quarter hour: a column per attack type and `all` for every event, no gaps between slots."""
    times = {"since": since.replace(microsecond=0), "until": until.replace(microsecond=0)}
    parameters = {**times, "sites": scope.listed}
    return by_slot(store.frame(sql.query("trend_by_type"), parameters), since, until)


def by_slot(rows: pd.DataFrame, since: datetime, until: datetime) -> pd.DataFrame:
    """Return rows of (slot, attack_type, events) as a table without gaps; `all` includes events without a type."""
    index = pd.date_range(_floor(since), _floor(until), freq=_SLOT, tz=UTC)
    if rows.empty:
        return pd.DataFrame(0, index=index, columns=[*AttackType, "all"])
    rows = rows.assign(slot=pd.to_datetime(rows["slot"], utc=True), events=rows["events"].astype("int64"))
    wide = rows.pivot_table(index="slot", columns="attack_type", values="events", aggfunc="sum", fill_value=0)
    wide["all"] = wide.sum(axis=1)
    # Quarter hours without events have no row, and types without events no column: reindex adds them as 0, so that
    # charts have no gaps and every reader finds the same columns.
    return wide.reindex(index=index, columns=[*AttackType, "all"], fill_value=0).fillna(0).astype("int64")


def site_health(sites: Sequence[Site], feeds: Sequence[FeedReport]) -> dict[str, Health]:
    """Return the state of each site: the worst state of its feeds."""
    states: dict[str, list[Health]] = {site.code: [] for site in sites}
    for report in feeds:
        states.setdefault(report.site, []).append(report.health)
    return {site.code: worst(states[site.code]) for site in sites}


def encode(snapshot: Mapping[str, Any]) -> bytes:
    """Return the snapshot as sent to browsers."""
    return orjson.dumps(snapshot)


def _floor(at: datetime) -> pd.Timestamp:
    return pd.Timestamp(at).floor(_SLOT)


def _level(db: Database) -> dict[str, str] | None:
    declared = crisis_level.level_in_force(db)
    if declared is None:
        return None
    return {
        "level": declared.level,
        "issuer": declared.issuer,
        "declared_at": declared.declared_at.isoformat(),
    }


def _titles(rule_id: str, rule: RuleTitles | None) -> dict[str, str]:
    return {"ko": rule.title_ko if rule else rule_id, "en": rule.title_en if rule else rule_id}


def _campaign(one: Campaign, rule: RuleTitles | None) -> dict[str, Any]:
    titles = _titles(one.rule_id, rule)
    return {"uid": one.group_uid, "actor": one.indicator or one.group_uid, "title": titles, "sites": one.known_sites}


def _alert(alert: Alert, rule: RuleTitles | None) -> dict[str, Any]:
    return {
        "id": alert.id,
        "site": alert.site,
        "severity": alert.severity,
        "title": _titles(alert.rule_id, rule),
        "actor": alert.actor,
        "time": alert.last_time.isoformat(),
        "findings": alert.findings,
        "sites": alert.site_count,
    }


_MOST = 8
_BLOCKS = 4
_CALM = {Health.HEALTHY, Health.MAINTENANCE}


def desk_state(db: Database, feeds: Sequence[FeedReport], scope: Scope, now: datetime) -> Mapping[str, Any]:
    """Return plain JSON values; times are UTC ISO strings. `feeds` are those of the scope."""
    opened = incident.open_incidents(db, scope)
    sites = incident.sites_of_incidents(db, scope, [one.id for one in opened[:_MOST]])
    standing = request.request_counts(db, scope, now)
    pushed = blocklist.coverage(db, scope)
    return {
        "incidents": {
            "open": len(opened),
            "late": sum(has_overdue_clock(one, now) for one in opened),
            "worst": max((one.severity for one in opened), default=0),
            "list": [_incident(one, len(sites[one.id]), now) for one in opened[:_MOST]],
        },
        "requests": {
            "awaited": standing.awaiting,
            "overdue": standing.overdue,
            "to_verify": standing.to_verify,
            "refused": standing.refused,
        },
        "blocks": {
            "in_force": len(pushed),
            "list": [
                {"id": one.entry_id, "value": one.value, "applied": one.acknowledged, "of": one.of}
                for one in pushed[:_BLOCKS]
            ],
        },
        "unwell": _unwell(feeds),
    }


def _incident(one: Incident, sites: int, now: datetime) -> dict[str, Any]:
    running = [clock for clock in clocks_of_incident(one, now) if clock.stopped_at is None]
    first = min(running, key=lambda clock: clock.due, default=None)
    return {
        "id": one.id,
        "title": one.title,
        "severity": one.severity,
        "state": one.state,
        "owner": one.owner,
        "sites": sites,
        "clock": first.name if first else "",
        "due": first.due.isoformat() if first else None,
        "paused": bool(one.paused_at),
    }


def _unwell(feeds: Sequence[FeedReport]) -> list[dict[str, Any]]:
    """Return feeds that are not healthy, worst first, with one entry per site."""
    by_site: dict[str, list[FeedReport]] = {}
    for report in feeds:
        if report.health not in _CALM:
            by_site.setdefault(report.site, []).append(report)
    ranked = sorted(by_site.items(), key=lambda pair: (-max(HEALTH_ORDER.index(r.health) for r in pair[1]), pair[0]))
    return [
        {
            "site": site,
            "feeds": len(reports),
            "feed": reports[0].feed,
            "health": max(reports, key=lambda report: HEALTH_ORDER.index(report.health)).health,
            "since": min((report.line_at.isoformat() for report in reports if report.line_at), default=None),
        }
        for site, reports in ranked[:_MOST]
    ]
