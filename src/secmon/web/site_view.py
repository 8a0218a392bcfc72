"""Everything the page of one municipality shows, read in one go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from secmon.alerts import queue
from secmon.alerts.feed_health import FeedReport
from secmon.alerts.models import Alert
from secmon.store import sql
from secmon.web.console import Console
from secmon.web.snapshot import DAY, by_slot

_EVENTS, _ALERTS, _QUARANTINE = 200, 50, 20


@dataclass(frozen=True, slots=True)
class SiteView:
    """`intake` is (events, quarantined) by feed since the beginning; `trend` has a UTC slot index."""

    at: datetime
    feeds: Sequence[FeedReport]
    intake: dict[str, tuple[int, int]]
    alerts: Sequence[Alert]
    trend: pd.DataFrame
    events: list[dict[str, Any]]
    quarantine: list[dict[str, Any]]


def read_site(console: Console, code: str) -> SiteView:
    """The view of site `code` now; StoreError when the store does not answer."""
    now = console.clock()
    since, store = now - DAY, console.store
    site = {"site": code}
    rows = store.frame(sql.query("site_trend"), {**site, "since": since.replace(microsecond=0)})
    intake = store.rows(sql.query("site_feeds"), {**site, "since": datetime.fromtimestamp(0, now.tzinfo)})
    return SiteView(
        at=now,
        feeds=console.reports(code),
        intake={feed: (int(events), int(quarantined)) for feed, events, quarantined in intake},
        alerts=queue.newest(console.desk, _ALERTS, site=code),
        trend=by_slot(rows, since, now),
        events=store.records(sql.query("site_events"), {**site, "since": since, "limit": _EVENTS}),
        quarantine=store.records(sql.query("site_quarantine"), {**site, "limit": _QUARANTINE}),
    )
