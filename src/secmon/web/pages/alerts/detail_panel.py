"""Side panel of an alert: what happened, why the rule fired, evidence, related alerts, site, next steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html

from secmon.alerts import queries as alert_queries
from secmon.alerts.explanations import explanations_of_alert
from secmon.alerts.grouping import related_alerts
from secmon.alerts.suppression import Suppression, suppression_in_force
from secmon.auth.roles import Permission
from secmon.db import audit_log
from secmon.db.audit_log import AuditEntry
from secmon.db.models import Alert, AlertStatus
from secmon.detection.anomaly.explanation import Explanation
from secmon.detection.sigma.correlation_rule import Correlation
from secmon.detection.sigma.rule import Rule, Signature
from secmon.incidents import evidence
from secmon.incidents.evidence import EvidenceLine
from secmon.live.context import CentreContext
from secmon.sites.scope import Scope
from secmon.web.components.panel import attributes, empty, facts_list, severity_pill, table, value
from secmon.web.gateway.current_user import current_user
from secmon.web.i18n.names import rule_title, site_name, type_name
from secmon.web.i18n.texts import kst, t

_LINES = 20


@dataclass(frozen=True, slots=True)
class AlertView:
    """An alert with its evidence, its related and merged alerts, its audit entries, and the suppression in force."""

    alert: Alert
    lines: Sequence[EvidenceLine]
    related: Sequence[Alert]
    merged: Sequence[Alert]
    acts: Sequence[AuditEntry]
    reasons: Sequence[Explanation]
    suppressed_by: Suppression | None


def read_alert(context: CentreContext, scope: Scope, number: int) -> AlertView:
    """Read an alert with everything the panel shows; raise NotFoundError if it is not within the scope."""
    alert = alert_queries.get_alert(context.db, scope, number)
    return AlertView(
        alert,
        evidence.alert_lines(context.store, alert, _LINES),
        related_alerts(context.db, scope, alert),
        alert_queries.merged_into(context.db, scope, number),
        audit_log.audit_entries(context.db, scope, limit=20, subject=f"alert:{number}"),
        explanations_of_alert(context.store, alert),
        suppression_in_force(context.db, alert, context.clock()),
    )


def alert_panel(context: CentreContext, view: AlertView, language: str) -> list[Any]:
    """Return the children of the panel."""
    alert = view.alert
    rule = context.rules.get(alert.rule_id)
    parts = [_head(context, alert, language), _what(context, alert, rule, language)]
    if view.suppressed_by is not None:
        parts.append(_suppressed(view.suppressed_by, language))
    if isinstance(rule, Signature):
        parts += [_why(rule, view.reasons, language), _next(rule, language)]
    parts += [_lines(view, language), _related(context, view, language), _place(context, alert, language)]
    return [*parts, _acts(view, language)]


def _head(context: CentreContext, alert: Alert, language: str) -> html.Header:
    title = html.H2(rule_title(context, alert.rule_id, language))
    shut = html.Button("✕", className="tool close", **attributes(aria_label=t("page.close", language)))
    return html.Header([html.Div([severity_pill(alert.severity, language), title], className="line"), shut])


def _what(context: CentreContext, alert: Alert, rule: Any, language: str) -> html.Section:
    described = getattr(rule, f"description_{language}", "")
    facts: list[tuple[str, Any]] = [
        (t("alert.number", language), f"#{alert.id}"),
        (t("column.site", language), dcc.Link(site_name(context, alert.site, language), href=f"/site/{alert.site}")),
        (t("column.actor", language), value("src_endpoint_ip", alert.actor) if alert.actor else "–"),
        (t("column.type", language), type_name(alert.attack_type, language)),
        (t("alert.status", language), _status(alert, language)),
        (t("alert.time", language), f"{kst(alert.first_time)} → {kst(alert.last_time)}"),
        (t("alert.counts", language), _counted(alert, language)),
        (t("alert.priority", language), f"{alert.priority} / 100"),
    ]
    if alert.site_count > 1:
        facts.append((t("column.sites", language), f"{alert.site_count}"))
    if alert.held_back:
        facts.append((t("alert.held_back", language), f"{alert.held_back:,}"))
    if alert.incident_id:
        link = dcc.Link(f"#{alert.incident_id}", href=f"/incident/{alert.incident_id}")
        facts.append((t("alert.incident", language), link))
    return html.Section([html.P(described, className="said"), facts_list(facts)])


def _suppressed(one: Suppression, language: str) -> html.Section:
    facts: list[tuple[str, Any]] = [
        (t("alert.suppressed.until", language), kst(one.until)),
        (t("alert.suppressed.reason", language), one.reason),
        (t("alert.suppressed.author", language), one.author),
        (t("alert.suppressed.count", language), f"{one.suppressed:,}"),
    ]
    parts: list[Any] = [html.H3(t("alert.suppressed", language)), facts_list(facts)]
    user = current_user()
    if user.may(Permission.TRIAGE):
        lift = {"type": "alerts-do-lift", "to": str(one.id)}
        words = t("alerts.do.lift", language)
        parts.append(html.Button(words, id=lift, className="button small", n_clicks=0))
    return html.Section(parts)


def _counted(alert: Alert, language: str) -> str:
    return t("alert.counted", language, findings=alert.findings, events=alert.events)


def _status(alert: Alert, language: str) -> str:
    said = t(f"status.{alert.status}", language)
    if alert.status == AlertStatus.CLOSED and alert.closure:
        said += f" · {t(f'closure.{alert.closure}', language)}"
    return said + (f" · {alert.owner}" if alert.owner else "")


def _why(rule: Signature, reasons: Sequence[Explanation], language: str) -> html.Section:
    condition = ""
    if isinstance(rule, Rule):
        condition = " ".join(map(str, rule.sigma.detection.condition))
    source = rule.logsource if isinstance(rule, Rule) else t("alert.correlation", language)
    facts: list[tuple[str, Any]] = [
        (t("alert.rule", language), html.Code(rule.name)),
        (t("alert.source", language), source),
        (t("alert.attack", language), ", ".join(rule.attack_uids) or "–"),
    ]
    if condition:
        facts.append((t("alert.condition", language), html.Code(condition)))
    if isinstance(rule, Correlation):
        facts.append((t("alert.bases", language), ", ".join(base.name for base in rule.bases)))
        by, seconds = ", ".join(rule.group_by), f"{rule.timespan:,}"
        together = t("alert.threshold", language, number=rule.threshold, seconds=seconds, by=by)
        facts.append((t("alert.condition", language), together))
    said = [html.P(one.text(language), className="said") for one in reasons]
    parts: list[Any] = [html.H3(t("alert.why", language)), *said, facts_list(facts)]
    doubts = rule.falsepositives_ko if language == "ko" else rule.falsepositives
    if doubts:
        parts.append(html.P([html.B(t("alert.doubts", language)), " ", "; ".join(doubts)]))
    return html.Section(parts)


def _next(rule: Signature, language: str) -> html.Section:
    steps = rule.next_steps_ko if language == "ko" else rule.next_steps_en
    listed = html.Ol([html.Li(step) for step in steps]) if steps else empty(t("alert.next.none", language))
    return html.Section([html.H3(t("alert.next", language)), listed])


def _lines(view: AlertView, language: str) -> html.Section:
    head = html.H3(t("alert.evidence", language, number=len(view.lines)))
    if not view.lines:
        return html.Section([head, empty(t("alert.evidence.none", language))])
    return html.Section([head, *(_line(line) for line in view.lines)])


def _line(line: EvidenceLine) -> html.Div:
    digest = html.Code(f"sha256 {line.sha256[:16]}…")
    said = html.P([kst(line.time, "%m-%d %H:%M:%S"), " · ", line.feed, " · ", digest])
    return html.Div([said, html.Pre(line.line[:4000], className="raw")])


def _related(context: CentreContext, view: AlertView, language: str) -> html.Section:
    found = [*view.merged, *(one for one in view.related if one.id not in {child.id for child in view.merged})]
    head = html.H3(t("alert.related", language))
    if not found:
        return html.Section([head, empty(t("alert.related.none", language))])
    rows = [
        [
            severity_pill(one.severity, language),
            dcc.Link(rule_title(context, one.rule_id, language), href=f"/alerts?status=all&alert={one.id}"),
            site_name(context, one.site, language),
            t("alert.merged", language) if one.merged_into == view.alert.id else t(f"status.{one.status}", language),
            kst(one.last_time, "%m-%d %H:%M"),
        ]
        for one in found
    ]
    names = ("severity", "rule", "site", "state", "time")
    return html.Section([head, table([t(f"column.{name}", language) for name in names], rows)])


def _place(context: CentreContext, alert: Alert, language: str) -> html.Section:
    links = {
        "alert.site.page": f"/site/{alert.site}",
        "alert.site.alerts": "/alerts?" + urlencode({"status": "all", "site": alert.site}),
    }
    if alert.actor:
        links["alert.actor.alerts"] = "/alerts?" + urlencode({"status": "all", "actor": alert.actor})
    said = [dcc.Link(t(key, language), href=href, className="button small") for key, href in links.items()]
    return html.Section([html.H3(site_name(context, alert.site, language)), html.Div(said, className="line")])


def _acts(view: AlertView, language: str) -> html.Section:
    head = html.H3(t("alert.acts", language))
    if not view.acts:
        return html.Section([head, empty(t("alert.acts.none", language))])
    rows = [[kst(one.at), one.actor, one.action] for one in view.acts]
    names = ("time", "who", "what")
    return html.Section([head, table([t(f"column.{name}", language) for name in names], rows)])
