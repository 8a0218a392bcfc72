"""Display names of sites, rules and types, and the reason for a feed's state, in the language of the screen."""

from typing import Any

from dash import html

from secmon.feed_health.health import FeedReport, Health
from secmon.live.context import CentreContext
from secmon.web.i18n.error_messages import error_message
from secmon.web.i18n.texts import catalogue, kst, t


def feed_reason(report: FeedReport, language: str) -> Any:
    """Return the reason for the state of a feed that is not healthy."""
    if report.health is Health.MAINTENANCE:
        return t("feeds.why.maintenance", language, until=kst(report.until, "%m-%d %H:%M"), reason=report.reason)
    if report.health is Health.FAILING:
        said = t("feeds.why.failing", language, error=error_message(report.error, language), failures=report.failures)
        again = t("feeds.why.again", language, time=kst(report.retry_at, "%H:%M:%S")) if report.retry_at else ""
        return [said, html.Div(again, className="below")]
    if report.health is Health.NEVER_SEEN:
        return t("feeds.why.never", language)
    if report.missed is None:
        return t("feeds.why.learning", language)
    return t("feeds.why.missed", language, events=round(report.missed), since=kst(report.line_at, "%H:%M"))


_PROVINCE = 2  # digits of its code


def site_name(context: CentreContext, code: str, language: str) -> str:
    """Return a site's name with its province; its code if the registry does not have it."""
    site = context.site(code)
    if site is None:
        return code
    province = context.province(site.province)
    return f"{province.short_ko} {site.ko}" if language == "ko" else f"{site.en}, {province.short_en}"


def place_name(context: CentreContext, code: str, language: str) -> str:
    """Return the name of a scope: '' is all municipalities, 2 digits a province, 5 digits a site."""
    if not code:
        return t("people.everywhere", language)
    if len(code) > _PROVINCE:
        return site_name(context, code, language)
    place = context.province(code)
    return place.ko if language == "ko" else place.en


def rule_title(context: CentreContext, rule_id: str, language: str) -> str:
    """Return the title of a rule; its id if the rule no longer exists."""
    rule = context.rules.get(rule_id)
    if rule is None:
        return rule_id
    return rule.title_ko if language == "ko" else rule.title_en


def type_name(name: str, language: str) -> str:
    """Return the name of an attack type; an unknown type from a log line is returned unchanged."""
    return catalogue(language).get(f"type.{name}", name)
