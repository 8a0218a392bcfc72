"""Campaigns page: the analyst sees which sites share an attacker and how it spread, and blocks it in one step."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import plotly.graph_objects as go
from dash import Dash, Input, Output, State, dcc, html
from dash.exceptions import PreventUpdate

from secmon.alerts.campaigns import Campaign, campaigns
from secmon.alerts.queries import AlertSearch, search_alerts
from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.live.context import CentreContext
from secmon.times import KST
from secmon.web.components import charts
from secmon.web.components.panel import empty, facts_list, page_head, panel, severity_pill, table, value
from secmon.web.components.polling import Seen, only_new, pausing
from secmon.web.gateway.current_user import current_user, requires
from secmon.web.i18n.names import rule_title, site_name
from secmon.web.i18n.texts import kst, t
from secmon.web.pages import visit_of
from secmon.web.routing import Group, Page, Visit
from secmon.web.tour.sandbox import ContextSource

PAGE = Page("campaigns", r"/campaigns", Group.ANALYSE, order=40)

_DAYS = 7
_STILL: Any = {"displayModeBar": False, "responsive": True}


def layout(_context: CentreContext, visit: Visit) -> html.Div:
    """Return the layout of the page; `?indicator=198.51.100.7` opens a campaign."""
    language = visit.language
    graph = dcc.Graph(id="campaigns-spread", figure=charts.blank(), className="graph", config=_STILL)
    return html.Div(
        [
            dcc.Interval(id="campaigns-tick", interval=4000),
            dcc.Store(id="campaigns-seen"),
            page_head(t("nav.campaigns", language), t("campaigns.note", language)),
            panel(t("campaigns.list", language), html.Div(id="campaigns-list", className="scroll"), style="wide"),
            panel(t("campaigns.sites", language), html.Div(id="campaigns-one", className="scroll padded")),
            panel(t("campaigns.spread", language), graph, style="chart"),
        ],
        className="site campaigns",
    )


def register(app: Dash, contexts: ContextSource) -> None:
    """Register the callback of the list and of the chosen campaign (or the widest) with its spread."""

    @app.callback(
        Output("campaigns-list", "children"),
        Output("campaigns-one", "children"),
        Output("campaigns-spread", "figure"),
        Output("campaigns-seen", "data"),
        Input("campaigns-tick", "n_intervals"),
        Input("url", "search"),
        State("campaigns-seen", "data"),
        State("url", "pathname"),
        State("language", "data"),
        running=pausing("campaigns-tick", 4000),
    )
    @requires(Permission.VIEW)
    async def fill(_tick: int, asked: str | None, seen: Seen | None, path: str, language: str) -> Any:
        context = contexts.current()
        visit = visit_of(path, asked or "", language)
        if visit is None or visit.page.name != "campaigns":
            raise PreventUpdate
        made = await asyncio.to_thread(_made, context, visit, current_user())
        sent, digests = only_new(made, seen)
        return (*sent, digests)


def _made(context: CentreContext, visit: Visit, principal: Principal) -> dict[str, Any]:
    language, since = visit.language, context.clock() - timedelta(days=_DAYS)
    found = campaigns(context.db, principal.scope, since)
    if not found:
        reporting = len({one.site for one in context.reports() if one.health == "healthy"})
        nothing = t("campaigns.none", language, days=_DAYS, reporting=reporting, total=len(context.sites))
        return {"list": empty(nothing), "one": None, "spread": charts.blank()}
    wanted = visit.asked.get("indicator", "")
    one = next((each for each in found if wanted in {each.indicator, each.group_uid}), found[0])
    return {
        "list": _list(context, found, one, language),
        "one": _one(context, one, principal, language),
        "spread": _spread(context, one, principal, language),
    }


def _list(context: CentreContext, found: Sequence[Campaign], chosen: Campaign, language: str) -> Any:
    rows = []
    for one in found:
        href = "/campaigns?" + urlencode({"indicator": one.indicator or one.group_uid})
        mark = "▶ " if one is chosen else ""
        rows.append(
            [
                severity_pill(one.severity, language),
                dcc.Link(mark + (one.indicator or one.group_uid), href=href),
                rule_title(context, one.rule_id, language),
                f"{one.known_sites:,}",
                f"{len(one.alerts):,}",
                f"{one.open_alerts:,}",
                kst(one.first_time, "%m-%d %H:%M"),
                kst(one.last_time, "%m-%d %H:%M"),
            ]
        )
    names = ("severity", "indicator", "rule", "sites", "alerts", "open", "first", "last")
    return table([t(f"column.{name}", language) for name in names], rows, numbers=(3, 4, 5))


def _one(context: CentreContext, one: Campaign, principal: Principal, language: str) -> list[Any]:
    sites: list[Any] = []
    for code in one.sites:
        sites += [dcc.Link(site_name(context, code, language), href=f"/site/{code}"), " · "]
    ways = {"campaigns.alerts": "/alerts?" + urlencode({"status": "all", "campaign": one.group_uid})}
    if one.indicator:
        ways["campaigns.hunt"] = "/hunt?" + urlencode({"q": f'"{one.indicator}"', "last": "7d"})
        if principal.may(Permission.BLOCK_PROPOSE):
            ways["campaigns.block"] = "/blocklist?" + urlencode({"propose": one.indicator})
    links = [dcc.Link(t(key, language), href=href, className="button small") for key, href in ways.items()]
    hidden = one.known_sites - len(one.sites)
    facts: list[tuple[str, Any]] = [
        (t("column.indicator", language), value("src_endpoint_ip", one.indicator) if one.indicator else one.group_uid),
        (t("column.rule", language), rule_title(context, one.rule_id, language)),
        (t("column.first", language), kst(one.first_time)),
        (t("column.last", language), kst(one.last_time)),
        (t("campaigns.sites", language), html.Span(sites[:-1])),
    ]
    if hidden > 0:
        facts.append(("", t("campaigns.hidden", language, number=hidden)))
    return [html.Div(links, className="line"), facts_list(facts)]


def _spread(context: CentreContext, one: Campaign, principal: Principal, language: str) -> Any:
    """Draw how many municipalities had been reached by which time."""
    alerts = search_alerts(context.db, principal.scope, AlertSearch(campaign=one.group_uid), limit=1000, order="oldest")
    first: dict[str, Any] = {}
    for alert in alerts:
        first[alert.site] = min(first.get(alert.site, alert.first_time), alert.first_time)
    times = sorted(first.values())
    figure = go.Figure(
        go.Scatter(
            x=[at.astimezone(KST).replace(tzinfo=None) for at in times],
            y=list(range(1, len(times) + 1)),
            mode="lines+markers",
            line={"shape": "hv", "color": "#f5862b", "width": 2},
            marker={"size": 6},
        )
    )
    figure.update_layout(**charts.base_layout(showlegend=False))
    figure.update_yaxes(
        rangemode="tozero", title=charts.axis_title(t("campaigns.spread.axis", language)), tickformat=",d"
    )
    figure.update_xaxes(showgrid=False, nticks=6, **charts.TIMES)
    return figure
