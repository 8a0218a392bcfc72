"""Announced work: while it lasts, silence is expected, and said to be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from secmon.alerts.desk import Desk
from secmon.alerts.models import Maintenance
from secmon.errors import UsageError


@dataclass(frozen=True, slots=True)
class Window:
    """Announced work at a site, or at one feed of it (`feed` is '' for all)."""

    site: str
    feed: str
    begins: datetime
    ends: datetime
    reason: str


def announce(desk: Desk, window: Window) -> None:
    """Keep an announcement; UsageError when it ends before it begins or gives no reason."""
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
    """End what runs at a site or feed now; returns how many announcements that were."""
    with desk.begin() as session:
        found = session.scalars(_running(now).where(Maintenance.site == site, Maintenance.feed == feed)).all()
        for one in found:
            one.ends = now
        return len(found)


def running(desk: Desk, now: datetime) -> Sequence[Window]:
    """What runs now."""
    with desk.session() as session:
        return [Window(one.site, one.feed, one.begins, one.ends, one.reason) for one in session.scalars(_running(now))]


def window_of(windows: Sequence[Window], site: str, feed: str) -> Window | None:
    """The announcement a feed falls under."""
    return next((one for one in windows if one.site == site and one.feed in {"", feed}), None)


def _running(now: datetime):  # type: ignore[no-untyped-def]  # SQLAlchemy's Select has a type of its own for each row
    return select(Maintenance).where(Maintenance.begins <= now, Maintenance.ends > now).order_by(Maintenance.id)
