"""Rules page: which rules are noisy, which fail, and which techniques no rule covers."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update
from dash.exceptions import PreventUpdate

from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.db.audit_log import Act, Actor, record_act
from secmon.detection import exceptions_registry, rule_states
from secmon.detection.engine.rule_tuning import check_rule_exception
from secmon.detection.sigma.rule_exception import RuleException
from secmon.errors import SecmonError, UsageError
from secmon.live.context import CentreContext
from secmon.web.components.actions import action_result, register_actions
from secmon.web.components.dialog import Answers, DialogField, dialog
from secmon.web.components.grid import column, grid
from secmon.web.components.panel import failed, page_head, panel, tile
from secmon.web.components.polling import pausing
from secmon.web.gateway.current_user import current_user, requires
from secmon.web.i18n.texts import kst, t
from secmon.web.pages import visit_of
from secmon.web.pages.rules.attack_matrix import drawn, read_cells
from secmon.web.pages.rules.detail_panel import kind_of, rule_panel, state_of, title_of
from secmon.web.pages.rules.view import RuleQuality, read_rules, rule_set
from secmon.web.routing import Group, Page, Visit
from secmon.web.tour.sandbox import ContextSource

PAGE = Page("rules", r"/rules", Group.ANALYSE, order=60, permission=Permission.TRIAGE, library="dash_ag_grid")

_SETTINGS = Permission.SETTINGS
ACTIONS = dict.fromkeys(("disable", "enable", "add", "remove"), _SETTINGS)
_COLUMNS = ("src_endpoint_ip", "dst_endpoint_ip", "user_name", "device_hostname", "http_request_url_string")
"""Columns of events that an exception may name here; on the command line, any field of the rule."""
_LONGEST = 366
_NOISY = 0.5


def layout(_context: CentreContext, visit: Visit) -> html.Div:
    """Return the layout of the page; `?tab=attack` shows the matrix, `?rule=<id>` opens a rule."""
    language, matrix = visit.language, visit.asked.get("tab") == "attack"
    tabs = [
        html.A(t(f"rules.tab.{name}", language), href=href, className="here" if here else "")
        for name, href, here in (("list", "/rules", not matrix), ("attack", "/rules?tab=attack", matrix))
    ]
    head = page_head(t("nav.rules", language), t("rules.about", language), html.Nav(tabs, className="tabs asof"))
    if matrix:
        body = html.Div(id="rules-attack", className="scroll")
        return html.Div([head, panel(t("rules.tab.attack", language), body, style="wide tall")], className="site rules")
    listed = panel(t("rules.list", language), _grid(language), note=t("rules.list.note", language), style="grid")
    return html.Div(
        [
            dcc.Interval(id="rules-tick", interval=30_000),
            head,
            html.Div(id="rules-tiles", className="kpis four wide"),
            action_result("rules"),
            html.Div([listed, html.Aside(id="rules-one", className="side-panel", hidden=True)], className="queue wide"),
            dialog("rules", _asked(language), language),
        ],
        className="site rules",
    )


def _asked(language: str) -> Mapping[str, list[DialogField]]:
    reason = DialogField("note", t("rules.reason", language))
    options = [("site", t("column.site", language)), *((name, name) for name in _COLUMNS)]
    return {
        "disable": [reason],
        "enable": [],
        "remove": [],
        "add": [
            DialogField("choice", t("rules.field", language), options),
            DialogField("title", t("rules.value", language)),
            DialogField("number", t("rules.days", language)),
            reason,
        ],
    }


def _grid(language: str) -> Any:
    whole = {"function": "params.value == null ? '–' : d3.format(',')(params.value)"}
    percent = {"function": "params.value == null ? '–' : d3.format('.0%')(params.value)"}
    tenth = {"function": "params.value == null ? '–' : d3.format(',.1f')(params.value)"}
    return grid(
        "rules-grid",
        [
            column("severity", "severity", language, 105, cellClass={"function": "'pill-s' + params.data.level"}),
            column("rule", "title", language, 320),
            column("kind", "kind", language, 110),
            column("state", "state", language, 105),
            column("findings", "findings", language, 105, valueFormatter=whole),
            column("sites", "sites", language, 100, valueFormatter=whole),
            column("alerts", "alerts", language, 90, valueFormatter=whole),
            column("closed", "closed", language, 95, valueFormatter=whole),
            column("false_share", "false", language, 95, valueFormatter=percent),
            column("errors", "errors", language, 90, valueFormatter=whole),
            column("duration", "ms", language, 120, valueFormatter=tenth),
            column("exceptions", "exceptions", language, 95, valueFormatter=whole),
            column("last", "last", language, 135),
        ],
        t("rules.none", language),
    )


def register(app: Dash, contexts: ContextSource) -> None:
    """Register the callbacks of the list, the chosen rule, the matrix, and the actions on a rule."""

    @app.callback(
        Output("rules-grid", "rowData"),
        Output("rules-tiles", "children"),
        Input("rules-tick", "n_intervals"),
        Input("rules-done", "data"),
        State("language", "data"),
        running=pausing("rules-tick", 30_000),
    )
    @requires(Permission.TRIAGE)
    async def rows(_tick: int, _done: Any, language: str) -> Any:
        context = contexts.current()
        try:
            found = await asyncio.to_thread(read_rules, context)
        except SecmonError as error:
            return no_update, failed(error, language)
        return [_row(one, language) for one in found], _tiles(found, language)

    @app.callback(
        Output("url", "search", allow_duplicate=True),
        Input("rules-grid", "cellClicked"),
        prevent_initial_call=True,
    )
    @requires(Permission.TRIAGE)
    async def clicked(cell: dict[str, Any] | None) -> str:
        if not cell:
            raise PreventUpdate
        return f"?rule={cell['rowId']}"

    @app.callback(
        Output("rules-one", "children"),
        Output("rules-one", "hidden"),
        Input("url", "search"),
        Input("rules-done", "data"),
        State("url", "pathname"),
        State("language", "data"),
    )
    @requires(Permission.TRIAGE)
    async def one(search: str | None, _done: Any, path: str, language: str) -> Any:
        context = contexts.current()
        visit = visit_of(path, search or "", language)
        if visit is None or visit.page.name != "rules":
            raise PreventUpdate
        wanted = visit.asked.get("rule", "")
        found = await asyncio.to_thread(read_rules, context) if wanted else []
        chosen = next((rule for rule in found if rule.rule.id == wanted), None)
        if chosen is None:
            return None, True
        return await asyncio.to_thread(rule_panel, context, current_user(), chosen, language), False

    @app.callback(Output("rules-attack", "children"), Input("rules-attack", "id"), State("language", "data"))
    @requires(Permission.TRIAGE)
    async def attack(_id: str, language: str) -> Any:
        context = contexts.current()
        try:
            return drawn(await asyncio.to_thread(read_cells, context), language)
        except SecmonError as error:
            return failed(error, language)

    register_actions(app, "rules", ACTIONS, lambda *given: _act(contexts.current(), *given))


def _row(one: RuleQuality, language: str) -> dict[str, Any]:
    return {
        "uid": one.rule.id,
        "level": int(one.rule.severity),
        "severity": t(f"severity.{int(one.rule.severity)}", language),
        "title": title_of(one.rule, language),
        "kind": t(f"rules.kind.{kind_of(one.rule)}", language),
        "state": t(f"rules.state.{state_of(one)}", language),
        "findings": one.findings,
        "sites": one.sites,
        "alerts": one.outcome.alerts,
        "closed": sum(one.outcome.closed.values()),
        "false": one.outcome.false_share,
        "errors": one.runs.errors,
        "ms": one.runs.milliseconds if one.runs.runs else None,
        "exceptions": one.exceptions,
        "last": kst(one.last, "%m-%d %H:%M"),
    }


def _tiles(found: list[RuleQuality], language: str) -> list[Any]:
    off = sum(state_of(one) in {"disabled", "isolated"} for one in found)
    failing = sum(one.runs.errors > 0 for one in found)
    noisy = sum((one.outcome.false_share or 0.0) > _NOISY for one in found)
    loud = sum(one.findings > 0 for one in found)
    values = (
        ("asked", len(found) - off, "ok"),
        ("loud", loud, ""),
        ("off", off, "warn" if off else "ok"),
        ("bad", failing + noisy, "warn" if failing + noisy else "ok"),
    )
    return [
        tile(t(f"rules.tile.{name}", language), f"{value:,}", t(f"rules.tile.{name}.note", language), style)
        for name, value, style in values
    ]


def _act(context: CentreContext, principal: Principal, action: str, target: str, filled: Answers, language: str) -> str:
    db, now = context.db, context.clock()
    reason = filled.note.strip()
    if action in {"disable", "add"} and not reason:
        raise UsageError("rule.reason_missing")
    if action == "disable":
        rule_states.disable_rule(db, target, reason=reason, author=principal.name, now=now)
    elif action == "enable":
        rule_states.enable_rule(db, target)
    elif action == "add":
        days = filled.number
        if not 0 < days <= _LONGEST:
            raise UsageError("exception.days_not_valid", most=_LONGEST)
        wanted = _exemption(context, target, filled)
        check_rule_exception(rule_set(context), wanted)
        until = now + timedelta(days=days)
        exceptions_registry.add_rule_exception(db, wanted, now, until, reason=reason, author=principal.name)
    else:
        exceptions_registry.end_rule_exception(db, int(target), now)
    subject = f"exception:{target}" if action == "remove" else f"rule:{target}"
    _kept(
        context, principal.actor, f"rule.{action}", subject, {"reason": reason, "of": filled.choice, "is": filled.title}
    )
    return t(f"rules.done.{action}", language)


def _exemption(context: CentreContext, rule: str, filled: Answers) -> RuleException:
    value = filled.title.strip()
    if filled.choice == "site":
        if context.site(value) is None:
            raise UsageError("site.unknown", code=value)
        return RuleException(0, rule, site=value)
    if filled.choice not in _COLUMNS or not value:
        raise UsageError("exception.not_chosen")
    return RuleException(0, rule, field=filled.choice, value=value)


def _kept(context: CentreContext, actor: Actor, action: str, subject: str, after: Mapping[str, str]) -> None:
    """Write an entry to the audit log, without empty values."""
    said = {name: text for name, text in after.items() if text}
    with context.db.begin() as session:
        record_act(session, Act(actor, action, subject, context.clock(), after=said))
