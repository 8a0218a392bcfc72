"""Deadlines as text: the time left, or the time overdue."""

from datetime import datetime, timedelta

from secmon.incidents.sla import Clock
from secmon.web.i18n.texts import t


def span(seconds: float, language: str) -> str:
    """Format a duration in its two largest units."""
    left = timedelta(seconds=abs(int(seconds)))
    hours, minutes = left.seconds // 3600, left.seconds % 3600 // 60
    if left.days:
        return t("span.days", language, days=left.days, hours=hours)
    if hours:
        return t("span.hours", language, hours=hours, minutes=minutes)
    return t("span.minutes", language, minutes=minutes, seconds=left.seconds % 60)


def clock_words(clock: Clock, language: str) -> tuple[str, str]:
    """Return a deadline as text, and its CSS class: kept, missed, paused, late, soon or runs."""
    if clock.stopped_at is not None:
        key = "missed" if clock.overdue else "kept"
        return t(f"clock.{key}", language), key
    if clock.paused:
        return t("clock.paused", language, left=span(clock.left, language)), "paused"
    if clock.overdue:
        return t("clock.late", language, over=span(clock.left, language)), "late"
    return t("clock.left", language, left=span(clock.left, language)), "soon" if clock.left < _SOON else "runs"


_SOON = 900.0


def due_words(due: datetime | None, now: datetime, language: str) -> tuple[str, str]:
    """Return the same for a single due time; '–' if nothing is due."""
    if due is None:
        return "–", ""
    return clock_words(Clock("", due, None, paused=False, left=(due - now).total_seconds()), language)
