"""The wall: operators on shift read it from five metres and decide which municipality to look at next."""

from collections.abc import Sequence
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html

from secmon.live.context import CentreContext
from secmon.sites.registry import Province, Site
from secmon.web.components import charts
from secmon.web.i18n.texts import t
from secmon.web.routing import Group, Page, Visit
from secmon.web.tour.sandbox import ContextSource

PAGE = Page("wall", r"/(?:wall)?", Group.WATCH, order=10)

KPIS = ("sites", "events", "attempts", "findings", "alerts", "incidents", "requests", "quarantine")


def site_table(sites: Sequence[Site], provinces: Sequence[Province], language: str) -> list[dict[str, str]]:
    """Return what the browser needs to draw and name the tile of each site, in registry order."""
    korean = language == "ko"
    names = {province.code: province.short_ko if korean else province.short_en for province in provinces}
    return [
        {
            "code": site.code,
            "short": site.short_ko if korean else site.short_en,
            "full": f"{names[site.province]} {site.ko}" if korean else f"{site.en}, {names[site.province]}",
            "province": site.province,
            "region": names[site.province],
        }
        for site in sites
    ]


def layout(context: CentreContext, visit: Visit) -> html.Div:
    """Return the layout of the wall; every figure in it comes from the snapshot."""
    language, total = visit.language, len(context.sites)
    return html.Div(
        className="wall",
        children=[
            dcc.Store(id="type-colours", data=charts.TYPE_COLOURS),
            html.Div([_kpi(name, language, total) for name in KPIS], className="kpis"),
            _panel("hex", language, html.Div(id="hex", className="picture"), html.Div(id="legend", className="legend")),
            _panel("map", language, html.Div(id="map", className="picture")),
            _panel(
                "trend",
                language,
                charts.type_legend(language),
                dcc.Graph(id="trend", figure=charts.blank(), **_CHART),
            ),
            _panel("incidents", language, html.Ol(id="incidents", className="cases"), note_id="incidents-note"),
            _panel("alerts", language, html.Ol(id="newest", className="alerts"), note_id="newest-note"),
            _panel("response", language, html.Div(id="response", className="response"), note_id="response-note"),
        ],
    )


_CHART: dict[str, Any] = {"className": "graph", "config": {"displayModeBar": False, "responsive": True}}


def register(app: Dash, _contexts: ContextSource) -> None:
    """Register one clientside callback over the snapshot; its outputs are all widgets, which the script fills by id."""
    kpis = [
        Output(f"kpi-{name}{part}", "className" if part == "" else "children")
        for name in KPIS
        for part in ("-value", "-sub", "")
    ]
    app.clientside_callback(  # type: ignore[no-untyped-call]  # Dash leaves it untyped
        ClientsideFunction("secmon", "wall"),
        *kpis,
        Output("incidents", "children"),
        Output("incidents-note", "children"),
        Output("response", "children"),
        Output("response-note", "children"),
        Output("newest", "children"),
        Output("newest-note", "children"),
        Output("legend", "children"),
        Output("trend", "figure"),
        Output("trend-note", "children"),
        Input("live", "data"),
        State("words", "data"),
        State("sites", "data"),
        State("language", "data"),
        State("type-colours", "data"),
    )


def _kpi(name: str, language: str, total: int) -> html.Section:
    value: list[Any] = [html.Span("–", id=f"kpi-{name}-value")]
    if name == "sites":
        value.append(html.Small(t("kpi.sites.of", language, total=total)))
    return html.Section(
        [html.H2(t(f"kpi.{name}", language)), html.Strong(value), html.P(id=f"kpi-{name}-sub")],
        id=f"kpi-{name}",
        className="kpi",
    )


def _panel(name: str, language: str, *children: Any, note_id: str = "") -> html.Section:
    still = "" if note_id else t(f"{name}.note", language)
    note = html.Span(still, id=note_id or f"{name}-note")
    return html.Section(
        [html.Header([html.H2(t(f"{name}.title", language)), note]), *children], className=f"panel panel-{name}"
    )
