"""Alerts page: the operator decides for each alert what it is and what follows from it."""

import asyncio
from typing import Any
from urllib.parse import urlencode

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from secmon.alerts.suppression import lift_suppression
from secmon.auth.roles import Permission
from secmon.db.transaction import Change
from secmon.errors import SecmonError
from secmon.live.context import CentreContext
from secmon.web.components.dialog import action_of, answers, ok, register_dialog, states
from secmon.web.components.panel import page_head
from secmon.web.components.polling import pausing
from secmon.web.gateway.current_user import current_user, require, requires
from secmon.web.i18n.error_messages import error_message
from secmon.web.i18n.texts import t
from secmon.web.pages import visit_of
from secmon.web.pages.alerts.actions import ASKING, DIRECT, act
from secmon.web.pages.alerts.detail_panel import alert_panel, read_alert
from secmon.web.pages.alerts.filter import CHIPS, filter_of
from secmon.web.pages.alerts.forms import alert_grid, buttons, filters, question
from secmon.web.pages.alerts.rows import queue_rows
from secmon.web.routing import Group, Page, Visit
from secmon.web.tour.sandbox import ContextSource

PAGE = Page("alerts", r"/alerts", Group.WATCH, order=20, library="dash_ag_grid")

_REFRESH_MS = 3000


def layout(_context: CentreContext, visit: Visit) -> html.Div:
    """Return the layout of the page; the address selects the alerts."""
    language = visit.language
    may = current_user().may(Permission.TRIAGE)
    return html.Div(
        [
            dcc.Interval(id="alerts-tick", interval=_REFRESH_MS),
            dcc.Store(id="alerts-state"),
            dcc.Store(id="alerts-done"),
            page_head(
                t("nav.alerts", language),
                t("alerts.page.note", language),
                html.Span(t("alerts.keys", language), className="asof keys-hint"),
            ),
            filters(filter_of(visit.asked), language),
            html.Div(id="alerts-chips", className="chips wide"),
            html.Div(buttons(language) if may else [], className="bulk wide", id="alerts-bulk"),
            html.Div(id="alerts-said", className="wide", role="status"),
            html.Div(id="alerts-groups", className="groups wide"),
            html.Div(
                [
                    html.Section(
                        [
                            html.Header([html.H2(t("alerts.queue", language)), html.Span(id="alerts-number")]),
                            alert_grid(language),
                        ],
                        className="panel grid",
                    ),
                    html.Aside(id="alerts-panel", className="side-panel", hidden=True),
                ],
                className="queue wide",
            ),
            question(language),
        ],
        className="site alerts-page",
    )


def register(app: Dash, contexts: ContextSource) -> None:
    """Register the callbacks: filters to address, address to rows, a row to its panel, buttons to actions."""
    _register_filter(app)
    _register_rows(app, contexts)
    _register_panel(app, contexts)
    register_dialog(app, "alerts", ASKING, State("alerts-grid", "selectedRows"))
    _register_acts(app, contexts)
    _register_lift(app, contexts)


def _register_filter(app: Dash) -> None:
    @app.callback(
        Output("url", "search", allow_duplicate=True),
        Input("alerts-q", "value"),
        Input("alerts-status", "value"),
        Input("alerts-least", "value"),
        Input("alerts-type", "value"),
        Input("alerts-group", "value"),
        State("url", "search"),
        State("url", "pathname"),
        State("language", "data"),
        prevent_initial_call=True,
    )
    @requires(Permission.VIEW)
    async def chosen(q: str | None, *given: Any) -> str:
        status, least, kind, group, search, path, language = given
        visit = visit_of(path, search or "", language)
        if visit is None or visit.page.name != "alerts":
            raise PreventUpdate
        kept = {name: text for name, text in visit.asked.items() if name in (*CHIPS, "alert")}
        parts = {"status": status, "least": least, "type": kind, "group": group, "q": q or "", **kept}
        if filter_of({name: str(text) for name, text in parts.items()}) == filter_of(visit.asked):
            raise PreventUpdate
        defaults = {"status": "open", "least": "0"}
        return "?" + urlencode({name: text for name, text in parts.items() if text and defaults.get(name) != text})


def _register_rows(app: Dash, contexts: ContextSource) -> None:
    @app.callback(
        Output("alerts-grid", "rowData"),
        Output("alerts-number", "children"),
        Output("alerts-chips", "children"),
        Output("alerts-groups", "children"),
        Output("alerts-state", "data"),
        Input("url", "search"),
        Input("alerts-tick", "n_intervals"),
        Input("alerts-done", "data"),
        State("alerts-state", "data"),
        State("url", "pathname"),
        State("language", "data"),
        running=pausing("alerts-tick", _REFRESH_MS),
    )
    @requires(Permission.VIEW)
    async def rows(search: str | None, _tick: int, _done: Any, state: str | None, path: str, language: str) -> Any:
        context = contexts.current()
        visit = visit_of(path, search or "", language)
        if visit is None or visit.page.name != "alerts":
            raise PreventUpdate
        made = await asyncio.to_thread(queue_rows, context, visit, state)
        if made is None:
            raise PreventUpdate
        return made


def _register_panel(app: Dash, contexts: ContextSource) -> None:
    @app.callback(
        Output("alerts-panel", "children"),
        Output("alerts-panel", "hidden"),
        Input("alerts-grid", "cellClicked"),
        Input("url", "search"),
        Input("alerts-done", "data"),
        State("alerts-grid", "rowData"),
        State("url", "pathname"),
        State("language", "data"),
        prevent_initial_call=False,
    )
    @requires(Permission.VIEW)
    async def opened(clicked: dict[str, Any] | None, search: str | None, *given: Any) -> tuple[Any, ...]:
        context = contexts.current()
        _done, _rows_now, path, language = given
        visit = visit_of(path, search or "", language)
        if visit is None or visit.page.name != "alerts":
            raise PreventUpdate
        by_click = ctx.triggered_id == "alerts-grid" and clicked
        number = clicked["rowId"] if by_click and clicked else visit.asked.get("alert", "")
        if not str(number).isdecimal():
            return no_update, no_update if ctx.triggered_id == "alerts-done" else True
        try:
            view = await asyncio.to_thread(read_alert, context, current_user().scope, int(number))
        except SecmonError as error:
            return html.P(error_message(error, language), className="failed"), False
        return alert_panel(context, view, language), False


def _register_acts(app: Dash, contexts: ContextSource) -> None:
    @app.callback(
        Output("alerts-said", "children"),
        Output("alerts-done", "data"),
        Output("alerts-grid", "selectedRows"),
        Output("alerts-refused", "children", allow_duplicate=True),
        *(Input({"type": f"alerts-do-{name}", "to": ALL}, "n_clicks") for name in DIRECT),
        ok("alerts"),
        *states("alerts"),
        State("alerts-grid", "selectedRows"),
        State("alerts-done", "data"),
        State("language", "data"),
        prevent_initial_call=True,
    )
    @requires(Permission.TRIAGE)
    async def done(*given: Any) -> tuple[Any, ...]:
        context = contexts.current()
        rows, before, language = given[-3:]
        if not ctx.triggered[0]["value"]:
            raise PreventUpdate  # Dash triggers the callback once for each button as it appears
        confirmed = ctx.triggered_id == "alerts-ok"
        asking, filled = answers("alerts", given[len(DIRECT) + 1 : -3])
        name = action_of("alerts", asking if confirmed else ctx.triggered_id)
        require(Permission.INCIDENT if name == "incident" else Permission.TRIAGE)
        chosen = [(int(row["uid"]), int(row["version"])) for row in rows or ()]
        try:
            said = await asyncio.to_thread(act, context, current_user(), name, chosen, filled, language)
        except SecmonError as error:
            refused = html.Span(error_message(error, language), className="failed")
            return (no_update, no_update, no_update, refused) if confirmed else (refused, no_update, no_update, "")
        return html.P(said, className="done"), (before or 0) + 1, [], ""


def _register_lift(app: Dash, contexts: ContextSource) -> None:
    """Register the button of the panel that lifts the suppression of such alerts."""

    @app.callback(
        Output("alerts-said", "children", allow_duplicate=True),
        Output("alerts-done", "data", allow_duplicate=True),
        Input({"type": "alerts-do-lift", "to": ALL}, "n_clicks"),
        State("alerts-done", "data"),
        State("language", "data"),
        prevent_initial_call=True,
    )
    @requires(Permission.TRIAGE)
    async def lifted(_clicks: list[int], before: int | None, language: str) -> tuple[Any, Any]:
        context, user = contexts.current(), current_user()
        if not ctx.triggered[0]["value"]:
            raise PreventUpdate  # Dash triggers the callback once for the button as it appears
        change = Change(context.db, user.scope, user.actor, context.clock())
        try:
            await asyncio.to_thread(lift_suppression, change, int(ctx.triggered_id["to"]))
        except SecmonError as error:
            return html.Span(error_message(error, language), className="failed"), no_update
        return html.P(t("alerts.done.lift", language), className="done"), (before or 0) + 1
