"""Hunt page: the analyst searches events to follow a trace: which sites have it, and since when."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update
from dash.exceptions import PreventUpdate

from secmon.auth.roles import Permission
from secmon.errors import SecmonError
from secmon.live.context import CentreContext
from secmon.search.fields import SHORT, columns
from secmon.search.query import condition
from secmon.search.search import Search, event
from secmon.web.components import charts
from secmon.web.components.grid import column, grid
from secmon.web.components.panel import attributes, page_head, panel, table
from secmon.web.components.period_picker import LASTS, period_of
from secmon.web.components.polling import pausing
from secmon.web.gateway.current_user import current_user, requires
from secmon.web.i18n.error_messages import error_message
from secmon.web.i18n.texts import t
from secmon.web.pages import visit_of
from secmon.web.pages.hunt.results import (
    event_panel,
    event_rows,
    histogram_figure,
    progress_bar,
    search_state,
    shown_of_found,
    step_text,
    value_lists,
)
from secmon.web.pages.hunt.running_searches import Searches
from secmon.web.routing import Group, Page, Visit
from secmon.web.tour.sandbox import ContextSource

PAGE = Page("hunt", r"/hunt", Group.ANALYSE, order=10, permission=Permission.HUNT, library="dash_ag_grid")

_POLL_MS = 300


def layout(context: CentreContext, visit: Visit) -> html.Div:
    """Return the layout of the page; the address holds the search."""
    language = visit.language
    return html.Div(
        [
            dcc.Store(id="hunt-search"),
            dcc.Store(id="hunt-version"),
            dcc.Interval(id="hunt-tick", interval=_POLL_MS, disabled=True),
            page_head(t("nav.hunt", language), t("hunt.note", language)),
            _form(visit),
            html.Div(id="hunt-state", className="hunt-state wide", role="status"),
            panel(
                t("hunt.time", language),
                dcc.Graph(id="hunt-histogram", figure=charts.blank(), className="graph", config=_STILL),
                note=html.Span(id="hunt-step"),
                style="panel-time wide",
            ),
            panel(t("hunt.values", language), html.Div(id="hunt-values", className="scroll"), style="panel-values"),
            panel(
                t("hunt.events", language),
                grid(
                    "hunt-events",
                    _columns(language),
                    " ",
                    rowSelection={"mode": "singleRow", "checkboxes": False, "enableClickSelection": True},
                ),
                note=html.Span(id="hunt-shown"),
                style="panel-events grid",
            ),
            html.Aside(
                id="hunt-event", className="drawer", hidden=True, **attributes(aria_label=t("hunt.event", language))
            ),
        ],
        className="site hunt",
    )


_STILL: Any = {"displayModeBar": False, "responsive": True}


def _form(visit: Visit) -> html.Div:
    language = visit.language
    known = [f"{name}:" for name in (*SHORT, *columns())]
    lasts = [{"label": t(f"period.{last}", language), "value": last} for last in LASTS]
    chosen = "" if visit.asked.get("from") else visit.asked.get("last", "24h")
    return html.Div(
        [
            dcc.Input(
                id="hunt-query",
                value=visit.asked.get("q", ""),
                type="text",
                list="hunt-fields",
                debounce=False,
                placeholder=t("hunt.placeholder", language),
                className="query",
                spellCheck="false",
                autoComplete="off",
            ),
            html.Datalist([html.Option(value=name) for name in known], id="hunt-fields"),
            dcc.Dropdown(
                id="hunt-last",
                options=lasts,
                value=chosen or None,
                clearable=True,
                searchable=False,
                placeholder=t("period.own", language),
                className="pick",
            ),
            _when("from", visit),
            _when("to", visit),
            html.Button(t("hunt.go", language), id="hunt-go", className="button main", type="button", n_clicks=0),
            html.Details([html.Summary("?"), _help(language)], className="help"),
        ],
        className="form wide",
        id="hunt-form",
    )


def _when(name: str, visit: Visit) -> dcc.Input:
    return dcc.Input(
        id=f"hunt-{name}",
        type="text",
        value=visit.asked.get(name, ""),
        placeholder=f"{t(f'period.{name}', visit.language)} 2026-11-25 09:00",
        className="when",
    )


def _help(language: str) -> html.Div:
    examples = (
        "site:11110 failed",
        "ip:203.0.113.0/24 -country:KR",
        "user:kim* AND port:[22 TO 23]",
        '"union select" OR url:*.jsp',
        "status:>=500",
    )
    names = [[html.Code(name), ", ".join(means)] for name, means in SHORT.items()]
    return html.Div(
        [
            html.P(t("hunt.help", language)),
            html.Ul([html.Li(html.Code(example)) for example in examples]),
            table([t("hunt.short", language), t("hunt.column", language)], names),
            html.P(", ".join(columns()), className="raw"),
        ],
        className="help-text",
    )


def _columns(language: str) -> list[dict[str, Any]]:
    return [
        column("time", "time", language, 200, minWidth=170),
        column("site", "site", language, 200),
        column("feed", "feed", language, 112),
        column("severity", "severity", language, 110, minWidth=100),
        column("source", "source", language, 150, minWidth=130),
        column("target", "target", language, 175, minWidth=145),
        column("summary", "summary", language, 400),
        column("type", "type", language, 165),
        column("kind", "kind", language, 110),
        column("user", "user", language, 110),
    ]


def register(app: Dash, contexts: ContextSource) -> None:
    """Register the callbacks: the address starts a search, whose results are read as they come."""
    searches = Searches()
    _register_start(app, contexts, searches)
    _register_results(app, contexts, searches)
    _register_choices(app, contexts, searches)
    app.clientside_callback(  # type: ignore[no-untyped-call]  # Dash leaves it untyped
        ClientsideFunction("secmon", "zoomed"),
        Output("url", "search", allow_duplicate=True),
        Input("hunt-histogram", "selectedData"),
        State("url", "search"),
        prevent_initial_call=True,
    )


def _register_start(app: Dash, contexts: ContextSource, searches: Searches) -> None:
    @app.callback(
        Output("url", "search", allow_duplicate=True),
        Input("hunt-go", "n_clicks"),
        Input("hunt-query", "n_submit"),
        Input("hunt-last", "value"),
        State("hunt-query", "value"),
        State("hunt-from", "value"),
        State("hunt-to", "value"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    @requires(Permission.HUNT)
    async def asked(*given: Any) -> str:
        _go, _submit, last, query, since, until, search = given
        time = {"last": last} if last else {"from": since or "", "to": until or ""}
        wanted = {"q": query or "", **{name: text for name, text in time.items() if text}}
        shown = {"q": "", "last": "24h", **dict(parse_qsl((search or "").lstrip("?")))}
        shown.pop("lang", None)
        if wanted == shown or wanted == {name: text for name, text in shown.items() if name != "last"}:
            raise PreventUpdate  # Dash triggers the callback for each field as it appears on the page
        return "?" + urlencode(wanted)

    @app.callback(
        Output("hunt-search", "data"),
        Output("hunt-state", "children"),
        Output("hunt-tick", "disabled"),
        Output("hunt-query", "value"),
        Output("hunt-version", "data"),
        Input("url", "search"),
        State("url", "pathname"),
        State("language", "data"),
    )
    @requires(Permission.HUNT)
    async def begin(search: str | None, path: str, language: str) -> tuple[Any, ...]:
        context = contexts.current()
        visit = visit_of(path, search or "", language)
        if visit is None or visit.page.name != "hunt":
            raise PreventUpdate
        query = visit.asked.get("q", "")
        try:
            period = period_of(visit.asked, context.clock())
            wanted = Search(condition(query), current_user().scope, period.since, period.until)
        except SecmonError as error:
            refused = html.P(
                [t("hunt.refused", language), html.Br(), error_message(error, language)], className="failed"
            )
            return None, refused, True, query, 0
        return searches.start(context.store, wanted, _owner()), progress_bar(0.0, language), False, query, 0


def _register_results(app: Dash, contexts: ContextSource, searches: Searches) -> None:
    @app.callback(
        Output("hunt-events", "rowData"),
        Output("hunt-histogram", "figure"),
        Output("hunt-step", "children"),
        Output("hunt-values", "children"),
        Output("hunt-shown", "children"),
        Output("hunt-state", "children", allow_duplicate=True),
        Output("hunt-tick", "disabled", allow_duplicate=True),
        Output("hunt-version", "data", allow_duplicate=True),
        Input("hunt-tick", "n_intervals"),
        State("hunt-search", "data"),
        State("hunt-version", "data"),
        State("language", "data"),
        running=pausing("hunt-tick", _POLL_MS),
        prevent_initial_call=True,
    )
    @requires(Permission.HUNT)
    async def results(_tick: int, uid: str | None, version: int | None, language: str) -> tuple[Any, ...]:
        context = contexts.current()
        running = searches.get(uid or "", _owner())
        if running is None:
            return (*[no_update] * 6, True, no_update)
        # Polling costs a look-up only: the version tells whether the thread has found anything new since the last
        # answer.
        if running.version == version and not running.finished:
            raise PreventUpdate
        return (
            event_rows(context, running, language),
            histogram_figure(running, language),
            step_text(running.step, language) if running.step else "",
            value_lists(context, running, language),
            shown_of_found(running, language),
            search_state(context, running, language),
            running.finished,
            running.version,
        )


def _register_choices(app: Dash, contexts: ContextSource, searches: Searches) -> None:
    @app.callback(
        Output("hunt-state", "children", allow_duplicate=True),
        Output("hunt-tick", "disabled", allow_duplicate=True),
        Input("hunt-cancel", "n_clicks"),
        State("hunt-search", "data"),
        State("language", "data"),
        prevent_initial_call=True,
    )
    @requires(Permission.HUNT)
    async def cancel(clicks: int | None, uid: str | None, language: str) -> tuple[Any, ...]:
        running = searches.get(uid or "", _owner())
        if not clicks or running is None:
            raise PreventUpdate
        running.cancelled = True
        return html.P(t("hunt.cancelled", language, events=len(running.events))), True

    @app.callback(
        Output("hunt-event", "children"),
        Output("hunt-event", "hidden"),
        Input("hunt-events", "selectedRows"),
        State("language", "data"),
        prevent_initial_call=True,
    )
    @requires(Permission.HUNT)
    async def chosen(rows: list[dict[str, Any]] | None, language: str) -> tuple[Any, ...]:
        context = contexts.current()
        if not rows:
            return None, True
        batch_id, seq = str(rows[0]["uid"]).rsplit(":", 1)
        found = event(context.store, current_user().scope, batch_id, int(seq))
        return event_panel(found, language), False


def _owner() -> str:
    principal = current_user()
    return f"{principal.name}|{principal.session}"
