"""What the wall shows of the desk: incidents and their clocks, requests that wait, blocks, feeds that need somebody."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from secmon.alerts import blocklist, incident, request
from secmon.alerts.case_clock import clocks, overdue
from secmon.alerts.desk import Desk
from secmon.alerts.feed_health import HEALTH_ORDER, FeedReport, Health
from secmon.alerts.incident import Incident
from secmon.sites.scope import Scope

_MOST = 8
_BLOCKS = 4
_CALM = {Health.HEALTHY, Health.MAINTENANCE}


def desk_state(desk: Desk, feeds: Sequence[FeedReport], scope: Scope, now: datetime) -> Mapping[str, Any]:
    """Plain JSON values; times are UTC ISO strings. `feeds` are those of the scope."""
    opened = incident.open_incidents(desk, scope)
    sites = incident.sites_of(desk, scope, [one.id for one in opened[:_MOST]])
    standing = request.standing(desk, scope, now)
    pushed = blocklist.coverage(desk, scope)
    return {
        "incidents": {
            "open": len(opened),
            "late": sum(overdue(one, now) for one in opened),
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
    running = [clock for clock in clocks(one, now) if clock.stopped_at is None]
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
    """Feeds by site that are not well, the worst first; several of one site are one line."""
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
