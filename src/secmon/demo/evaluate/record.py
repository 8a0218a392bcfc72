"""Collect the alerts of a simulated day, with the scenario runs that their evidence belongs to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from secmon.alerts import queries as alert_queries
from secmon.db.models import Alert
from secmon.demo.evaluate.score import Day, Raised
from secmon.demo.evaluate.truth import Act
from secmon.live.context import CentreContext
from secmon.store import sql
from secmon.store.client import Store
from secmon.taxonomy import Severity

_EVERY = 1_000_000
_AFTER = timedelta(minutes=10)


@dataclass(frozen=True)
class _Caught:
    begins: datetime
    ends: datetime
    runs: frozenset[str]


_Key = tuple[str, str, str]


def record(context: CentreContext, names: Mapping[str, str], acts: Sequence[Act], hours: float) -> Day:
    """Collect the results of the day; joining injected lines with events attributes each finding to a run.

    `names` maps rule ids to rule names.
    """
    _keep(context.store, acts)
    caught = _caught(context.store)
    alerts = alert_queries.newest_alerts(context.db, _EVERY)
    events, quarantined, *_ = context.store.rows(sql.query("store_totals"))[0]
    return Day(
        hours=hours,
        sites=len(context.sites),
        lines=int(events) + int(quarantined),
        quarantined=int(quarantined),
        alerts=tuple(_raised(alert, caught, acts, names) for alert in alerts),
        collected={
            str(run): (first.replace(tzinfo=UTC), frozenset(map(str, sites)))
            for run, first, sites in context.store.rows(sql.query("evaluate_collected"))
        },
    )


def _keep(store: Store, acts: Iterable[Act]) -> None:
    rows = [(act.run, site, line) for act in acts for site, line in sorted(act.lines)]
    store.command(sql.query("evaluate_injected"))
    names = ("run", "site", "line")
    store.insert("injected", pa.table({name: [row[at] for row in rows] for at, name in enumerate(names)}))


def _caught(store: Store) -> dict[_Key, list[_Caught]]:
    found: dict[_Key, list[_Caught]] = {}
    for rule, site, actor, begins, ends, runs in store.rows(sql.query("evaluate_caught")):
        span = _Caught(begins.replace(tzinfo=UTC), ends.replace(tzinfo=UTC), frozenset(map(str, runs)))
        found.setdefault((str(rule), str(site), str(actor)), []).append(span)
    return found


def _raised(
    alert: Alert, caught: Mapping[_Key, Sequence[_Caught]], acts: Iterable[Act], names: Mapping[str, str]
) -> Raised:
    spans = caught.get((alert.rule_id, alert.site, alert.actor), ())
    runs = {
        run for span in spans if span.begins <= alert.last_time and span.ends >= alert.first_time for run in span.runs
    }
    # an alert without evidence lines, such as for a silent feed, belongs to the run that silenced the feed
    runs |= {act.run for act in acts if alert.site in act.silenced and _overlap(alert, act)} if not spans else set()
    return Raised(
        rule=names.get(alert.rule_id, alert.rule_id),
        site=alert.site,
        actor=alert.actor,
        severity=Severity(alert.severity),
        opened_at=alert.opened_at,
        runs=frozenset(runs),
    )


def _overlap(alert: Alert, act: Act) -> bool:
    return act.begins <= alert.last_time and alert.first_time <= act.ends + _AFTER
