"""Alert history page: the analyst finds an old alert, and what became of it."""

import asyncio
from typing import Any
from urllib.parse import urlencode

from dash import Dash, Input, Output, State, html
from dash.exceptions import PreventUpdate

from secmon.alerts import queries as alert_queries
from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.live.context import CentreContext
from secmon.web.components.grid import BLOCK, endless
from secmon.web.components.panel import page_head
from secmon.web.gateway.current_user import current_user, requires
from secmon.web.i18n.texts import kst, t
from secmon.web.pages import visit_of
from secmon.web.pages.alerts.filter import CHIPS, AlertFilter, filter_of
from secmon.web.pages.alerts.forms import alert_columns, filters
from secmon.web.pages.alerts.rows import alert_row
from secmon.web.routing import Group, Page, Visit
from secmon.web.tour.sandbox import ContextSource

PAGE = Page("history", r"/history", Group.ANALYSE, order=30)


def layout(_context: CentreContext, visit: Visit) -> html.Div:
    """Return the layout of the page; the address selects the alerts, all of them by default."""
    language = visit.language
    return html.Div(
        [
            page_head(t("nav.history", language), t("history.note", language)),
            filters(_chosen(visit), language, "history"),
            html.Section(
                [
                    html.Header([html.H2(t("history.alerts", language)), html.Span(id="history-number")]),
                    html.Div(id="history-holder", className="stack"),
                ],
                className="panel grid wide",
            ),
        ],
        className="site history",
    )


def register(app: Dash, contexts: ContextSource) -> None:
    """Register the callbacks: filters to address, address to newest rows, scrolling to older rows, row to panel."""

    @app.callback(
        Output("url", "search", allow_duplicate=True),
        Input("history-q", "value"),
        Input("history-status", "value"),
        Input("history-least", "value"),
        Input("history-type", "value"),
        State("url", "search"),
        State("url", "pathname"),
        State("language", "data"),
        prevent_initial_call=True,
    )
    @requires(Permission.VIEW)
    async def chosen(q: str | None, status: str, least: str, kind: str, search: str, path: str, language: str) -> str:
        visit = _visit(path, search, language)
        kept = {name: text for name, text in visit.asked.items() if name in CHIPS}
        parts = {"status": status, "least": least, "type": kind, "q": q or "", **kept}
        if filter_of(parts) == _chosen(visit):
            raise PreventUpdate
        defaults = {"status": "all", "least": "0"}
        return "?" + urlencode({name: text for name, text in parts.items() if text and defaults.get(name) != text})

    @app.callback(
        Output("history-holder", "children"),
        Input("url", "search"),
        State("url", "pathname"),
        State("language", "data"),
    )
    @requires(Permission.VIEW)
    async def begin(search: str | None, path: str, language: str) -> Any:
        _visit(path, search, language)
        return endless("history-grid", _columns(language), t("alerts.nothing", language))

    @app.callback(
        Output("history-grid", "getRowsResponse"),
        Output("history-number", "children"),
        Input("history-grid", "getRowsRequest"),
        State("url", "search"),
        State("url", "pathname"),
        State("language", "data"),
        prevent_initial_call=True,
    )
    @requires(Permission.VIEW)
    async def rows(asked: dict[str, Any] | None, search: str, path: str, language: str) -> tuple[Any, ...]:
        context = contexts.current()
        if not asked:
            raise PreventUpdate
        visit = _visit(path, search, language)
        return await asyncio.to_thread(_read, context, visit, current_user(), int(asked["startRow"]))

    @app.callback(
        Output("url", "href", allow_duplicate=True),
        Input("history-grid", "cellClicked"),
        prevent_initial_call=True,
    )
    @requires(Permission.VIEW)
    async def opened(clicked: dict[str, Any] | None) -> str:
        if not clicked or not str(clicked.get("rowId", "")).isdecimal():
            raise PreventUpdate
        return f"/alerts?status=all&alert={clicked['rowId']}"


def _visit(path: str, search: str | None, language: str) -> Visit:
    visit = visit_of(path, search or "", language)
    if visit is None or visit.page.name != "history":
        raise PreventUpdate
    return visit


def _chosen(visit: Visit) -> AlertFilter:
    return filter_of({"status": "all", **visit.asked})


def _columns(language: str) -> list[dict[str, Any]]:
    return [{**one, "width": 200} if one["field"] == "time" else one for one in alert_columns(language)]


def _read(context: CentreContext, visit: Visit, principal: Principal, start: int) -> tuple[dict[str, Any], str]:
    """Return a block of rows from an offset on, and the total number of rows."""
    wanted, language = _chosen(visit).wanted(context, principal.name), visit.language
    number = alert_queries.count_matching_alerts(context.db, principal.scope, wanted)
    alerts = alert_queries.search_alerts(context.db, principal.scope, wanted, limit=BLOCK, offset=max(0, start))
    rows = [alert_row(context, one, language) | {"time": kst(one.last_time, "%Y-%m-%d %H:%M:%S")} for one in alerts]
    return {"rowData": rows, "rowCount": number}, t("history.number", language, number=number)
