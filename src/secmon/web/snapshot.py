"""One snapshot feeds every widget of the wall, so that the numbers on it always agree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import orjson
import pandas as pd

from secmon.alerts import level, queue
from secmon.alerts.campaigns import Campaign, campaigns
from secmon.alerts.desk import Desk
from secmon.alerts.feed_health import HEALTH_ORDER, FeedReport, Health, worst
from secmon.alerts.models import Alert
from secmon.sites.registry import Site
from secmon.sites.scope import EVERYTHING, Scope
from secmon.store import sql
from secmon.store.client import Store
from secmon.taxonomy import AttackType
from secmon.web.usual import Usual
from secmon.web.wall_desk import desk_state

DAY = timedelta(hours=24)
OUTSIDE = "outside"
"""State of a site that whoever looks may not see."""
_NEWEST = 14
_CAMPAIGNS = 4
_SLOT = pd.Timedelta(minutes=15)


class RuleTitles(Protocol):
    """What the wall says of a rule."""

    @property
    def title_ko(self) -> str:
        """Title in Korean."""

    @property
    def title_en(self) -> str:
        """Title in English."""


@dataclass(frozen=True, slots=True)
class Rates:
    """What the last collection rounds say: lines a second (None before the second round), and when the last ended."""

    events_per_second: float | None
    round_seconds: float
    collected_at: datetime | None


def compose(
    store: Store,
    desk: Desk,
    sites: Sequence[Site],
    feeds: Sequence[FeedReport],
    rules: Mapping[str, RuleTitles],
    rates: Rates,
    now: datetime,
    scope: Scope = EVERYTHING,
    usual: Usual | None = None,
) -> dict[str, Any]:
    """Everything the wall shows at `now` to somebody with this scope, as plain JSON values; times are UTC ISO strings.

    Arrays under `sites` follow the order of `sites`; health is an index into `feed_states`, the last of which stands
    for sites outside the scope: nothing is told of them. `usual` knows the band that attempts are expected in.
    """
    since, seen = now - DAY, [site for site in sites if scope.covers(site.code)]
    feeds = [report for report in feeds if scope.covers(report.site)]
    alerts = queue.open_by_site(desk, since, scope)
    health: dict[str, str] = {**site_health(seen, feeds)}
    trend = trend_by_type(store, since, now, scope)
    severities = queue.open_by_severity(desk, since, scope)
    ((quarantined,),) = store.rows(sql.query("quarantine_count"), {"since": since, "sites": scope.listed})
    ((findings,),) = store.rows(sql.query("findings_count"), {"since": since, "sites": scope.listed})
    states: list[str] = [*HEALTH_ORDER] if scope.everything else [*HEALTH_ORDER, OUTSIDE]
    rate = rates.events_per_second  # of all sites: not told to those who see some
    newest = queue.newest(desk, _NEWEST, since=since, scope=scope)
    return {
        "at": now.isoformat(),
        "level": _level(desk),
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
        "desk": desk_state(desk, feeds, scope, now),
        "campaigns": [_campaign(one, rules.get(one.rule_id)) for one in campaigns(desk, scope, since, _CAMPAIGNS)],
        "newest": [_alert(alert, rules.get(alert.rule_id)) for alert in newest],
        "trend": {
            "slots": [slot.isoformat() for slot in trend.index],
            "types": {name.value: trend[name].astype(int).tolist() for name in AttackType},
            "usual": usual.bands([slot.to_pydatetime() for slot in trend.index], scope) if usual else [],
        },
    }


def trend_by_type(store: Store, since: datetime, until: datetime, scope: Scope = EVERYTHING) -> pd.DataFrame:
    """Attempts a quarter hour: one column an attack type and `all` for every event, one row a UTC slot, no gaps."""
    times = {"since": since.replace(microsecond=0), "until": until.replace(microsecond=0)}
    parameters = {**times, "sites": scope.listed}
    return by_slot(store.frame(sql.query("trend_by_type"), parameters), since, until)


def by_slot(rows: pd.DataFrame, since: datetime, until: datetime) -> pd.DataFrame:
    """Rows of (slot, attack_type, events) as a table without gaps; `all` counts the untyped events too."""
    index = pd.date_range(_floor(since), _floor(until), freq=_SLOT, tz=UTC)
    if rows.empty:
        return pd.DataFrame(0, index=index, columns=[*AttackType, "all"])
    rows = rows.assign(slot=pd.to_datetime(rows["slot"], utc=True), events=rows["events"].astype("int64"))
    wide = rows.pivot_table(index="slot", columns="attack_type", values="events", aggfunc="sum", fill_value=0)
    wide["all"] = wide.sum(axis=1)
    return wide.reindex(index=index, columns=[*AttackType, "all"], fill_value=0).fillna(0).astype("int64")


def site_health(sites: Sequence[Site], feeds: Sequence[FeedReport]) -> dict[str, Health]:
    """A site is shown in the worst state of its feeds."""
    states: dict[str, list[Health]] = {site.code: [] for site in sites}
    for report in feeds:
        states.setdefault(report.site, []).append(report.health)
    return {site.code: worst(states[site.code]) for site in sites}


def encode(snapshot: Mapping[str, Any]) -> bytes:
    """The snapshot as it goes over the wire."""
    return orjson.dumps(snapshot)


def _floor(at: datetime) -> pd.Timestamp:
    return pd.Timestamp(at).floor(_SLOT)


def _level(desk: Desk) -> dict[str, str] | None:
    declared = level.level_in_force(desk)
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
