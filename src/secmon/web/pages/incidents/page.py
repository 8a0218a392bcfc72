"""Incidents page: the supervisor sees which deadline ends next, and who needs help."""

import asyncio
from typing import Any

from dash import Dash, Input, Output, State, dcc, html

from secmon.auth.roles import Permission
from secmon.incidents import incident
from secmon.incidents.deadlines import clocks_of_incident
from secmon.incidents.incident import Incident
from secmon.incidents.incident import IncidentState as Reached
from secmon.live.context import CentreContext
from secmon.sites.scope import Scope
from secmon.web.components.countdown import clock_words
from secmon.web.components.panel import empty, page_head, panel, severity_pill, table
from secmon.web.components.polling import pausing
from secmon.web.gateway.current_user import current_user, requires
from secmon.web.i18n.names import site_name, type_name
from secmon.web.i18n.texts import kst, t
from secmon.web.routing import Group, Page, Visit
from secmon.web.tour.sandbox import ContextSource

PAGE = Page("incidents", r"/incidents", Group.WATCH, order=30)

_CLOSED = 100


def layout(_context: CentreContext, visit: Visit) -> html.Div:
    """Return the layout of the page."""
    language = visit.language
    return html.Div(
        [
            dcc.Interval(id="incidents-tick", interval=5000),
            page_head(t("nav.incidents", language), t("incidents.note", language)),
            panel(t("incidents.open", language), html.Div(id="incidents-open", className="scroll"), style="wide"),
            panel(t("incidents.closed", language), html.Div(id="incidents-closed", className="scroll"), style="wide"),
        ],
        className="site incidents",
    )


def register(app: Dash, contexts: ContextSource) -> None:
    """Register the callback that fills both lists every few seconds."""

    @app.callback(
        Output("incidents-open", "children"),
        Output("incidents-closed", "children"),
        Input("incidents-tick", "n_intervals"),
        State("language", "data"),
        running=pausing("incidents-tick", 5000),
    )
    @requires(Permission.VIEW)
    async def fill(_tick: int, language: str) -> tuple[Any, ...]:
        context = contexts.current()
        return await asyncio.to_thread(_lists, context, current_user().scope, language)


def _lists(context: CentreContext, scope: Scope, language: str) -> tuple[Any, ...]:
    opened = incident.open_incidents(context.db, scope)
    closed = incident.search_incidents(context.db, scope, states=[Reached.CLOSED], limit=_CLOSED)
    return (
        _table(context, scope, opened, language, "incidents.none"),
        _table(context, scope, closed, language, "incidents.closed.none"),
    )


def _table(context: CentreContext, scope: Scope, found: Any, language: str, nothing: str) -> Any:
    if not found:
        return empty(t(nothing, language))
    sites = incident.sites_of_incidents(context.db, scope, [one.id for one in found])
    names = ("number", "severity", "incident", "type", "site", "state", "owner", "respond", "contain", "opened")
    rows = [_row(context, one, sites[one.id], language) for one in found]
    return table([t(f"column.{name}", language) for name in names], rows)


def _row(context: CentreContext, one: Incident, sites: tuple[str, ...], language: str) -> list[Any]:
    respond, contain = (clock_words(clock, language) for clock in clocks_of_incident(one, context.clock()))
    first = site_name(context, sites[0], language) if sites else "–"
    where = first if len(sites) < 2 else t("incidents.several", language, first=first, number=len(sites) - 1)
    return [
        f"#{one.id}",
        severity_pill(one.severity, language),
        dcc.Link(one.title, href=f"/incident/{one.id}"),
        type_name(one.attack_type, language),
        where,
        t(f"incident.{one.state}", language),
        one.owner,
        html.Span(respond[0], className=f"due-{respond[1]}"),
        html.Span(contain[0], className=f"due-{contain[1]}"),
        kst(one.detected_at, "%m-%d %H:%M"),
    ]
