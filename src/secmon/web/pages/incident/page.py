"""Incident page: the owner decides the next step, and the next shift reads what has been done."""

import asyncio
from typing import Any

import dash_cytoscape as cyto
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from secmon.alerts.workflow import Closure
from secmon.auth.roles import Permission
from secmon.errors import SecmonError
from secmon.live.context import CentreContext
from secmon.web.components.dialog import DialogField, action_of, answers, dialog, ok, register_dialog, states
from secmon.web.components.panel import panel, severity_pill
from secmon.web.components.polling import Seen, only_new, pausing
from secmon.web.gateway.current_user import current_user, requires
from secmon.web.i18n.error_messages import error_message
from secmon.web.i18n.texts import t
from secmon.web.pages.incident import sections as parts
from secmon.web.pages.incident.actions import act
from secmon.web.pages.incident.graph import graph_of
from secmon.web.pages.incident.view import IncidentView, read_incident
from secmon.web.routing import Group, Page, Visit
from secmon.web.tour.sandbox import ContextSource

PAGE = Page("incident", r"/incident/(?P<number>[0-9]{1,9})", Group.NONE, order=10, library="dash_cytoscape")

_REFRESH_MS = 5000
_PARTS = ("clocks", "buttons", "steps", "facts", "timeline", "tasks", "alerts", "requests", "evidence")
_NODE = {
    "label": "data(label)",
    "color": "#e6edf7",
    "font-size": 11,
    "text-wrap": "wrap",
    "text-max-width": 110,
    "text-background-color": "#101a2e",
    "text-background-opacity": 0.9,
    "text-background-padding": 2,
    "text-margin-y": -3,
    "width": 22,
    "height": 22,
    "font-family": "Pretendard",
    "background-color": "#4c9be8",
    "shape": "hexagon",
}
_LISTED = {
    "text-halign": "right",
    "text-valign": "center",
    "text-margin-x": 4,
    "text-margin-y": 0,
    "text-max-width": 170,
    "width": 16,
    "height": 16,
}
_EDGE = {
    "width": "mapData(weight, 1, 8, 1, 4)",
    "line-color": "#5f7ea6",
    "curve-style": "bezier",
    "target-arrow-shape": "triangle",
    "target-arrow-color": "#5f7ea6",
    "arrow-scale": 0.9,
}
_LAYOUT = {"name": "preset", "padding": 16}
_STYLE = [
    {"selector": "node", "style": _NODE},
    {"selector": ".actor", "style": {"background-color": "#ff4d6d", "shape": "diamond"}},
    {"selector": ".listed", "style": _LISTED},
    {"selector": "edge", "style": _EDGE},
]


def layout(_context: CentreContext, visit: Visit) -> html.Div:
    """Return the layout of the page."""
    language, number = visit.language, visit.parts["number"]
    closures = [(str(one), t(f"closure.{one}", language)) for one in Closure]
    asked = {
        "comment": [DialogField("note", t("incident.note.comment", language))],
        "pause": [DialogField("note", t("incident.note.pause", language))],
        "move": [DialogField("note", t("incident.note.move", language))],
        "resume": [],
        "ask": [DialogField("note", t("incident.note.ask", language))],
        "close": [
            DialogField("choice", t("incident.closure", language), closures),
            DialogField("note", t("incident.note.close", language)),
        ],
        "reopen": [DialogField("note", t("incident.note.reopen", language))],
    }
    return html.Div(
        [
            dcc.Store(id="incident-id", data=int(number)),
            dcc.Store(id="incident-done"),
            dcc.Store(id="incident-seen"),
            dcc.Interval(id="incident-tick", interval=_REFRESH_MS),
            html.Div(id="incident-head", className="site-head wide"),
            html.Div(id="incident-steps", className="wide"),
            html.Div(id="incident-clocks", className="kpis wide"),
            html.Div(id="incident-buttons", className="bulk wide"),
            html.Div(id="incident-said", className="wide", role="status"),
            _panel("facts", language, padded=True),
            panel(t("incident.graph", language), _graph(), style="graph-panel"),
            _panel("timeline", language, padded=True),
            _panel("tasks", language, padded=True),
            _panel("alerts", language, "wide"),
            _panel("requests", language, "wide"),
            _panel("evidence", language, "wide evidence", padded=True),
            dialog("incident", asked, language),
        ],
        className="site incident",
    )


def _panel(name: str, language: str, style: str = "", *, padded: bool = False) -> html.Section:
    inside = html.Div(id=f"incident-{name}", className="scroll padded" if padded else "scroll")
    return panel(t(f"incident.{name}", language), inside, style=style)


def _graph() -> Any:
    return cyto.Cytoscape(
        id="incident-graph",
        layout=_LAYOUT,
        stylesheet=_STYLE,
        style={"width": "100%", "height": "100%"},
        userZoomingEnabled=False,
        maxZoom=1.3,
    )


def register(app: Dash, contexts: ContextSource) -> None:
    """Register the callbacks: one read fills the page, buttons carry out actions."""
    _register_page(app, contexts)
    _register_actions(app, contexts)


def _register_page(app: Dash, contexts: ContextSource) -> None:
    @app.callback(
        Output("incident-head", "children"),
        *(Output(f"incident-{name}", "children") for name in _PARTS),
        Output("incident-graph", "elements"),
        Output("incident-seen", "data"),
        Input("incident-tick", "n_intervals"),
        Input("incident-done", "data"),
        State("incident-id", "data"),
        State("incident-seen", "data"),
        State("language", "data"),
        running=pausing("incident-tick", _REFRESH_MS),
    )
    @requires(Permission.VIEW)
    async def fill(_tick: int, _done: Any, number: int, seen: Seen | None, language: str) -> tuple[Any, ...]:
        context = contexts.current()
        principal = current_user()
        try:
            view = await asyncio.to_thread(read_incident, context, principal.scope, number)
        except SecmonError as error:
            return (html.P(error_message(error, language), className="failed"), *[None] * len(_PARTS), [], None)
        made = {
            "head": _head(view, language),
            "clocks": parts.clocks(view, language),
            "buttons": parts.buttons(view, principal, language),
            "steps": parts.steps(view, language),
            "facts": parts.facts(context, view, language),
            "timeline": parts.timeline(context, view, language),
            "tasks": parts.tasks(view, principal, language),
            "alerts": parts.alerts(context, view, language),
            "requests": parts.requests(context, view, language),
            "evidence": parts.evidence(context, view, language),
            "graph": graph_of(context, view.alerts, language),
        }
        sent, digests = only_new(made, seen)
        return (*sent, digests)


def _head(view: IncidentView, language: str) -> list[Any]:
    return [
        dcc.Link(f"← {t('nav.incidents', language)}", href="/incidents", className="back"),
        severity_pill(view.incident.severity, language),
        html.H2(view.incident.title),
        html.Span(f"#{view.incident.id}", className="facts"),
        html.Button(t("page.print", language), className="button asof", id="print"),
    ]


def _register_actions(app: Dash, contexts: ContextSource) -> None:
    register_dialog(app, "incident", parts.ACTIONS)

    @app.callback(
        Output("incident-said", "children"),
        Output("incident-done", "data"),
        Output("incident-refused", "children", allow_duplicate=True),
        ok("incident"),
        Input({"type": "incident-task", "id": ALL}, "n_clicks"),
        *states("incident"),
        State("incident-id", "data"),
        State("incident-done", "data"),
        State("language", "data"),
        prevent_initial_call=True,
    )
    @requires(Permission.INCIDENT)
    async def done(_ok: Any, _tasks: Any, *given: Any) -> tuple[Any, ...]:
        context = contexts.current()
        if not ctx.triggered[0]["value"]:
            raise PreventUpdate
        number, before, language = given[-3:]
        button, filled = answers("incident", given[:-3])
        task = ctx.triggered_id["id"] if isinstance(ctx.triggered_id, dict) else None
        action = "task" if task is not None else action_of("incident", button)
        target = str(task) if task is not None else str(button.get("to", ""))
        try:
            said = await asyncio.to_thread(act, context, current_user(), number, action, target, filled, language)
        except SecmonError as error:
            return no_update, no_update, html.Span(error_message(error, language), className="failed")
        return html.P(said, className="done"), (before or 0) + 1, ""
