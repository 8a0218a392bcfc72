"""What the store knows of the feeds, read again every few minutes: four weeks of hours are much for every glance."""

import threading
from datetime import datetime, timedelta

import structlog

from secmon.alerts.feed_baseline import Baseline, begins, learn
from secmon.alerts.feed_health import Evidence
from secmon.errors import StoreError
from secmon.store import sql
from secmon.store.client import Store

_log = structlog.get_logger(__name__)
_AGE = timedelta(minutes=2)
_AGE_OF_REJECTS = timedelta(seconds=10)
_DAY = timedelta(hours=24)


class FeedMemory:
    """The newest evidence; safe to use from any thread."""

    def __init__(self) -> None:
        """Nothing is read before the first question."""
        self._guard = threading.Lock()
        self._baseline = Baseline(())
        self._read_at: datetime | None = None
        self._rejected: dict[tuple[str, str], int] = {}
        self._rejects_at: datetime | None = None

    def evidence(self, store: Store, now: datetime) -> Evidence:
        """What is known, at most two minutes old; older when the store does not answer, which others report."""
        with self._guard:
            try:
                if not self._fresh(self._read_at, now, _AGE):
                    hours = {"since": begins(now), "until": now.replace(microsecond=0)}
                    self._baseline = learn(store.frame(sql.query("feed_hours"), hours), now)
                    self._read_at = now
                if not self._fresh(self._rejects_at, now, _AGE_OF_REJECTS):
                    rows = store.rows(sql.query("feed_rejects"), {"since": now - _DAY})
                    self._rejected = {(site, feed): int(lines) for site, feed, lines in rows}
                    self._rejects_at = now
            except StoreError as error:
                _log.warning("feed health rests on older figures", error=str(error))
            return Evidence(self._baseline, self._rejected)

    def forget(self) -> None:
        """Read everything again at the next question, as after history was filled."""
        with self._guard:
            self._read_at = self._rejects_at = None

    @staticmethod
    def _fresh(read_at: datetime | None, now: datetime, age: timedelta) -> bool:
        return read_at is not None and abs(now - read_at) < age
