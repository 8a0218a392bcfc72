"""Province page: its staff see which municipality needs help, and the state of all of them together."""

import asyncio
from collections.abc import Sequence
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update
from dash.exceptions import PreventUpdate

from secmon.alerts import queries as alert_queries
from secmon.auth.roles import Permission
from secmon.errors import SecmonError
from secmon.live.context import CentreContext
from secmon.live.snapshot import DAY, site_health
from secmon.response.requests import request
from secmon.sites.registry import Site
from secmon.sites.scope import Scope
from secmon.web.components.charts import blank
from secmon.web.components.panel import empty, failed, page_head, panel, severity_pill, table, tile
from secmon.web.components.polling import Seen, only_new, pausing
from secmon.web.gateway.current_user import current_user, requires
from secmon.web.i18n.texts import t
from secmon.web.pages.site import sections as place_parts
from secmon.web.pages.site.place_view import PlaceView, rate_of, read_place, totals
from secmon.web.routing import Group, Page, Visit
from secmon.web.tour.sandbox import ContextSource

PAGE = Page("province", r"/province/(?P<province>[0-9]{2})", Group.NONE, order=20)

_PARTS = ("sites", "requests", "incidents", "blocks", "risk")
_STILL: Any = {"displayModeBar": False, "responsive": True}


def layout(context: CentreContext, visit: Visit) -> html.Div:
    """Return the layout of the page; a message if the province has no municipalities, or none within the scope."""
    code, language = visit.parts["province"], visit.language
    mine = [site for site in context.sites if site.province == code]
    if not mine:
        head = page_head(t("province.none", language, code=code), t("province.none.hint", language))
        return html.Div(head, className="site")
    place = context.province(code)
    graph = dcc.Graph(id="province-volume", figure=blank(), className="graph", config=_STILL)
    sections = [
        panel(
            t(f"place.{name}", language),
            html.Div(id=f"province-{name}", className="scroll"),
            style="wide tall" if name == "sites" else f"place-{name}",
        )
        for name in _PARTS
    ]
    return html.Div(
        [
            dcc.Store(id="province-code", data=code),
            dcc.Interval(id="province-tick", interval=10_000),
            dcc.Store(id="province-seen"),
            page_head(
                place.ko if language == "ko" else place.en,
                t("province.about", language, number=len(mine)),
            ),
            html.Div(id="province-tiles", className="kpis four wide"),
            sections[0],
            panel(t("place.volume", language), graph, note=html.Span(id="province-complete"), style="chart"),
            *sections[1:],
        ],
        className="site province",
    )


def register(app: Dash, contexts: ContextSource) -> None:
    """Register the callback: one read fills the page."""

    @app.callback(
        Output("province-tiles", "children"),
        *(Output(f"province-{name}", "children") for name in _PARTS),
        Output("province-volume", "figure"),
        Output("province-complete", "children"),
        Output("province-seen", "data"),
        Input("province-tick", "n_intervals"),
        State("province-code", "data"),
        State("province-seen", "data"),
        State("language", "data"),
        running=pausing("province-tick", 10_000),
    )
    @requires(Permission.VIEW)
    async def fill(_tick: int | None, code: str, seen: Seen | None, language: str) -> Any:
        context = contexts.current()
        mine = [site for site in context.within(current_user().scope).sites if site.province == code]
        if not mine:
            raise PreventUpdate
        try:
            made = await asyncio.to_thread(_made, context, mine, language)
        except SecmonError as error:
            return (failed(error, language), *[no_update] * (len(_PARTS) + 3))
        sent, digests = only_new(made, seen)
        return (*sent, digests)


def _made(context: CentreContext, mine: Sequence[Site], language: str) -> dict[str, Any]:
    codes = [site.code for site in mine]
    view = read_place(context, codes)
    return {
        "tiles": _tiles(context, mine, view, language),
        "sites": _sites(context, mine, view, language),
        "requests": place_parts.requests(context, view, language),
        "incidents": place_parts.incidents(view, language),
        "blocks": place_parts.blocks(context, view, language),
        "risk": place_parts.risk(context, view, language),
        "volume": place_parts.volume(view.volume, language),
        "complete": place_parts.complete(view.volume, language),
    }


def _tiles(context: CentreContext, mine: Sequence[Site], view: PlaceView, language: str) -> list[Any]:
    scope = Scope.of_sites([site.code for site in mine])
    health = site_health(mine, [one for one in context.reports() if scope.covers(one.site)])
    healthy = sum(state == "healthy" for state in health.values())
    alerts = alert_queries.open_by_severity(context.db, view.at - DAY, scope)
    standing = request.request_counts(context.db, scope, view.at)
    serious = sum(number for severity, number in alerts.items() if severity >= 4)  # high and critical
    return [
        tile(t("province.reporting", language), f"{healthy}/{len(mine)}", t("province.reporting.note", language)),
        tile(
            t("province.alerts", language),
            f"{sum(alerts.values()):,}",
            t("province.alerts.note", language, number=serious),
            "crit" if serious else "ok",
        ),
        tile(
            t("requests.awaited", language),
            f"{standing.awaiting:,}",
            t("province.overdue", language, number=standing.overdue),
            "crit" if standing.overdue else "ok",
        ),
        tile(t("province.incidents", language), f"{len(view.incidents):,}", t("province.incidents.note", language)),
    ]


def _sites(context: CentreContext, mine: Sequence[Site], view: PlaceView, language: str) -> Any:
    codes = [site.code for site in mine]
    health = site_health(mine, [one for one in context.reports() if one.site in set(codes)])
    alerts = alert_queries.open_by_site(context.db, view.at - DAY, Scope.of_sites(codes))
    counted = totals(context, codes)
    risk = {one.entity: one.risk for one in view.risk}
    waiting = [one.site for one in view.requests]
    if not counted and not alerts:
        return empty(t("province.quiet", language))
    rows = []
    for site in sorted(mine, key=lambda one: (-risk.get(one.code, 0), one.code)):
        events, tried = counted.get(site.code, (0, 0))
        rate, found = rate_of(events, tried), alerts.get(site.code)
        state = health[site.code]
        rows.append(
            [
                dcc.Link(site.ko if language == "ko" else site.en, href=f"/site/{site.code}"),
                risk.get(site.code, 0),
                html.Span(t(f"feed.{state}", language), className=f"state {state}"),
                [severity_pill(found.worst, language), f" {found.number:,}"] if found else "–",
                f"{events:,}",
                f"{tried:,}",
                "–" if rate is None else f"{rate:,.0f}",
                waiting.count(site.code) or "–",
            ]
        )
    names = (
        "column.site",
        "place.risk",
        "site.state",
        "province.alerts",
        "site.events",
        "place.attempts",
        "place.rate",
        "place.requests",
    )
    return table([t(name, language) for name in names], rows, numbers=(1, 4, 5, 6, 7))
