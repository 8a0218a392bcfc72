"""The state of the centre in figures, for `secmon status` and the API."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from secmon.alerts import queries as alert_queries
from secmon.db.database import Database
from secmon.feed_health.health import HEALTH_ORDER, FeedReport, Health
from secmon.incidents.incident import count_incidents
from secmon.ingest import batch_journal
from secmon.live.snapshot import site_health
from secmon.operations.roster import on_duty
from secmon.sites.registry import Site
from secmon.store import sql
from secmon.store.client import Store


def status(
    store: Store, db: Database, sites: Sequence[Site], feeds: Sequence[FeedReport], now: datetime
) -> dict[str, Any]:
    """Return totals, feeds and sites by health, and the newest event's age in seconds (None: no event yet)."""
    ((events, quarantine, findings, newest, newest_slot),) = store.rows(sql.query("store_totals"))
    backlog = batch_journal.backlog(db)
    by_health = Counter(report.health for report in feeds)
    by_site = Counter(site_health(sites, feeds).values())
    newest = newest if newest.year > 1970 else newest_slot  # 1970 means no rows
    return {
        "at": now.isoformat(),
        "sites": {"total": len(sites), **{state.value: by_site.get(state, 0) for state in HEALTH_ORDER}},
        "feeds": {"total": len(feeds), **{state.value: by_health.get(state, 0) for state in HEALTH_ORDER}},
        "not_healthy": [
            {
                "site": report.site,
                "feed": report.feed,
                "health": report.health,
                "error": report.error,
                "failures": report.failures,
                "retry_at": report.retry_at.isoformat() if report.retry_at else None,
                "last_line_at": report.line_at.isoformat() if report.line_at else None,
                "events_missed": None if report.missed is None else round(report.missed, 1),
                "maintenance": report.reason,
            }
            for report in feeds
            if report.health is not Health.HEALTHY
        ],
        "lines": backlog.lines,
        "events": int(events),
        "quarantine": int(quarantine),
        "balanced": backlog.events + backlog.quarantined == int(events) + int(quarantine),
        "unreadable": [
            {
                "site": report.site,
                "feed": report.feed,
                "lines": report.rejected,
                "share": round(report.rejected / max(1, report.rejected + report.received), 6),
            }
            for report in feeds
            if report.rejected
        ],
        "clocks_ahead": [
            {"site": report.site, "feed": report.feed, "share": round(report.ahead, 6)}
            for report in feeds
            if report.ahead
        ],
        "notices": [
            {"site": report.site, "feed": report.feed, "at": report.notice_at.isoformat(), "notice": report.notice}
            for report in feeds
            if report.notice and report.notice_at
        ],
        "findings": int(findings),
        "alerts": alert_queries.count_alerts(db),
        "incidents": count_incidents(db),
        "on_duty": [
            {
                "shift": shift.name,
                "lead": shift.lead,
                "members": list(shift.people[1:]),
                "until": shift.ends.isoformat(),
            }
            for shift in on_duty(db, now)
        ],
        "batches": {"waiting": backlog.spooled, "undetected": backlog.undetected, "failed": backlog.failed},
        "newest_event_age_seconds": _age(newest, now),
    }


def _age(newest: datetime, now: datetime) -> float | None:
    if newest.year <= 1970:  # 1970 means no rows
        return None
    return round((now - newest.astimezone(UTC)).total_seconds(), 1)
