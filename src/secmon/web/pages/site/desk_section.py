"""Everything that the page of a municipality shows from the operational database."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from dash import Dash, Input, Output, State, dcc, html, no_update
from dash.exceptions import PreventUpdate

from secmon.alerts import queries as alert_queries
from secmon.auth.roles import Permission
from secmon.db.models import Alert
from secmon.errors import SecmonError
from secmon.feed_health.health import FeedReport
from secmon.inventory.asset_register import assets_of, contacts_of
from secmon.live.context import CentreContext
from secmon.live.snapshot import DAY, by_slot
from secmon.sites.scope import EVERYTHING
from secmon.store import sql
from secmon.web.components.charts import blank
from secmon.web.components.panel import failed, panel
from secmon.web.components.polling import Seen, only_new, pausing
from secmon.web.gateway.current_user import current_user, requires
from secmon.web.i18n.texts import t
from secmon.web.pages.site import asset_sections
from secmon.web.pages.site import sections as place_parts
from secmon.web.pages.site.place_view import read_peers, read_place
from secmon.web.tour.sandbox import ContextSource

_STILL: Any = {"displayModeBar": False, "responsive": True}
PARTS = ("requests", "incidents", "blocks", "risk", "peers", "contacts", "assets")


def panels(language: str) -> list[Any]:
    """Return the panels; a callback of their own fills them, slower than that of the upper half."""
    graph = dcc.Graph(id="sitedesk-volume", figure=blank(), className="graph", config=_STILL)
    sections = [
        panel(t(f"place.{name}", language), html.Div(id=f"sitedesk-{name}", className="scroll"), style=f"place-{name}")
        for name in PARTS
    ]
    volume = panel(t("place.volume", language), graph, note=html.Span(id="sitedesk-complete"), style="chart")
    return [dcc.Interval(id="sitedesk-tick", interval=20_000), dcc.Store(id="sitedesk-seen"), volume, *sections]


def register(app: Dash, contexts: ContextSource) -> None:
    """Register the callback that fills the panels."""

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
    @requires(Permission.VIEW)
    async def fill(_tick: int | None, code: str, seen: Seen | None, language: str) -> Any:
        context = contexts.current()
        if context.site(code) is None or not current_user().scope.covers(code):
            raise PreventUpdate
        try:
            made = await asyncio.to_thread(_made, context, code, language)
        except SecmonError as error:
            return (failed(error, language), *[no_update] * (len(PARTS) + 2))
        sent, digests = only_new(made, seen)
        return (*sent, digests)


def _made(context: CentreContext, code: str, language: str) -> dict[str, Any]:
    site = context.site(code)
    assert site is not None
    view = read_place(context, [code])
    return {
        "requests": place_parts.requests(context, view, language),
        "incidents": place_parts.incidents(view, language),
        "blocks": place_parts.blocks(context, view, language),
        "risk": place_parts.risk(context, view, language),
        "peers": place_parts.peers(read_peers(context, site, context.sites), language),
        "contacts": asset_sections.contacts(contacts_of(context.db, EVERYTHING, code), language),
        "assets": asset_sections.assets(assets_of(context.db, EVERYTHING, code), language),
        "volume": place_parts.volume(view.volume, language),
        "complete": place_parts.complete(view.volume, language),
    }


_EVENTS, _ALERTS, _QUARANTINE = 200, 50, 20


@dataclass(frozen=True, slots=True)
class SiteView:
    """Data of the page; `intake` is (events, quarantined) by feed since the beginning, `trend` has a UTC slot index."""

    at: datetime
    feeds: Sequence[FeedReport]
    intake: dict[str, tuple[int, int]]
    alerts: Sequence[Alert]
    trend: pd.DataFrame
    events: list[dict[str, Any]]
    quarantine: list[dict[str, Any]]


def read_site(context: CentreContext, code: str) -> SiteView:
    """Read the view of the site `code`; raise StoreError if the store does not answer."""
    now = context.clock()
    since, store = now - DAY, context.store
    site = {"site": code}
    rows = store.frame(sql.query("site_trend"), {**site, "since": since.replace(microsecond=0)})
    intake = store.rows(sql.query("site_feeds"), {**site, "since": datetime.fromtimestamp(0, now.tzinfo)})
    return SiteView(
        at=now,
        feeds=context.reports(code),
        intake={feed: (int(events), int(quarantined)) for feed, events, quarantined in intake},
        alerts=alert_queries.newest_alerts(context.db, _ALERTS, site=code),
        trend=by_slot(rows, since, now),
        events=store.records(sql.query("site_events"), {**site, "since": since, "limit": _EVENTS}),
        quarantine=store.records(sql.query("site_quarantine"), {**site, "limit": _QUARANTINE}),
    )
