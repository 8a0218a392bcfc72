"""Municipality page: the operator decides whether its events are attack, noise, or silence that needs a call."""

import asyncio
from typing import Any

import dash_ag_grid as dag
from dash import Dash, Input, Output, State, dcc, html, no_update
from dash.exceptions import PreventUpdate

from secmon.auth.roles import Permission
from secmon.errors import SecmonError
from secmon.feed_health.health import Health
from secmon.live.context import CentreContext
from secmon.web.components import charts
from secmon.web.components.grid import column, grid
from secmon.web.components.panel import failed, table
from secmon.web.components.polling import pausing
from secmon.web.gateway.current_user import current_user, requires
from secmon.web.i18n.names import feed_reason
from secmon.web.i18n.texts import catalogue, kst, t
from secmon.web.pages.site import desk_section
from secmon.web.pages.site.desk_section import SiteView, read_site
from secmon.web.routing import Group, Page, Visit
from secmon.web.tour.sandbox import ContextSource

PAGE = Page("site", r"/site/(?P<code>[0-9]{5})", Group.NONE, order=30, library="dash_ag_grid")

_REFRESH_MS = 5000


def layout(context: CentreContext, visit: Visit) -> html.Div:
    """Return the layout of the page; a message if the code is not in the registry."""
    code, language = visit.parts["code"], visit.language
    site = context.site(code)
    if site is None:
        return html.Div(
            [
                _back(language),
                html.H2(t("site.none", language, code=code)),
                html.P(t("site.none.hint", language), className="facts"),
            ],
            className="site-head",
        )
    province = context.province(site.province)
    korean = language == "ko"
    facts = " · ".join(
        (
            t(f"site.kind.{site.kind}", language),
            t("site.code", language, code=site.code),
            t("site.size", language, size=site.size),
        )
    )
    return html.Div(
        [
            dcc.Store(id="site-code", data=code),
            dcc.Interval(id="site-tick", interval=_REFRESH_MS),
            html.Div(
                [
                    _back(language),
                    html.H2(site.ko if korean else site.en),
                    dcc.Link(
                        province.ko if korean else province.en, href=f"/province/{site.province}", className="back"
                    ),
                    html.Span(facts, className="facts"),
                    html.Span(id="site-asof", className="asof"),
                ],
                className="site-head wide",
            ),
            html.Div(id="site-error", className="wide"),
            _panel("feeds", language, html.Div(id="site-feeds", className="scroll")),
            _panel("trend", language, _trend(language), " chart"),
            _panel("alerts", language, html.Div(id="site-alerts", className="scroll")),
            *desk_section.panels(language),
            _panel("quarantine", language, html.Div(id="site-quarantine", className="scroll")),
            _panel("newest", language, _grid(language), " grid wide"),
        ],
        className="site",
    )


_STILL: Any = {"displayModeBar": False, "responsive": True}


def register(app: Dash, contexts: ContextSource) -> None:
    """Register the callback: one read of the store fills the upper half, at first and every few seconds."""
    desk_section.register(app, contexts)

    @app.callback(
        Output("site-asof", "children"),
        Output("site-error", "children"),
        Output("site-feeds", "children"),
        Output("site-alerts", "children"),
        Output("site-quarantine", "children"),
        Output("site-trend", "figure"),
        Output("site-events", "rowData"),
        Input("site-tick", "n_intervals"),
        State("site-code", "data"),
        State("language", "data"),
        running=pausing("site-tick", _REFRESH_MS),
    )
    @requires(Permission.VIEW)
    async def refresh(_tick: int | None, code: str, language: str) -> tuple[Any, ...]:
        context = contexts.current()
        if context.site(code) is None or not current_user().scope.covers(code):
            raise PreventUpdate
        try:
            view = await asyncio.to_thread(read_site, context, code)
        except SecmonError as error:
            return (no_update, failed(error, language), *[no_update] * 5)
        return (
            t("site.updated", language, time=kst(view.at, "%H:%M:%S")),
            None,
            _feeds(view, language),
            _alerts(context, view, language),
            _quarantine(view, language),
            charts.events_by_type(view.trend, language),
            _event_rows(view, language),
        )


def _back(language: str) -> Any:
    return dcc.Link(f"← {t('site.back', language)}", href="/", className="back")


def _trend(language: str) -> html.Div:
    graph = dcc.Graph(id="site-trend", figure=charts.blank(), className="graph", config=_STILL)
    return html.Div([charts.type_legend(language, other=True), graph], className="stack")


def _panel(name: str, language: str, child: Any, style: str = "") -> html.Section:
    key = f"site.{name}"
    note = {"trend": ""}.get(name, f"{key}.note")
    header = [html.H2(t(key, language)), html.Span(t(note, language)) if note else None]
    return html.Section([html.Header(header), child], className=f"panel{style}")


def _feeds(view: SiteView, language: str) -> list[Any]:
    rows, lines = [], 0
    for report in view.feeds:
        events, quarantined = view.intake.get(report.feed, (0, 0))
        taken = max(report.lines, events + quarantined)  # the batch journal does not count manual imports by feed
        lines += taken
        state = html.Span(t(f"feed.{report.health}", language), className=f"state {report.health}")
        cells: list[Any] = [
            html.B(report.feed),
            report.format,
            [state]
            if report.health is Health.HEALTHY
            else [state, html.Div(feed_reason(report, language), className="below")],
        ]
        cells += [kst(report.line_at, "%m-%d %H:%M:%S"), f"{taken:,}", f"{events:,}", f"{quarantined:,}"]
        rows.append(cells)
    for feed in sorted(view.intake.keys() - {report.feed for report in view.feeds}):
        events, quarantined = view.intake[feed]
        lines += events + quarantined
        numbers = (f"{events + quarantined:,}", f"{events:,}", f"{quarantined:,}")
        cells = [html.B(feed), "–", t("site.by_hand", language), "–", *numbers]
        rows.append(cells)
    names = (
        "site.feed",
        "site.format",
        "site.state",
        "site.last_line",
        "site.lines",
        "site.events",
        "site.quarantined",
    )
    events = sum(pair[0] for pair in view.intake.values())
    quarantined = sum(pair[1] for pair in view.intake.values())
    balance = t("site.balance", language, lines=f"{lines:,}", events=f"{events:,}", quarantined=f"{quarantined:,}")
    waiting = lines - events - quarantined
    if waiting:
        balance += " + " + t("site.balance.waiting", language, waiting=waiting)
    return [table([t(name, language) for name in names], rows), html.P(balance, className="balance")]


def _alerts(context: CentreContext, view: SiteView, language: str) -> Any:
    if not view.alerts:
        return html.P(t("site.alerts.none", language), className="empty")
    rows = []
    for alert in view.alerts:
        rule = context.rules.get(alert.rule_id)
        title = (rule.title_ko if language == "ko" else rule.title_en) if rule else alert.rule_id
        pill = html.Span(t(f"severity.{alert.severity}", language), className=f"pill s{alert.severity}")
        cells: list[Any] = [pill, title, _type(alert.attack_type, language), alert.actor, f"{alert.findings:,}"]
        cells.append(kst(alert.last_time, "%m-%d %H:%M:%S"))
        rows.append(cells)
    names = ("severity", "rule", "type", "actor", "findings", "time")
    return table([t(f"column.{name}", language) for name in names], rows)


def _quarantine(view: SiteView, language: str) -> Any:
    if not view.quarantine:
        return html.P(t("site.quarantine.none", language), className="empty")
    rows = [
        [
            kst(row["received_at"], "%m-%d %H:%M:%S"),
            row["feed"],
            row["reason"],
            html.Span(str(row["line"])[:2000], className="raw"),
        ]
        for row in view.quarantine
    ]
    return table([t(f"column.{name}", language) for name in ("time", "feed", "reason", "line")], rows)


def _grid(language: str) -> dag.AgGrid:
    columns = [
        column("time", "time", language, 200, minWidth=170),
        column("feed", "feed", language, 112),
        column("kind", "kind", language, 110),
        column("severity", "severity", language, 120),
        column("type", "type", language, 160),
        column("source", "source", language, 170),
        column("target", "target", language, 190),
        column("summary", "summary", language, 600, tooltipField="raw"),
    ]
    return grid("site-events", columns, t("site.newest.none", language))


def _event_rows(view: SiteView, language: str) -> list[dict[str, str]]:
    return [
        {
            "uid": row["uid"],
            "time": kst(row["time"], "%Y-%m-%d %H:%M:%S"),
            "feed": row["feed"],
            "kind": row["activity_name"],
            "severity": t(f"severity.{row['severity_id']}", language),
            "type": _type(row["attack_type"], language),
            "source": row["src_endpoint_ip"] or row["device_hostname"],
            "target": f"{row['dst_endpoint_ip']}:{row['dst_endpoint_port']}"
            if row["dst_endpoint_ip"]
            else row["user_name"],
            "summary": row["summary"],
            "raw": row["raw_data"],
        }
        for row in view.events
    ]


def _type(name: str, language: str) -> str:
    """Return the name of an attack type; an unknown type from a log line is returned unchanged."""
    return catalogue(language).get(f"type.{name}", name)
