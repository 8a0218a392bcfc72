"""Announced maintenance: while it lasts, silence of a feed is expected and shown as such."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from secmon.db.database import Database
from secmon.db.models import Maintenance
from secmon.errors import UsageError


@dataclass(frozen=True, slots=True)
class MaintenanceWindow:
    """Announced maintenance at a site, or at one feed of it (`feed` is '' for all)."""

    site: str
    feed: str
    begins: datetime
    ends: datetime
    reason: str


def announce_maintenance(db: Database, window: MaintenanceWindow) -> None:
    """Store an announcement; raises UsageError when it ends before it begins or gives no reason."""
    if window.ends <= window.begins:
        raise UsageError(
            "maintenance.ends_before_start", site=window.site, ends=str(window.ends), begins=str(window.begins)
        )
    if not window.reason.strip():
        raise UsageError("maintenance.reason_missing", site=window.site)
    with db.begin() as session:
        session.add(
            Maintenance(
                site=window.site, feed=window.feed, begins=window.begins, ends=window.ends, reason=window.reason.strip()
            )
        )


def end_maintenance(db: Database, site: str, feed: str, now: datetime) -> int:
    """End running maintenance of a site or feed now; returns the number of announcements ended."""
    with db.begin() as session:
        found = session.scalars(_running(now).where(Maintenance.site == site, Maintenance.feed == feed)).all()
        for one in found:
            one.ends = now
        return len(found)


def running_maintenance(db: Database, now: datetime) -> Sequence[MaintenanceWindow]:
    """Return the running maintenance windows."""
    with db.session() as session:
        return [
            MaintenanceWindow(one.site, one.feed, one.begins, one.ends, one.reason)
            for one in session.scalars(_running(now))
        ]


def window_for_feed(windows: Sequence[MaintenanceWindow], site: str, feed: str) -> MaintenanceWindow | None:
    """Return the announcement that covers a feed, or None."""
    return next((one for one in windows if one.site == site and one.feed in {"", feed}), None)


def _running(now: datetime):  # type: ignore[no-untyped-def]  # SQLAlchemy's Select has a type of its own for each row
    return select(Maintenance).where(Maintenance.begins <= now, Maintenance.ends > now).order_by(Maintenance.id)
