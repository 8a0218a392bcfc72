"""Announced maintenance: while it lasts, silence of a feed is expected and shown as such."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from secmon.db.database import Desk
from secmon.db.models import Maintenance
from secmon.errors import UsageError


@dataclass(frozen=True, slots=True)
class Window:
    """Announced maintenance at a site, or at one feed of it (`feed` is '' for all)."""

    site: str
    feed: str
    begins: datetime
    ends: datetime
    reason: str


def announce(desk: Desk, window: Window) -> None:
    """Store an announcement; raises UsageError when it ends before it begins or gives no reason."""
    if window.ends <= window.begins:
        raise UsageError(f"maintenance of {window.site}: it ends at {window.ends} and would begin at {window.begins}")
    if not window.reason.strip():
        raise UsageError(f"maintenance of {window.site}: say why, whoever is on watch will ask")
    with desk.begin() as session:
        session.add(
            Maintenance(
                site=window.site, feed=window.feed, begins=window.begins, ends=window.ends, reason=window.reason.strip()
            )
        )


def end(desk: Desk, site: str, feed: str, now: datetime) -> int:
    """End running maintenance of a site or feed now; returns the number of announcements ended."""
    with desk.begin() as session:
        found = session.scalars(_running(now).where(Maintenance.site == site, Maintenance.feed == feed)).all()
        for one in found:
            one.ends = now
        return len(found)


def running(desk: Desk, now: datetime) -> Sequence[Window]:
    """Return the running maintenance windows."""
    with desk.session() as session:
        return [Window(one.site, one.feed, one.begins, one.ends, one.reason) for one in session.scalars(_running(now))]


def window_of(windows: Sequence[Window], site: str, feed: str) -> Window | None:
    """Return the announcement that covers a feed, or None."""
    return next((one for one in windows if one.site == site and one.feed in {"", feed}), None)


def _running(now: datetime):  # type: ignore[no-untyped-def]  # SQLAlchemy's Select has a type of its own for each row
    return select(Maintenance).where(Maintenance.begins <= now, Maintenance.ends > now).order_by(Maintenance.id)
