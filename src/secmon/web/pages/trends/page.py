"""Trends page: the supervisor sees what has changed, and whether it is the world or the own sites."""

import asyncio
from statistics import median
from typing import Any
from urllib.parse import urlencode

from dash import Dash, Input, Output, State, dcc, html
from dash.exceptions import PreventUpdate

from secmon.auth.roles import Permission
from secmon.csv_export import sheet
from secmon.errors import SecmonError
from secmon.live.context import CentreContext
from secmon.store import sql
from secmon.taxonomy import AttackType
from secmon.web.components import charts
from secmon.web.components.panel import empty, failed, page_head, panel, tile
from secmon.web.components.period_picker import LASTS, PickedPeriod, period_of
from secmon.web.gateway.current_user import current_user, requires
from secmon.web.i18n.texts import kst, t
from secmon.web.pages import visit_of
from secmon.web.pages.trends.charts import hour_of_week, provinces_compared, types_over_time
from secmon.web.pages.trends.tables import chart_tables, province_name, shown, top_tables
from secmon.web.pages.trends.view import Tops, TrendsView, read_tops, read_trends
from secmon.web.routing import Group, Page, Visit
from secmon.web.tour.sandbox import ContextSource

PAGE = Page("trends", r"/trends", Group.ANALYSE, order=20)

_GRAPH: Any = {"displaylogo": False, "responsive": True, "modeBarButtons": [["toImage"]]}
_CHARTS = ("types", "week", "provinces")
_TOPS = ("sources", "countries", "targets", "rules")
_QUERIES = {
    "types": "trends_types",
    "week": "trends_week",
    "provinces": "trends_sites",
    "sources": "trends_sources",
    "countries": "trends_countries",
    "targets": "trends_targets",
    "rules": "trends_rules",
}


def layout(_context: CentreContext, visit: Visit) -> html.Div:
    """Return the layout of the page."""
    language = visit.language
    lasts = [{"label": t(f"period.{last}", language), "value": last} for last in LASTS[2:]]
    picked = dcc.Dropdown(
        id="trends-last",
        options=lasts,
        value=visit.asked.get("last", "24h"),
        clearable=False,
        searchable=False,
        className="pick",
    )
    return html.Div(
        [
            page_head(
                t("nav.trends", language),
                t("trends.note", language),
                html.Span(id="trends-asof", className="asof"),
                picked,
            ),
            dcc.Store(id="trends-shown"),
            html.Div(id="trends-error", className="wide"),
            html.Div(id="trends-tiles", className="kpis wide"),
            *(_chart(name, language) for name in _CHARTS),
            *(_top(name, language) for name in _TOPS),
        ],
        className="site trends",
    )


def _tools(name: str, language: str) -> html.Span:
    return html.Span(
        [
            html.Button("CSV", id=f"trends-{name}-csv", className="button small", title=t("trends.csv", language)),
            dcc.Download(id=f"trends-{name}-file"),
        ]
    )


def _chart(name: str, language: str) -> html.Section:
    legend = charts.type_legend(language) if name == "types" else None
    return panel(
        t(f"trends.{name}", language),
        html.Div(
            [
                legend,
                dcc.Graph(id=f"trends-{name}", figure=charts.blank(), className="graph", config=_GRAPH),
                html.Details([html.Summary(t("trends.table", language)), html.Div(id=f"trends-{name}-table")]),
                _query(name, language),
            ],
            className="stack",
        ),
        note=_tools(name, language),
        style=f"chart panel-{name}" + (" wide" if name == "types" else ""),
    )


def _top(name: str, language: str) -> html.Section:
    return panel(
        t(f"trends.{name}", language),
        html.Div(id=f"trends-{name}-table", className="scroll"),
        _query(name, language),
        note=_tools(name, language),
        style=f"panel-{name}",
    )


def _query(name: str, language: str) -> html.Details:
    """Return the query behind a chart, for readers who want to check it."""
    return html.Details(
        [html.Summary("SQL", title=t("trends.query", language)), html.Pre(sql.query(_QUERIES[name]))],
        className="query-text",
    )


def register(app: Dash, contexts: ContextSource) -> None:
    """Register the callbacks: two reads fill the page; each part can be exported as CSV."""

    @app.callback(
        Output("url", "search", allow_duplicate=True),
        Input("trends-last", "value"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    @requires(Permission.METRICS)
    async def picked(last: str, search: str | None) -> str:
        wanted = "?" + urlencode({"last": last})
        if search == wanted or (not search and last == "24h"):
            raise PreventUpdate
        return wanted

    _register_charts(app, contexts)
    _register_tops(app, contexts)
    for name in (*_CHARTS, *_TOPS):
        _register_csv(app, contexts, name)


def _register_charts(app: Dash, contexts: ContextSource) -> None:
    """Register the charts, which come from the totals at once; the top lists of the same period follow later."""

    @app.callback(
        Output("trends-asof", "children"),
        Output("trends-error", "children"),
        Output("trends-tiles", "children"),
        *(Output(f"trends-{name}", "figure") for name in _CHARTS),
        *(Output(f"trends-{name}-table", "children") for name in (*_CHARTS, *_TOPS)),
        Output("trends-shown", "data"),
        Input("url", "search"),
        State("url", "pathname"),
        State("language", "data"),
    )
    @requires(Permission.METRICS)
    async def fill(search: str | None, path: str, language: str) -> tuple[Any, ...]:
        context = contexts.current()
        visit = visit_of(path, search or "", language)
        if visit is None or visit.page.name != "trends":
            raise PreventUpdate
        try:
            view = await asyncio.to_thread(_read, context, period_of(visit.asked, context.clock()))
        except SecmonError as error:
            blank = charts.blank()
            return ("", failed(error, language), None, blank, blank, blank, *[None] * 7, None)
        made, period = chart_tables(context, view, language), view.period
        since, until = kst(period.since, "%m-%d %H:%M"), kst(period.until, "%m-%d %H:%M")
        return (
            t("trends.asof", language, since=since, until=until),
            None,
            _tiles(view, language),
            types_over_time(view.slots, view.before, language),
            hour_of_week(view.week, language),
            _compared(context, view, language),
            *(shown(name, made[name], language) for name in _CHARTS),
            *(empty(t("trends.wait", language)) for _ in _TOPS),
            {"from": period.since.isoformat(), "to": period.until.isoformat()},
        )


def _register_tops(app: Dash, contexts: ContextSource) -> None:
    # Counting is the heaviest read there is. A user who changes the period quickly starts it several times; the lock
    # runs one count after the other.
    turn = asyncio.Lock()

    @app.callback(
        *(Output(f"trends-{name}-table", "children", allow_duplicate=True) for name in _TOPS),
        Input("trends-shown", "data"),
        State("language", "data"),
        prevent_initial_call=True,
    )
    @requires(Permission.METRICS)
    async def count(times: dict[str, str] | None, language: str) -> tuple[Any, ...]:
        context = contexts.current()
        if not times:
            raise PreventUpdate
        try:
            async with turn:
                tops = await asyncio.to_thread(_read_tops, context, period_of(times, context.clock()))
        except SecmonError as error:
            return (failed(error, language), *[None] * (len(_TOPS) - 1))
        made, severities = top_tables(context, tops, language), [int(one["severity"]) for one in tops.rules]
        return tuple(shown(name, made[name], language, severities if name == "rules" else ()) for name in _TOPS)


def _register_csv(app: Dash, contexts: ContextSource, name: str) -> None:
    @app.callback(
        Output(f"trends-{name}-file", "data"),
        Input(f"trends-{name}-csv", "n_clicks"),
        State("url", "search"),
        State("url", "pathname"),
        State("language", "data"),
        prevent_initial_call=True,
    )
    @requires(Permission.EXPORT)
    async def csv(clicks: int | None, search: str | None, path: str, language: str) -> Any:
        context = contexts.current()
        visit = visit_of(path, search or "", language)
        if not clicks or visit is None:
            raise PreventUpdate
        period = period_of(visit.asked, context.clock())
        if name in _TOPS:
            made = top_tables(context, await asyncio.to_thread(_read_tops, context, period), language)
        else:
            made = chart_tables(context, await asyncio.to_thread(_read, context, period), language)
        head, rows = made[name]
        return {"content": sheet(head, rows), "filename": f"secmon-{name}.csv", "type": "text/csv"}


def _read(context: CentreContext, period: PickedPeriod) -> TrendsView:
    return read_trends(context.store, current_user().scope, context.sites, context.provinces, period)


def _read_tops(context: CentreContext, period: PickedPeriod) -> Tops:
    return read_tops(context.store, current_user().scope, period)


def _tiles(view: TrendsView, language: str) -> list[Any]:
    now, before = view.slots.sum(), view.before.sum()
    tiles = [
        tile(
            t("trends.attempts", language), f"{int(now.sum()):,}", _change(int(now.sum()), int(before.sum()), language)
        ),
        tile(t("trends.events", language), f"{view.events:,}", _change(view.events, view.events_before, language)),
    ]
    tiles += [
        tile(t(f"type.{name}", language), f"{int(now[name]):,}", _change(int(now[name]), int(before[name]), language))
        for name in AttackType
    ]
    return tiles


def _change(now: int, before: int, language: str) -> str:
    """Return the change against the preceding period, or a note if that period had none."""
    if not before:
        return t("trends.nothing_before", language)
    return t("trends.change", language, change=f"{100 * (now - before) / before:+,.0f} %", before=f"{before:,}")


def _compared(context: CentreContext, view: TrendsView, language: str) -> Any:
    if not view.provinces:
        return charts.blank()
    names = [province_name(context, one, language) for one in view.provinces]
    rates = [one.rate for one in view.provinces]
    return provinces_compared(names, rates, median(rates), language)
