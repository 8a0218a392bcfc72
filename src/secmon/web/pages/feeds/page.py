"""Feed health page: the operator decides which site to call about silent feeds and unreadable lines."""

import asyncio
from datetime import datetime
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from secmon.auth.roles import Permission
from secmon.errors import SecmonError
from secmon.feed_health.health import Health
from secmon.live.context import CentreContext
from secmon.web.components import charts
from secmon.web.components.panel import failed, table
from secmon.web.components.polling import pausing
from secmon.web.gateway.current_user import current_user, requires
from secmon.web.i18n.names import feed_reason
from secmon.web.i18n.texts import kst, t
from secmon.web.pages.feeds.view import FeedKind, FeedsView, read_feeds
from secmon.web.routing import Group, Page, Visit
from secmon.web.tour.sandbox import ContextSource

PAGE = Page("feeds", r"/feeds", Group.WATCH, order=40)

_REFRESH_MS = 5000
_CATCHING_UP = 5  # batches waiting from which the store counts as behind
_NAMED = 3  # feeds of a row that are listed by name
_MOST = 300  # rows of a table: with more unhealthy feeds a centre has one cause, not three hundred


def layout(_context: CentreContext, visit: Visit) -> html.Div:
    """Return the layout of the page."""
    language = visit.language
    return html.Div(
        [
            dcc.Interval(id="feeds-tick", interval=_REFRESH_MS),
            html.Div(
                [
                    html.H2(t("feeds.title", language)),
                    html.Span(t("feeds.note", language), className="facts"),
                    html.Span(id="feeds-asof", className="asof"),
                ],
                className="site-head wide",
            ),
            html.Div(id="feeds-error", className="wide"),
            html.Div(id="feeds-states", className="kpis wide"),
            _panel("unwell", language, html.Div(id="feeds-unwell", className="scroll")),
            _panel("complete", language, _heat(language), " chart tall"),
            _panel("kinds", language, html.Div(id="feeds-kinds", className="scroll")),
            _panel("rejects", language, html.Div(id="feeds-rejects", className="scroll")),
        ],
        className="site feeds",
    )


def register(app: Dash, contexts: ContextSource) -> None:
    """Register the callback: one read fills the whole page, at first and every few seconds."""

    @app.callback(
        Output("feeds-asof", "children"),
        Output("feeds-error", "children"),
        Output("feeds-states", "children"),
        Output("feeds-unwell", "children"),
        Output("feeds-complete", "figure"),
        Output("feeds-kinds", "children"),
        Output("feeds-rejects", "children"),
        Input("feeds-tick", "n_intervals"),
        State("language", "data"),
        running=pausing("feeds-tick", _REFRESH_MS),
    )
    @requires(Permission.VIEW)
    async def refresh(_tick: int | None, language: str) -> tuple[Any, ...]:
        context = contexts.current()
        scope = current_user().scope
        try:
            view = await asyncio.to_thread(read_feeds, context, scope)
        except SecmonError as error:
            return (no_update, failed(error, language), *[no_update] * 5)
        mine = context.within(scope)
        names = _names(mine, language)
        return (
            t("site.updated", language, time=kst(view.at, "%H:%M:%S")),
            None,
            _states(view, language),
            _unwell(view, names, language),
            charts.completeness(view.completeness, view.hours, _rows(mine, language), language),
            _kinds(view, language),
            _rejects(view, names, language),
        )


def _names(context: CentreContext, language: str) -> dict[str, str]:
    korean = language == "ko"
    provinces = {one.code: one.short_ko if korean else one.short_en for one in context.provinces}
    return {
        site.code: f"{provinces[site.province]} {site.ko}" if korean else f"{site.en}, {provinces[site.province]}"
        for site in context.sites
    }


def _rows(context: CentreContext, language: str) -> list[tuple[str, str]]:
    """Return name and province of each site, the rows of the heat map."""
    names = _names(context, language)
    provinces = {one.code: one.short_ko if language == "ko" else one.short_en for one in context.provinces}
    return [(names[site.code], provinces[site.province]) for site in context.sites]


def _heat(language: str) -> html.Div:
    config: Any = {"displayModeBar": False, "responsive": True}
    return html.Div(
        [
            charts.completeness_legend(language),
            dcc.Graph(id="feeds-complete", figure=charts.blank(), className="graph", config=config),
        ],
        className="stack",
    )


def _panel(name: str, language: str, child: Any, style: str = "") -> html.Section:
    header = [html.H2(t(f"feeds.{name}", language)), html.Span(t(f"feeds.{name}.note", language))]
    return html.Section([html.Header(header), child], className=f"panel panel-{name}{style}")


def _states(view: FeedsView, language: str) -> list[Any]:
    tiles = [
        _tile(t(f"feed.{state}", language), f"{number:,}", t(f"feed.{state}.means", language), _colour(state, number))
        for state, number in view.states.items()
    ]
    received = sum(kind.received for kind in view.kinds)
    rejected = sum(kind.rejected for kind in view.kinds)
    total = received + rejected
    share = _share(rejected, total)
    said = t("feeds.rejected.of", language, rejected=f"{rejected:,}", total=total)
    tiles.append(_tile(t("feeds.rejected", language), share, said, "warn" if rejected else "ok"))
    waiting = t(
        "feeds.waiting.size", language, megabytes=f"{view.waiting.bytes / 1e6:,.1f}", failed=view.backlog.failed
    )
    level = "crit" if view.backlog.failed else "warn" if view.waiting.batches > _CATCHING_UP else "ok"
    tiles.append(_tile(t("feeds.waiting", language), f"{view.waiting.batches:,}", waiting, level))
    return tiles


def _share(part: int, whole: int) -> str:
    """Format a share; a small share is shown as < 0.01 %, never as 0 %."""
    if not part:
        return "0 %"
    return "< 0.01 %" if part / whole < 1e-4 else f"{part / whole:.2%}"


def _colour(state: Health, number: int) -> str:
    if not number or state in {Health.HEALTHY, Health.MAINTENANCE}:
        return "ok" if state is Health.HEALTHY else ""
    return "warn" if state is Health.LATE else "crit"


def _tile(title: str, figure: str, below: str, style: str) -> html.Section:
    return html.Section([html.H2(title), html.Strong(figure), html.P(below, title=below)], className=f"kpi {style}")


def _table(columns: list[str], rows: list[list[Any]], language: str) -> html.Table:
    return table([t(name, language) for name in columns], rows)


def _unwell(view: FeedsView, names: dict[str, str], language: str) -> Any:
    if not view.unwell:
        return html.P(t("feeds.unwell.none", language, feeds=f"{sum(view.states.values()):,}"), className="empty")
    rows = []
    for trouble in view.unwell[:_MOST]:
        report = trouble.worst
        state = html.Span(t(f"feed.{report.health}", language), className=f"state {report.health}")
        site = dcc.Link(names.get(report.site, report.site), href=f"/site/{report.site}")
        named = ", ".join(trouble.feeds)
        few = len(trouble.feeds) <= _NAMED
        feeds = named if few else t("feeds.several", language, number=len(trouble.feeds))
        rows.append(
            [state, site, html.Span(feeds, title=named), feed_reason(report, language), _when(trouble.line_at, view.at)]
        )
    shown = _table(["site.state", "feeds.site", "site.feed", "feeds.why", "site.last_line"], rows, language)
    left = len(view.unwell) - _MOST
    return (
        [shown, html.P(t("feeds.unwell.more", language, number=f"{left:,}"), className="empty")] if left > 0 else shown
    )


def _when(at: datetime | None, now: datetime) -> str:
    """Format a time, without its date if it is today."""
    return kst(at, "%H:%M:%S" if at and kst(at, "%m-%d") == kst(now, "%m-%d") else "%m-%d %H:%M")


def _kinds(view: FeedsView, language: str) -> html.Table:
    columns = [
        "site.feed",
        "site.format",
        "feeds.healthy",
        "feeds.received",
        "feeds.rejected",
        "feeds.lag",
        "feeds.ahead",
    ]
    return _table(columns, [_kind(kind) for kind in view.kinds], language)


def _kind(kind: FeedKind) -> list[Any]:
    total = kind.received + kind.rejected
    rejected = f"{kind.rejected:,} ({_share(kind.rejected, total)})" if kind.rejected else "0"
    cells: list[Any] = [html.B(kind.feed), kind.format, f"{kind.healthy:,} / {kind.feeds:,}", f"{kind.received:,}"]
    cells += [rejected, "–" if kind.lag is None else f"{kind.lag:,.0f} s", f"{kind.ahead:,}"]
    return cells


def _rejects(view: FeedsView, names: dict[str, str], language: str) -> Any:
    if not view.rejects:
        return html.P(t("feeds.rejects.none", language), className="empty")
    rows = []
    for row in view.rejects:
        unknown = t("feeds.nobody", language)
        site: Any = dcc.Link(names[row["site"]], href=f"/site/{row['site']}") if row["site"] in names else unknown
        cells: list[Any] = [kst(row["received_at"], "%m-%d %H:%M:%S"), site, row["feed"], row["reason"]]
        rows.append([*cells, html.Span(str(row["line"]), className="raw")])
    return _table(["column.time", "feeds.site", "column.feed", "column.reason", "column.line"], rows, language)
