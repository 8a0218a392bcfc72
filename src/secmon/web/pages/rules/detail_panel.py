"""Panel of one rule: purpose, quality, exceptions and possible actions."""

from typing import Any

from dash import dcc, html

from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.detection import exceptions_registry
from secmon.detection.rule_states import RuleState
from secmon.detection.sigma.correlation_rule import Correlation
from secmon.detection.sigma.rule import Rule, Signature
from secmon.live.context import CentreContext
from secmon.web.components.actions import button
from secmon.web.components.panel import empty, facts_list, severity_pill, table
from secmon.web.i18n.names import site_name
from secmon.web.i18n.texts import kst, t
from secmon.web.pages.rules.view import RuleQuality


def title_of(rule: Signature, language: str) -> str:
    """Return the title of a rule in the language of the page."""
    return rule.title_ko if language == "ko" else rule.title_en


def kind_of(rule: Signature) -> str:
    """Return the kind of a rule: 'rule' (single events), 'correlation' (several together) or 'builtin'."""
    if isinstance(rule, Correlation):
        return "correlation"
    return "rule" if isinstance(rule, Rule) else "builtin"


def state_of(one: RuleQuality) -> str:
    """Return the state of a rule; 'asked' if it runs."""
    return str(one.standing.state) if one.standing else "asked"


def rule_panel(context: CentreContext, principal: Principal, one: RuleQuality, language: str) -> list[Any]:
    """Return the children of the panel."""
    rule, korean = one.rule, language == "ko"
    shut = dcc.Link("✕", href="/rules", className="tool", title=t("page.close", language))
    doubts = rule.falsepositives_ko if korean else rule.falsepositives
    steps = rule.next_steps_ko if korean else rule.next_steps_en
    return [
        html.Header(
            [
                html.Div([severity_pill(rule.severity, language), html.H2(title_of(rule, language))], className="line"),
                shut,
            ]
        ),
        html.Div(_buttons(principal, one, language), className="line"),
        html.P(rule.description_ko if korean else rule.description_en, className="said"),
        facts_list(_facts(one, language)),
        _list(t("rules.falsepositives", language), doubts),
        _list(t("rules.steps", language), steps),
        html.Section([html.H3(t("rules.exceptions", language)), _exceptions(context, principal, rule, language)]),
    ]


def _buttons(principal: Principal, one: RuleQuality, language: str) -> list[Any]:
    if not principal.may(Permission.SETTINGS) or kind_of(one.rule) == "builtin":
        return []
    off = one.standing is not None and one.standing.state != RuleState.WATCHED
    return [
        button("rules", "enable" if off else "disable", one.rule.id, language),
        button("rules", "add", one.rule.id, language),
    ]


def _facts(one: RuleQuality, language: str) -> list[tuple[str, Any]]:
    facts: list[tuple[str, Any]] = [
        (t("column.state", language), t(f"rules.state.{state_of(one)}", language)),
        (t("rules.file", language), one.rule.path.name),
        ("ATT&CK", ", ".join(one.rule.attack_uids) or "–"),
        (t("rules.confidence", language), f"{one.rule.confidence:.0%}"),
        (t("rules.runs", language), f"{one.runs.runs:,} · {one.runs.milliseconds:,.1f} ms"),
        (t("rules.last_run", language), kst(one.runs.last)),
    ]
    if one.standing:
        by = one.standing.author or t("rules.program", language)
        facts.insert(1, (t("column.reason", language), f"{one.standing.reason} ({by}, {kst(one.standing.since)})"))
    if one.runs.error:
        facts.append((t("rules.error", language), one.runs.error))
    if one.runs.held_back:
        facts.append((t("rules.held_back", language), f"{one.runs.held_back:,}"))
    closed = ", ".join(f"{t(f'closure.{name}', language)} {number}" for name, number in one.outcome.closed.items())
    return [*facts, (t("rules.closed", language), closed or "–")]


def _list(title: str, lines: tuple[str, ...]) -> Any:
    return html.Section([html.H3(title), html.Ol([html.Li(line) for line in lines])]) if lines else None


def _exceptions(context: CentreContext, principal: Principal, rule: Signature, language: str) -> Any:
    found = exceptions_registry.all_rule_exceptions(context.db, rule.id)
    if not found:
        return empty(t("rules.exceptions.none", language))
    now, rows = context.clock(), []
    for one in found:
        what = one.exemption
        where = site_name(context, what.site, language) if what.site else t("rules.everywhere", language)
        said = f"{where} · {what.field} = {what.value}" if what.field else where
        runs = one.until > now
        may = runs and principal.may(Permission.SETTINGS)
        act = button("rules", "remove", what.id, language, "button small") if may else ""
        until = kst(one.until, "%m-%d %H:%M") if runs else t("rules.over", language)
        rows.append([said, f"{one.reason} ({one.author})", until, f"{one.suppressed:,}", act])
    names = ("rules.what", "column.reason", "column.expires", "rules.suppressed", "column.act")
    return table([t(name, language) for name in names], rows)
