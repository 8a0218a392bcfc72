"""Cache of feed evidence: four weeks of hourly counts are too much to read for every request."""

import threading
from datetime import datetime, timedelta

import structlog

from secmon.errors import StoreError
from secmon.feed_health.baseline import Baseline, baseline_start, learn_baseline
from secmon.feed_health.health import FeedEvidence
from secmon.store import sql
from secmon.store.client import Store

_log = structlog.get_logger(__name__)
_AGE = timedelta(minutes=2)
_AGE_OF_REJECTS = timedelta(seconds=10)
_DAY = timedelta(hours=24)


class FeedHealthCache:
    """The newest evidence about the feeds; safe to use from any thread."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._baseline = Baseline(())
        self._read_at: datetime | None = None
        self._rejected: dict[tuple[str, str], int] = {}
        self._rejects_at: datetime | None = None

    def evidence(self, store: Store, now: datetime) -> FeedEvidence:
        """Return evidence at most two minutes old; older if the store does not answer, which is reported elsewhere."""
        # The lock makes concurrent requests wait for one read instead of each reading four weeks of hours. The baseline
        # changes slowly and is read every two minutes; rejected lines point to a fault and cost little, so every ten
        # seconds.
        with self._guard:
            try:
                if not self._fresh(self._read_at, now, _AGE):
                    hours = {"since": baseline_start(now), "until": now.replace(microsecond=0)}
                    self._baseline = learn_baseline(store.frame(sql.query("feed_hours"), hours), now)
                    self._read_at = now
                if not self._fresh(self._rejects_at, now, _AGE_OF_REJECTS):
                    rows = store.rows(sql.query("feed_rejects"), {"since": now - _DAY})
                    self._rejected = {(site, feed): int(lines) for site, feed, lines in rows}
                    self._rejects_at = now
            except StoreError as error:
                _log.warning("feed health rests on older figures", error=str(error))
            return FeedEvidence(self._baseline, self._rejected)

    def forget(self) -> None:
        """Read everything again at the next request, for example after a backfill."""
        with self._guard:
            self._read_at = self._rejects_at = None

    @staticmethod
    def _fresh(read_at: datetime | None, now: datetime, age: timedelta) -> bool:
        # abs() also expires evidence from a later time, after the clock was set back.
        return read_at is not None and abs(now - read_at) < age
