"""Why a feed is in its state, in a sentence: on the page of all feeds and on that of a site."""

from typing import Any

from dash import html

from secmon.alerts.feed_health import FeedReport, Health
from secmon.web.i18n import kst, t
from secmon.web.refusal import in_words


def why(report: FeedReport, language: str) -> Any:
    """What the state of a feed that is not healthy rests on."""
    if report.health is Health.MAINTENANCE:
        return t("feeds.why.maintenance", language, until=kst(report.until, "%m-%d %H:%M"), reason=report.reason)
    if report.health is Health.FAILING:
        said = t("feeds.why.failing", language, error=in_words(report.error, language), failures=f"{report.failures:,}")
        again = t("feeds.why.again", language, time=kst(report.retry_at, "%H:%M:%S")) if report.retry_at else ""
        return [said, html.Div(again, className="below")]
    if report.health is Health.NEVER_SEEN:
        return t("feeds.why.never", language)
    if report.missed is None:
        return t("feeds.why.learning", language)
    return t("feeds.why.missed", language, events=f"{report.missed:,.0f}", since=kst(report.line_at, "%H:%M"))
