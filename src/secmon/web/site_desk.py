"""The lower half of a municipality's page: what the desk has about it, its risk, its volume and its peers."""

import asyncio
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update
from dash.exceptions import PreventUpdate

from secmon.alerts.register import assets_of, contacts_of
from secmon.errors import SecmonError
from secmon.people.roles import Permission
from secmon.sites.scope import EVERYTHING
from secmon.web import place_parts, register_parts
from secmon.web.console import Console
from secmon.web.figures import blank
from secmon.web.fresh import Seen, only_new
from secmon.web.i18n import t
from secmon.web.pace import pausing
from secmon.web.panel import failed, panel
from secmon.web.place_view import read_peers, read_place
from secmon.web.visitor import current_visitor, needs

_STILL: Any = {"displayModeBar": False, "responsive": True}
PARTS = ("requests", "incidents", "blocks", "risk", "peers", "contacts", "assets")


def panels(language: str) -> list[Any]:
    """The panels, filled by a callback of their own, which is slower than that of the upper half."""
    graph = dcc.Graph(id="sitedesk-volume", figure=blank(), className="graph", config=_STILL)
    sections = [
        panel(t(f"place.{name}", language), html.Div(id=f"sitedesk-{name}", className="scroll"), style=f"place-{name}")
        for name in PARTS
    ]
    volume = panel(t("place.volume", language), graph, note=html.Span(id="sitedesk-complete"), style="chart")
    return [dcc.Interval(id="sitedesk-tick", interval=20_000), dcc.Store(id="sitedesk-seen"), volume, *sections]


def register(app: Dash, console: Console) -> None:
    """Fill the panels."""

    @app.callback(
        *(Output(f"sitedesk-{name}", "children") for name in PARTS),
        Output("sitedesk-volume", "figure"),
        Output("sitedesk-complete", "children"),
        Output("sitedesk-seen", "data"),
        Input("sitedesk-tick", "n_intervals"),
        State("site-code", "data"),
        State("sitedesk-seen", "data"),
        State("language", "data"),
        running=pausing("sitedesk-tick", 20_000),
    )
    @needs(Permission.VIEW)
    async def fill(_tick: int | None, code: str, seen: Seen | None, language: str) -> Any:
        if console.site(code) is None or not current_visitor().scope.covers(code):
            raise PreventUpdate
        try:
            made = await asyncio.to_thread(_made, console, code, language)
        except SecmonError as error:
            return (failed(error, language), *[no_update] * (len(PARTS) + 2))
        sent, digests = only_new(made, seen)
        return (*sent, digests)


def _made(console: Console, code: str, language: str) -> dict[str, Any]:
    site = console.site(code)
    assert site is not None
    view = read_place(console, [code])
    return {
        "requests": place_parts.requests(console, view, language),
        "incidents": place_parts.incidents(view, language),
        "blocks": place_parts.blocks(console, view, language),
        "risk": place_parts.risk(console, view, language),
        "peers": place_parts.peers(read_peers(console, site, console.sites), language),
        "contacts": register_parts.contacts(contacts_of(console.desk, EVERYTHING, code), language),
        "assets": register_parts.assets(assets_of(console.desk, EVERYTHING, code), language),
        "volume": place_parts.volume(view.volume, language),
        "complete": place_parts.complete(view.volume, language),
    }
