"""Audit log page: who did what, when and from where, and whether the log is complete."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from dash import Dash, Input, Output, State, dcc, html
from dash.exceptions import PreventUpdate

from secmon.auth.roles import Permission
from secmon.db import audit_log
from secmon.db.audit_log import AuditEntry
from secmon.live.context import CentreContext
from secmon.web.components.panel import empty, page_head, panel, table
from secmon.web.gateway.current_user import current_user, requires
from secmon.web.i18n.names import site_name
from secmon.web.i18n.texts import kst, t
from secmon.web.pages import visit_of
from secmon.web.pages.shift.handover_facts import act_name
from secmon.web.routing import Group, Page, Visit
from secmon.web.tour.sandbox import ContextSource

PAGE = Page("audit", r"/audit", Group.MANAGE, order=50, permission=Permission.AUDIT)

_PAGE = 200
_FILTERS = ("actor", "action", "subject")
_CELL = 300  # characters shown of a value


def layout(_context: CentreContext, visit: Visit) -> html.Div:
    """Return the layout of the page; `?actor=&action=&subject=&before=` filters the entries."""
    language = visit.language
    fields = [
        html.Label(
            [
                t(f"audit.{name}", language),
                dcc.Input(
                    id=f"audit-{name}", className="text", value=visit.asked.get(name, ""), debounce=True, maxLength=128
                ),
            ]
        )
        for name in _FILTERS
    ]
    verify = html.Button(t("audit.verify", language), id="audit-verify", className="button", n_clicks=0)
    return html.Div(
        [
            page_head(t("nav.audit", language), t("audit.about", language), html.Div([verify], className="asof")),
            html.Div([*fields, html.Span(id="audit-chain", role="status")], className="line wide"),
            panel(
                t("audit.entries", language),
                html.Div(id="audit-entries", className="scroll"),
                style="wide tall",
                note=t("audit.note", language),
            ),
        ],
        className="site audit",
    )


def register(app: Dash, contexts: ContextSource) -> None:
    """Register the callbacks of the entries, the filter in the address, and the check of the chain."""

    @app.callback(
        Output("url", "search", allow_duplicate=True),
        *(Input(f"audit-{name}", "value") for name in _FILTERS),
        State("url", "pathname"),
        State("language", "data"),
        prevent_initial_call=True,
    )
    @requires(Permission.AUDIT)
    async def chosen(*given: Any) -> str:
        *values, path, language = given
        visit = visit_of(path, "", language)
        if visit is None or visit.page.name != "audit":
            raise PreventUpdate
        return "?" + urlencode({name: text for name, text in zip(_FILTERS, values, strict=True) if text})

    @app.callback(
        Output("audit-entries", "children"),
        Input("url", "search"),
        State("url", "pathname"),
        State("language", "data"),
    )
    @requires(Permission.AUDIT)
    async def fill(search: str | None, path: str, language: str) -> Any:
        context = contexts.current()
        visit = visit_of(path, search or "", language)
        if visit is None or visit.page.name != "audit":
            raise PreventUpdate
        return await asyncio.to_thread(_entries, context, visit)

    @app.callback(
        Output("audit-chain", "children"),
        Input("audit-verify", "n_clicks"),
        State("language", "data"),
        prevent_initial_call=True,
    )
    @requires(Permission.AUDIT)
    async def verify(clicks: int | None, language: str) -> Any:
        context = contexts.current()
        if not clicks:
            raise PreventUpdate
        broken = await asyncio.to_thread(audit_log.verify_audit_log, context.db)
        if broken is None:
            return html.Span(t("audit.whole", language, time=kst(context.clock())), className="done")
        return html.Span(t("audit.broken", language, number=broken.id, reason=broken.reason), className="failed")


def _entries(context: CentreContext, visit: Visit) -> Any:
    language, asked = visit.language, visit.asked
    before = asked.get("before", "")
    wanted = {name: asked.get(name, "") for name in _FILTERS}
    rows = audit_log.audit_entries(
        context.db, current_user().scope, limit=_PAGE, before=int(before) if before.isdecimal() else None, **wanted
    )
    if not rows:
        return empty(t("audit.none", language))
    names = (
        "column.number",
        "column.time",
        "column.who",
        "audit.origin",
        "column.act",
        "audit.of",
        "column.site",
        "audit.what",
    )
    listed = table([t(name, language) for name in names], [_row(context, one, language) for one in rows])
    return [listed, *_older(rows, wanted, language)]


def _row(context: CentreContext, one: AuditEntry, language: str) -> list[Any]:
    named = act_name(one.action, language)
    code = None if named == one.action else html.Small(f" {one.action}")
    site = site_name(context, one.site, language) if one.site else "–"
    return [
        one.id,
        kst(one.at),
        one.actor,
        one.origin,
        html.Span([named, code], title=f"sha256 {one.hash}"),
        one.subject,
        site,
        html.Div([html.Div(line) for line in differences(one)], className="raw"),
    ]


def differences(one: AuditEntry) -> list[str]:
    """Return the changes of an entry, a line per field: `owner: a → b`, or the value set."""
    before, after = json.loads(one.before), json.loads(one.after)
    lines = []
    for name in [*before, *(name for name in after if name not in before)]:
        if before.get(name) == after.get(name) or (not before and after[name] in ("", None)):
            continue
        old, new = before.get(name), after.get(name)
        said = f"{old} → {new}" if name in before and name in after else str(new if name in after else f"{old} → ∅")
        lines.append(f"{name}: {said}"[:_CELL])
    return lines


def _older(rows: Sequence[AuditEntry], wanted: dict[str, str], language: str) -> list[Any]:
    if len(rows) < _PAGE:
        return []
    query = urlencode({**{name: text for name, text in wanted.items() if text}, "before": rows[-1].id})
    return [html.P(dcc.Link(t("audit.older", language), href=f"/audit?{query}", className="button"), className="empty")]
