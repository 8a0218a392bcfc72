"""Suppliers page: the analyst sees which sites a company reaches, and whom to call first if it is breached."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from dash import Dash, Input, Output, State, dcc, html
from dash.exceptions import PreventUpdate

from secmon.alerts import queries as alert_queries
from secmon.alerts.queries import SiteAlerts
from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.inventory.asset_register import Supplied, suppliers
from secmon.live.context import CentreContext
from secmon.live.snapshot import DAY
from secmon.web.components.panel import empty, page_head, panel, severity_pill, table
from secmon.web.components.polling import Seen, only_new, pausing
from secmon.web.gateway.current_user import current_user, requires
from secmon.web.i18n.names import site_name
from secmon.web.i18n.texts import t
from secmon.web.pages import visit_of
from secmon.web.routing import Group, Page, Visit
from secmon.web.tour.sandbox import ContextSource

PAGE = Page("suppliers", r"/suppliers", Group.ANALYSE, order=50)


def layout(_context: CentreContext, visit: Visit) -> html.Div:
    """Return the layout of the page; `?supplier=…` opens a supplier."""
    language = visit.language
    return html.Div(
        [
            dcc.Interval(id="suppliers-tick", interval=10_000),
            dcc.Store(id="suppliers-seen"),
            page_head(t("nav.suppliers", language), t("suppliers.note", language)),
            panel(t("suppliers.list", language), html.Div(id="suppliers-list", className="scroll"), style="wide"),
            panel(
                t("suppliers.reach", language),
                html.Div(id="suppliers-one", className="scroll"),
                note=html.Span(id="suppliers-share"),
                style="wide",
            ),
        ],
        className="site suppliers",
    )


def register(app: Dash, contexts: ContextSource) -> None:
    """Register the callback of the list and of the chosen supplier (or the widest) with its municipalities."""

    @app.callback(
        Output("suppliers-list", "children"),
        Output("suppliers-one", "children"),
        Output("suppliers-share", "children"),
        Output("suppliers-seen", "data"),
        Input("suppliers-tick", "n_intervals"),
        Input("url", "search"),
        State("suppliers-seen", "data"),
        State("url", "pathname"),
        State("language", "data"),
        running=pausing("suppliers-tick", 10_000),
    )
    @requires(Permission.VIEW)
    async def fill(_tick: int | None, asked: str | None, seen: Seen | None, path: str, language: str) -> Any:
        context = contexts.current()
        visit = visit_of(path, asked or "", language)
        if visit is None or visit.page.name != "suppliers":
            raise PreventUpdate
        made = await asyncio.to_thread(_made, context, visit, current_user())
        sent, digests = only_new(made, seen)
        return (*sent, digests)


def _made(context: CentreContext, visit: Visit, principal: Principal) -> dict[str, Any]:
    language = visit.language
    found = suppliers(context.db, principal.scope)
    if not found:
        return {"list": empty(t("suppliers.none", language)), "one": None, "share": ""}
    alerts = alert_queries.open_by_site(context.db, context.clock() - DAY, principal.scope)
    one = next((each for each in found if each.supplier == visit.asked.get("supplier")), found[0])
    total = sum(principal.scope.covers(site.code) for site in context.sites)
    reached = len(one.sites)
    share = t(
        "suppliers.share",
        language,
        sites=reached,
        total=total,
        share=f"{reached / total:.0%}",
        alarmed=sum(code in alerts for code in one.sites),
    )
    return {
        "list": _list(found, one, alerts, language),
        "one": _one(context, one, alerts, principal, language),
        "share": share,
    }


def _list(found: Sequence[Supplied], chosen: Supplied, alerts: Mapping[str, SiteAlerts], language: str) -> Any:
    rows = []
    for one in found:
        alarmed = [alerts[code].worst for code in one.sites if code in alerts]
        rows.append(
            [
                dcc.Link(
                    ("▶ " if one is chosen else "") + one.supplier, href="?" + urlencode({"supplier": one.supplier})
                ),
                ", ".join(t(f"asset.{kind}", language) for kind in one.kinds),
                f"{len(one.sites):,}",
                f"{len(one.assets):,}",
                f"{len(alarmed):,}",
                severity_pill(max(alarmed), language) if alarmed else "–",
            ]
        )
    names = ("supplier", "supplies", "sites", "hosts", "alarmed", "worst")
    return table([t(f"suppliers.{name}", language) for name in names], rows, numbers=(2, 3, 4))


def _one(
    context: CentreContext, one: Supplied, alerts: Mapping[str, SiteAlerts], principal: Principal, language: str
) -> html.Table:
    """Return the supplier's municipalities, those with the most severe alerts first."""
    none = SiteAlerts(0, 0)
    order = sorted(one.sites, key=lambda code: (-alerts.get(code, none).worst, -alerts.get(code, none).number, code))
    rows = []
    for code in order:
        state = alerts.get(code, none)
        hosts = [asset.host for asset in one.assets if asset.site == code]
        rows.append(
            [
                dcc.Link(site_name(context, code, language), href=f"/site/{code}"),
                severity_pill(state.worst, language) if state.number else "–",
                f"{state.number:,}",
                ", ".join(hosts),
                _search(code, hosts, language) if principal.may(Permission.HUNT) else "",
            ]
        )
    names = ("site", "worst", "alerts", "what")
    return table([*(t(f"suppliers.{name}", language) for name in names), ""], rows, numbers=(2,))


def _search(code: str, hosts: Sequence[str], language: str) -> dcc.Link:
    wanted = " ".join(f'"{host}"' for host in hosts)
    query = urlencode({"q": f"site:{code} host:({wanted})", "last": "24h"})
    return dcc.Link(t("suppliers.search", language), href=f"/hunt?{query}")
