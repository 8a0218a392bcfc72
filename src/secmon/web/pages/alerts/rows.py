"""The alert queue as grid rows, with filter chips and groups."""

from typing import Any
from urllib.parse import urlencode

from dash import dcc, html

from secmon.alerts import queries as alert_queries
from secmon.alerts.grouping import GroupBy, alerts_fingerprint, group_alerts
from secmon.db.models import Alert
from secmon.live.context import CentreContext
from secmon.web.components.panel import severity_pill
from secmon.web.gateway.current_user import current_user
from secmon.web.i18n.names import rule_title, site_name, type_name
from secmon.web.i18n.texts import kst, t
from secmon.web.pages.alerts.filter import CHIPS, AlertFilter, filter_of
from secmon.web.routing import Visit

_MOST = 500


def queue_rows(context: CentreContext, visit: Visit, state: str | None) -> tuple[Any, ...] | None:
    """Return rows, count text, filter chips, groups and a state token; None if the token still equals `state`."""
    principal, language = current_user(), visit.language
    chosen = filter_of(visit.asked)
    now = f"{chosen}/{alerts_fingerprint(context.db, principal.scope)}"
    # The page sends back the token it last received. Comparing tokens first avoids the search and the transfer of up to
    # 500 rows while neither the filter nor any alert has changed.
    if now == state:
        return None
    wanted = chosen.wanted(context, principal.name)
    order: alert_queries.Order = "severity" if chosen.status in {"open", "new", "mine"} else "newest"
    alerts = alert_queries.search_alerts(context.db, principal.scope, wanted, limit=_MOST, order=order)
    number = alert_queries.count_matching_alerts(context.db, principal.scope, wanted)
    key = "alerts.number.some" if number > len(alerts) else "alerts.number"
    groups = _groups(context, chosen, wanted, language) if chosen.group else None
    said = t(key, language, shown=f"{len(alerts):,}", number=f"{number:,}")
    return [alert_row(context, one, language) for one in alerts], said, _chips(context, chosen, visit), groups, now


def alert_row(context: CentreContext, alert: Alert, language: str) -> dict[str, Any]:
    """Return an alert as a grid row, with texts in the given language."""
    return {
        "uid": str(alert.id),
        "version": alert.version,
        "level": alert.severity,
        "severity": t(f"severity.{alert.severity}", language),
        "time": kst(alert.last_time, "%m-%d %H:%M:%S"),
        "site": site_name(context, alert.site, language),
        "rule": rule_title(context, alert.rule_id, language),
        "actor": alert.actor,
        "type": type_name(alert.attack_type, language),
        "findings": alert.findings,
        "sites": alert.site_count,
        "status": t(f"status.{alert.status}", language),
        "status_key": alert.status,
        "owner": alert.owner,
    }


def _chips(context: CentreContext, chosen: AlertFilter, visit: Visit) -> list[Any]:
    language = visit.language
    chips = []
    for name in CHIPS:
        content = getattr(chosen, name)
        if content:
            rest = urlencode({one: text for one, text in visit.asked.items() if one not in {name, "lang"}})
            shown = _chip_text(context, name, content, language)
            chips.append(
                dcc.Link(f"{t(f'alerts.chip.{name}', language)}: {shown} ✕", href=f"/alerts?{rest}", className="chip")
            )
    return chips


def _chip_text(context: CentreContext, name: str, content: str, language: str) -> str:
    if name == "site":
        return site_name(context, content, language)
    if name == "rule":
        return rule_title(context, content, language)
    if name == "province":
        found = next((one for one in context.provinces if one.code == content), None)
        return (found.ko if language == "ko" else found.en) if found else content
    return content


def _key_text(context: CentreContext, by: GroupBy, key: str, language: str) -> str:
    if by == GroupBy.RULE:
        return rule_title(context, key, language)
    if by == GroupBy.SITE:
        return site_name(context, key, language)
    return type_name(key, language) if by == GroupBy.TYPE else key


def _groups(context: CentreContext, chosen: AlertFilter, wanted: alert_queries.AlertSearch, language: str) -> list[Any]:
    by = GroupBy(chosen.group)
    parts = {"status": chosen.status, "least": str(chosen.least), "q": chosen.q, "group": chosen.group}
    given = {name: text for name, text in parts.items() if text}
    return [
        dcc.Link(
            [
                severity_pill(one.worst, language),
                html.Span(_key_text(context, by, one.key, language)),
                html.B(f"{one.number:,}"),
                html.Small(t("alerts.group.sites", language, sites=one.sites)) if by != GroupBy.SITE else None,
            ],
            href="/alerts?" + urlencode({**given, str(by): one.key}),
            className="group-entry",
        )
        for one in group_alerts(context.db, current_user().scope, wanted, by, 60)
    ]
