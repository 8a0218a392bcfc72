"""Digests page: readers open sent digests again; the supervisor sees the deliveries and resends a digest."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from dash import Dash, Input, Output, State, dcc, html
from dash.exceptions import PreventUpdate

from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.db.transaction import Change
from secmon.errors import NotFoundError, SecmonError
from secmon.live.context import CentreContext
from secmon.reports import archive
from secmon.reports.archive import Archived
from secmon.web.components.actions import action_result, button, register_actions
from secmon.web.components.dialog import Answers, dialog
from secmon.web.components.panel import empty, facts_list, page_head, panel, table
from secmon.web.components.polling import Seen, only_new, pausing
from secmon.web.gateway.current_user import current_user, requires
from secmon.web.i18n.error_messages import error_message
from secmon.web.i18n.names import place_name
from secmon.web.i18n.texts import catalogue, kst, t
from secmon.web.pages import visit_of
from secmon.web.routing import Group, Page, Visit
from secmon.web.tour.sandbox import ContextSource

PAGE = Page("digests", r"/digests", Group.MANAGE, order=10, permission=Permission.EXPORT)

ACTIONS = {"send": Permission.SETTINGS}
_MOST = 100
_READABLE = ("mail.html", "report.pdf", "mail.txt", "tables.csv", "report.json")
"""Documents offered to open, in this order; pictures belong to the mail."""


def layout(_context: CentreContext, visit: Visit) -> html.Div:
    """Return the layout of the page; `?digest=12` opens a digest."""
    language = visit.language
    listed = panel(t("digests.list", language), html.Div(id="digests-list", className="scroll"), style="grow")
    return html.Div(
        [
            dcc.Interval(id="digests-tick", interval=10_000),
            dcc.Store(id="digests-seen"),
            page_head(t("nav.digests", language), t("digests.about", language)),
            action_result("digests"),
            html.Div(
                [listed, html.Aside(id="digests-one", className="side-panel", hidden=True)], className="queue wide"
            ),
            dialog("digests", {"send": []}, language),
        ],
        className="site digests",
    )


def register(app: Dash, contexts: ContextSource) -> None:
    """Register the callbacks of the list, the chosen digest, and sending it again."""

    @app.callback(
        Output("digests-list", "children"),
        Output("digests-one", "children"),
        Output("digests-one", "hidden"),
        Output("digests-seen", "data"),
        Input("digests-tick", "n_intervals"),
        Input("url", "search"),
        Input("digests-done", "data"),
        State("digests-seen", "data"),
        State("url", "pathname"),
        State("language", "data"),
        running=pausing("digests-tick", 10_000),
    )
    @requires(Permission.EXPORT)
    async def fill(_tick: int, search: str | None, _done: Any, seen: Seen | None, path: str, language: str) -> Any:
        context = contexts.current()
        visit = visit_of(path, search or "", language)
        if visit is None or visit.page.name != "digests":
            raise PreventUpdate
        made = await asyncio.to_thread(_made, context, visit, current_user())
        sent, digests = only_new(made, seen)
        return (*sent, digests)

    register_actions(app, "digests", ACTIONS, lambda *given: _act(contexts.current(), *given))


def _made(context: CentreContext, visit: Visit, principal: Principal) -> dict[str, Any]:
    language = visit.language
    if context.staged:  # a presentation keeps no digests
        return {"list": empty(t("digests.nowhere", language)), "one": None, "hidden": True}
    chosen = visit.asked.get("digest", "")
    one = _one(context, principal, int(chosen), language) if chosen.isdecimal() else None
    found = archive.digests(context.db, principal.scope, limit=_MOST)
    return {"list": _list(context, found, language), "one": one, "hidden": one is None}


def _list(context: CentreContext, found: Sequence[Archived], language: str) -> Any:
    if not found:
        return empty(t("digests.none", language))
    rows = [
        [
            f"#{one.id}",
            dcc.Link(_kind(one, language), href=f"/digests?digest={one.id}"),
            place_name(context, one.scope, language),
            _span(one),
            kst(one.composed_at, "%m-%d %H:%M"),
            ", ".join(one.versions),
        ]
        for one in found
    ]
    names = ("column.number", "digests.kind", "digests.place", "digests.span", "digests.composed", "digests.versions")
    return table([t(name, language) for name in names], rows)


def _kind(one: Archived, language: str) -> str:
    """Return the kind of a digest as text; its name if there is no text for it."""
    return catalogue(language).get(f"digests.kind.{one.kind}", one.kind)


def _span(one: Archived) -> str:
    return f"{kst(one.begins, '%Y-%m-%d %H:%M')} – {kst(one.ends, '%m-%d %H:%M')}"


def _one(context: CentreContext, principal: Principal, number: int, language: str) -> Any:
    try:
        one = archive.digest(context.db, principal.scope, number)
        names = {
            version: archive.document_names(context.db, principal.scope, number, version) for version in one.versions
        }
    except SecmonError as error:
        return html.P(error_message(error, language), className="failed")
    facts = [
        (t("digests.place", language), place_name(context, one.scope, language)),
        (t("digests.span", language), _span(one)),
        (t("digests.composed", language), kst(one.composed_at)),
    ]
    keeps = principal.may(Permission.SETTINGS)
    shut = dcc.Link("✕", href="/digests", className="tool", title=t("page.close", language))
    return [
        html.Header([html.H2(f"#{number} {_kind(one, language)}"), shut]),
        html.Div([button("digests", "send", number, language)] if keeps else [], className="line"),
        facts_list(facts),
        html.Section([html.H3(t("digests.documents", language)), _documents(number, names, language)]),
        _deliveries(context, principal, number, language) if keeps else None,
    ]


def _documents(number: int, documents: Mapping[str, Sequence[str]], language: str) -> Any:
    rows = []
    for version, names in documents.items():
        links = [
            html.A(name, href=f"/api/v1/digests/{number}/documents/{version}/{name}", target="_blank")
            for name in _READABLE
            if name in names
        ]
        rows.append([version, html.Div(links, className="line")])
    return table([t("digests.versions", language), t("digests.open", language)], rows)


def _deliveries(context: CentreContext, principal: Principal, number: int, language: str) -> html.Section:
    found = archive.deliveries(context.db, principal.scope, number)
    rows = [
        [
            one.name,
            one.channel,
            one.state,
            kst(one.sent_at, "%m-%d %H:%M"),
            error_message(one.error, language),
        ]
        for one in found
    ]
    names = ("digests.recipient", "column.channel", "column.state", "digests.sent", "column.detail")
    body = table([t(name, language) for name in names], rows) if rows else empty(t("digests.unsent", language))
    return html.Section([html.H3(t("digests.deliveries", language)), body])


def _act(
    context: CentreContext, principal: Principal, _action: str, target: str, _filled: Answers, language: str
) -> str:
    if context.staged:
        raise NotFoundError("digest.none_kept")
    sent = archive.resend(Change(context.db, principal.scope, principal.actor, context.clock()), int(target))
    return t("digests.done.send", language, number=len(sent))
