"""Requests page: the centre sees which answers are missing; a municipality sees what it is asked to do."""

import asyncio
from typing import Any

from dash import Dash, Input, Output, State, dcc, html
from dash.exceptions import PreventUpdate

from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.db.transaction import Change
from secmon.errors import IllegalMove, SecmonError
from secmon.live.context import CentreContext
from secmon.response.requests import phone_answers, request
from secmon.response.requests import workflow as request_workflow
from secmon.response.requests.phone_answers import PhoneAnswer
from secmon.response.requests.request import AWAITED, Receipt, Request, RequestState
from secmon.web.components.actions import action_result, button, register_actions
from secmon.web.components.countdown import due_words
from secmon.web.components.dialog import Answers, DialogField, dialog
from secmon.web.components.panel import attributes, empty, facts_list, page_head, panel, severity_pill, table, tile
from secmon.web.components.polling import Seen, only_new, pausing
from secmon.web.gateway.current_user import current_user, requires
from secmon.web.i18n.error_messages import error_message
from secmon.web.i18n.names import site_name
from secmon.web.i18n.texts import kst, t
from secmon.web.pages import visit_of
from secmon.web.routing import Group, Page, Visit
from secmon.web.tour.sandbox import ContextSource

PAGE = Page("requests", r"/requests", Group.RESPOND, order=10)

_MOST = 300
_CENTRE = Permission.REQUEST
_SITE = Permission.ANSWER
ACTIONS = {
    "acknowledge": _SITE,
    "done": _SITE,
    "refuse": _SITE,
    "phone": _CENTRE,
    "verify": _CENTRE,
    "back": _CENTRE,
    "withdraw": _CENTRE,
}
S = RequestState
_POSSIBLE = {
    "acknowledge": (S.REQUESTED, S.DELIVERED),
    "done": (S.ACKNOWLEDGED,),
    "refuse": (S.REQUESTED, S.DELIVERED, S.ACKNOWLEDGED),
    "phone": AWAITED,
    "verify": (S.DONE,),
    "back": (S.DONE, S.REFUSED),
    "withdraw": AWAITED,
}


def layout(_context: CentreContext, visit: Visit) -> html.Div:
    """Return the layout of the page; `?request=12` opens a request."""
    language = visit.language
    note = {name: [DialogField("note", t(f"requests.note.{name}", language))] for name in ACTIONS}
    answers = [(str(one), t(f"request.{one}", language)) for one in phone_answers.ANSWERS]
    by_phone = [
        DialogField("choice", t("requests.said", language), answers),
        DialogField("title", t("requests.said_by", language)),
    ]
    asked = {**note, "phone": [*by_phone, *note["phone"]]}
    return html.Div(
        [
            dcc.Interval(id="requests-tick", interval=4000),
            dcc.Store(id="requests-seen"),
            page_head(t("nav.requests", language), t("requests.about", language)),
            html.Div(id="requests-tiles", className="kpis four wide"),
            action_result("requests"),
            html.Div(
                [
                    panel(t("requests.list", language), html.Div(id="requests-list", className="scroll"), style="grow"),
                    html.Aside(id="requests-one", className="side-panel", hidden=True),
                ],
                className="queue wide",
            ),
            dialog("requests", asked, language),
        ],
        className="site requests",
    )


def register(app: Dash, contexts: ContextSource) -> None:
    """Register the callbacks of the list, the chosen request, and the actions on it."""

    @app.callback(
        Output("requests-tiles", "children"),
        Output("requests-list", "children"),
        Output("requests-one", "children"),
        Output("requests-one", "hidden"),
        Output("requests-seen", "data"),
        Input("requests-tick", "n_intervals"),
        Input("url", "search"),
        Input("requests-done", "data"),
        State("requests-seen", "data"),
        State("url", "pathname"),
        State("language", "data"),
        running=pausing("requests-tick", 4000),
    )
    @requires(Permission.VIEW)
    async def fill(_tick: int, search: str | None, _done: Any, seen: Seen | None, path: str, language: str) -> Any:
        context = contexts.current()
        visit = visit_of(path, search or "", language)
        if visit is None or visit.page.name != "requests":
            raise PreventUpdate
        made = await asyncio.to_thread(_made, context, visit, current_user())
        sent, digests = only_new(made, seen)
        return (*sent, digests)

    register_actions(app, "requests", ACTIONS, lambda *given: _act(contexts.current(), *given))


def _made(context: CentreContext, visit: Visit, principal: Principal) -> dict[str, Any]:
    db, scope, now, language = context.db, principal.scope, context.clock(), visit.language
    standing = request.request_counts(db, scope, now)
    tiles = [
        tile(t("requests.awaited", language), f"{standing.awaiting:,}", t("requests.awaited.note", language)),
        tile(
            t("requests.overdue", language),
            f"{standing.overdue:,}",
            t("requests.overdue.note", language),
            "crit" if standing.overdue else "ok",
        ),
        tile(t("requests.to_verify", language), f"{standing.to_verify:,}", t("requests.to_verify.note", language)),
        tile(t("requests.refused", language), f"{standing.refused:,}", t("requests.refused.note", language)),
    ]
    found = request.search_requests(db, scope, limit=_MOST)
    waiting = [one for one in found if one.state in AWAITED]
    ordered = [*sorted(waiting, key=lambda one: one.due or one.act_due), *(one for one in found if one not in waiting)]
    chosen = visit.asked.get("request", "")
    one = _one(context, principal, int(chosen), language) if chosen.isdecimal() else None
    listed = _list(context, ordered, language)
    return {"tiles": tiles, "list": listed, "one": one, "hidden": one is None}


def _list(context: CentreContext, found: list[Request], language: str) -> Any:
    if not found:
        return empty(t("requests.none", language))
    rows = []
    for one in found:
        words, style = due_words(one.due, context.clock(), language)
        title = one.title_ko if language == "ko" else one.title_en
        rows.append(
            [
                f"#{one.id}",
                severity_pill(one.severity, language),
                dcc.Link(title, href=f"/requests?request={one.id}"),
                site_name(context, one.site, language),
                t(f"request.{one.state}", language),
                html.Span(words, className=f"due-{style}"),
                one.reminders or "",
                kst(one.requested_at, "%m-%d %H:%M"),
            ]
        )
    names = ("number", "severity", "request", "site", "state", "due", "reminders", "opened")
    return table([t(f"column.{name}", language) for name in names], rows)


def _one(context: CentreContext, principal: Principal, number: int, language: str) -> Any:
    try:
        one = request.get_request(context.db, principal.scope, number)
        receipts = request.receipts_of_request(context.db, principal.scope, number)
    except SecmonError as error:
        return html.P(error_message(error, language), className="failed")
    title, text = (one.title_ko, one.text_ko) if language == "ko" else (one.title_en, one.text_en)
    facts: list[tuple[str, Any]] = [
        (t("column.site", language), dcc.Link(site_name(context, one.site, language), href=f"/site/{one.site}")),
        (t("column.state", language), t(f"request.{one.state}", language)),
        (t("requests.by", language), f"{one.requested_by} · {kst(one.requested_at)}"),
        (t("requests.acknowledge_due", language), kst(one.acknowledge_due)),
        (t("requests.act_due", language), kst(one.act_due)),
    ]
    if one.incident_id:
        link = dcc.Link(f"#{one.incident_id}", href=f"/incident/{one.incident_id}")
        facts.append((t("column.incident", language), link))
    if one.answer:
        facts.append((t("requests.answer", language), one.answer))
    possible = [name for name, where in _POSSIBLE.items() if one.state in where and principal.may(ACTIONS[name])]
    told = [_receipt(row, language) for row in receipts]
    names = ("time", "what", "channel", "who", "detail")
    lines = [html.Pre(str(line.get("line", "")), className="raw") for line in one.lines]
    shut = html.Button("✕", className="tool close", **attributes(aria_label=t("page.close", language)))
    return [
        html.Header([html.Div([severity_pill(one.severity, language), html.H2(title)], className="line"), shut]),
        html.Div([button("requests", name, one.id, language) for name in possible], className="line"),
        facts_list(facts),
        html.Pre(text, className="letter"),
        html.Section([html.H3(t("requests.evidence", language, number=len(lines))), *lines]),
        html.Section(
            [html.H3(t("requests.receipts", language)), table([t(f"column.{name}", language) for name in names], told)]
        ),
    ]


def _receipt(row: Receipt, language: str) -> list[str]:
    moved = row.kind in {*RequestState}
    what = t(f"request.{row.kind}" if moved else f"requests.receipt.{row.kind}", language)
    channel = t(f"requests.channel.{row.channel}", language) if row.channel else ""
    return [kst(row.at), what, channel, row.actor, row.detail if moved else error_message(row.detail, language)]


def _act(context: CentreContext, principal: Principal, action: str, target: str, filled: Answers, language: str) -> str:
    db, scope, actor, now, number = context.db, principal.scope, principal.actor, context.clock(), int(target)
    if action == "acknowledge":
        request_workflow.acknowledge_request(Change(db, scope, actor, now), number, answer=filled.note)
    elif action == "done":
        request_workflow.complete_request(Change(db, scope, actor, now), number, answer=filled.note)
    elif action == "refuse":
        request_workflow.refuse_request(Change(db, scope, actor, now), number, reason=filled.note)
    elif action == "phone":
        if filled.choice not in phone_answers.ANSWERS:
            raise IllegalMove("request.answer_not_chosen")
        call = PhoneAnswer(RequestState(filled.choice), filled.note, filled.title)
        phone_answers.record_phone_answer(Change(db, scope, actor, now), number, call)
    elif action == "verify":
        request_workflow.verify_request(Change(db, scope, actor, now), number, note=filled.note)
    elif action == "back":
        request_workflow.return_request(Change(db, scope, actor, now), number, reason=filled.note)
    else:
        request_workflow.withdraw_request(Change(db, scope, actor, now), number, reason=filled.note)
    return t(f"requests.done.{action}", language, number=number)
