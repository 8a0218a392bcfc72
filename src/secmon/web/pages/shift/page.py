"""Shift handover page: both leads see the present state, add notes, and sign in turn."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update
from dash.exceptions import PreventUpdate

from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.db.transaction import Change
from secmon.errors import IllegalMove, SecmonError
from secmon.live.context import CentreContext
from secmon.operations import roster, shift_handover
from secmon.operations.roster import PlannedShift, Shift
from secmon.operations.shift_handover import Handover
from secmon.sites.scope import EVERYTHING
from secmon.times import KST
from secmon.web.components.actions import action_result, button, register_actions
from secmon.web.components.dialog import Answers, DialogField, dialog
from secmon.web.components.panel import empty, page_head, panel, table
from secmon.web.components.polling import Seen, only_new, pausing
from secmon.web.gateway.current_user import current_user, requires
from secmon.web.i18n.error_messages import error_message
from secmon.web.i18n.texts import kst, t
from secmon.web.pages import visit_of
from secmon.web.pages.shift.handover_facts import drawn, silent_feeds
from secmon.web.routing import Group, Page, Visit
from secmon.web.tour.sandbox import ContextSource

PAGE = Page("shift", r"/shift", Group.RESPOND, order=40, permission=Permission.SHIFT)

_SHIFT = Permission.SHIFT
ACTIONS = dict.fromkeys(("draft", "refresh", "sign", "countersign", "add", "remove"), _SHIFT)
_PAST = 30
_AHEAD = timedelta(days=7)
_HOURS = {"day": (9, 9), "night": (18, 15)}
"""Begin (hour of the day in Korea) and length in hours of the two shifts of a day."""


def layout(context: CentreContext, visit: Visit) -> html.Div:
    """Return the layout of the page; `?handover=3` shows a past handover."""
    language = visit.language
    asked = {
        "draft": [],
        "refresh": [],
        "sign": [],
        "countersign": [],
        "remove": [],
        "add": [
            DialogField("choice", t("shift.when", language), _coming(context.clock(), language)),
            DialogField("title", t("shift.lead", language)),
            DialogField("note", t("shift.members", language)),
        ],
    }
    notes = dcc.Textarea(id="shift-notes", className="text")
    save = html.Button(t("shift.save", language), id="shift-save", className="button", n_clicks=0)
    return html.Div(
        [
            dcc.Interval(id="shift-tick", interval=5000),
            dcc.Store(id="shift-seen"),
            dcc.Store(id="shift-shown"),
            page_head(
                t("nav.shift", language),
                t("shift.about", language),
                html.Div(
                    [html.Span(id="shift-duty"), html.Div(id="shift-tools", className="line")], className="asof line"
                ),
            ),
            action_result("shift"),
            panel(
                t("shift.handover", language),
                html.Div(id="shift-one", className="scroll handover"),
                html.Div(
                    [
                        html.Label([html.H3(t("shift.notes", language)), notes]),
                        html.Div([save, html.Span(id="shift-saved")], className="line"),
                    ],
                    id="shift-writing",
                    className="padded",
                    hidden=True,
                ),
                style="tall",
            ),
            html.Div(
                [
                    panel(
                        t("shift.roster", language),
                        html.Div(id="shift-roster", className="scroll"),
                        note=button("shift", "add", "", language, "button small"),
                    ),
                    panel(t("shift.past", language), html.Div(id="shift-past", className="scroll")),
                ],
                className="stacked",
            ),
            dialog("shift", asked, language),
        ],
        className="site shift",
    )


def _coming(now: datetime, language: str) -> list[tuple[str, str]]:
    """Return the shifts that can be planned: begin and end as the value, day and hours as the label."""
    today = now.astimezone(KST).replace(hour=0, minute=0, second=0, microsecond=0)
    options = []
    for day in range(_AHEAD.days):
        for name, (hour, length) in _HOURS.items():
            begins = today + timedelta(days=day, hours=hour)
            ends = begins + timedelta(hours=length)
            words = f"{begins:%m-%d} {t(f'shift.{name}', language)} {begins:%H:%M}–{ends:%H:%M}"
            options.append((f"{name} {begins.isoformat()} {ends.isoformat()}", words))
    return options


def register(app: Dash, contexts: ContextSource) -> None:
    """Register the callbacks of the current or chosen handover, past handovers, the roster and the leads' notes."""

    @app.callback(
        Output("shift-tools", "children"),
        Output("shift-duty", "children"),
        Output("shift-one", "children"),
        Output("shift-roster", "children"),
        Output("shift-past", "children"),
        Output("shift-writing", "hidden"),
        Output("shift-shown", "data"),
        Output("shift-seen", "data"),
        Output("shift-notes", "value"),
        Output("shift-saved", "children"),
        Input("shift-tick", "n_intervals"),
        Input("url", "search"),
        Input("shift-done", "data"),
        State("shift-seen", "data"),
        State("url", "pathname"),
        State("language", "data"),
        running=pausing("shift-tick", 5000),
    )
    @requires(_SHIFT)
    async def fill(_tick: int, search: str | None, _done: Any, seen: Seen | None, path: str, language: str) -> Any:
        context = contexts.current()
        visit = visit_of(path, search or "", language)
        if visit is None or visit.page.name != "shift":
            raise PreventUpdate
        made, notes = await asyncio.to_thread(_made, context, visit)
        sent, digests = only_new(made, seen)
        if digests["shown"] == (seen or {}).get("shown"):
            return (*sent, digests, no_update, no_update)
        # The notes come with the field that they are written in: a later answer would replace what is typed meanwhile.
        return (*sent, digests, notes, "")

    _register_words(app, contexts)
    register_actions(app, "shift", ACTIONS, lambda *given: _act(contexts.current(), *given))


def _register_words(app: Dash, contexts: ContextSource) -> None:
    """Register the callback that saves the leads' notes."""

    @app.callback(
        Output("shift-saved", "children", allow_duplicate=True),
        Output("shift-done", "data", allow_duplicate=True),
        Output("shift-tools", "children", allow_duplicate=True),
        Input("shift-save", "n_clicks"),
        State("shift-notes", "value"),
        State("shift-shown", "data"),
        State("shift-done", "data"),
        State("language", "data"),
        prevent_initial_call=True,
    )
    @requires(_SHIFT)
    async def save(clicks: int | None, notes: str | None, number: int | None, done: int | None, language: str) -> Any:
        context = contexts.current()
        if not clicks or not number:
            raise PreventUpdate
        actor, now = current_user().actor, context.clock()
        try:
            row = await asyncio.to_thread(
                shift_handover.edit_handover, Change(context.db, EVERYTHING, actor, now), number, notes or ""
            )
        except SecmonError as error:
            return html.Span(error_message(error, language), className="failed"), no_update, no_update
        # The lead may sign right after saving: the buttons carry the version that is signed.
        return html.Span(t("shift.saved", language), className="done"), (done or 0) + 1, _tools(row, language)


def _made(context: CentreContext, visit: Visit) -> tuple[dict[str, Any], str]:
    """Return the parts of the page, and the notes of the handover that is being written."""
    language = visit.language
    past = shift_handover.handovers(context.db, _PAST)
    wanted = visit.asked.get("handover", "")
    shown = next((one for one in past if str(one.id) == wanted), past[0] if past else None)
    working = shown is not None and shown.state == "draft"
    parts = {
        "tools": _tools(past[0] if past else None, language),
        "duty": _duty(context, language),
        "one": _one(context, shown, language) if shown else empty(t("shift.none", language)),
        "roster": _roster(context, language),
        "past": _past(past, language),
        "writing": not working,
        "shown": shown.id if shown and working else None,
    }
    return parts, shown.notes if shown and working else ""


def _duty(context: CentreContext, language: str) -> str:
    """Return who is on duty according to the roster, the lead of each shift first."""
    running = roster.on_duty(context.db, context.clock())
    if not running:
        return t("shift.duty.none", language)
    named = "; ".join(f"{', '.join(one.people)} ({kst(one.ends, '%H:%M')})" for one in running)
    return t("shift.duty", language, names=named)


def _tools(newest: Handover | None, language: str) -> list[Any]:
    if newest is None or newest.state == "handed_over":
        return [button("shift", "draft", "", language, "button main")]
    target = f"{newest.id}/{newest.version}"
    if newest.state == "draft":
        return [button("shift", "refresh", target, language), button("shift", "sign", target, language, "button main")]
    return [button("shift", "countersign", target, language, "button main")]


def _one(context: CentreContext, one: Handover, language: str) -> list[Any]:
    signed = [
        (t("shift.outgoing", language), one.outgoing, one.outgoing_at),
        (t("shift.incoming", language), one.incoming, one.incoming_at),
    ]
    lines = [_signature(*three) for three in signed]
    drafted = t("shift.drafted", language, name=one.drafted_by)
    span = f"{kst(one.begins, '%m-%d %H:%M')} – {kst(one.ends, '%m-%d %H:%M')} · {drafted}"
    notes = [html.H3(t("shift.notes", language)), html.Pre(one.notes, className="letter")] if one.notes else []
    return [
        html.P([html.Strong(f"#{one.id} {t(f'shift.state.{one.state}', language)}"), html.Br(), span]),
        html.Ul(lines, className="tasks"),
        *(notes if one.state != "draft" else []),
        *drawn(context, one.content, language),
    ]


def _signature(role: str, name: str, at: datetime | None) -> html.Li:
    words = html.Span([f"{role} ", html.Strong(name or "–"), html.Small(kst(at))])
    return html.Li([html.B("✓" if at else "○"), words], className="task-done" if at else "")


def _past(past: Sequence[Handover], language: str) -> Any:
    if not past:
        return empty(t("shift.none", language))
    rows = [
        [
            dcc.Link(f"#{one.id}", href=f"/shift?handover={one.id}"),
            kst(one.ends, "%m-%d %H:%M"),
            t(f"shift.state.{one.state}", language),
            one.outgoing or "–",
            one.incoming or "–",
        ]
        for one in past
    ]
    names = ("column.number", "shift.until", "column.state", "shift.outgoing", "shift.incoming")
    return table([t(name, language) for name in names], rows)


def _roster(context: CentreContext, language: str) -> Any:
    now = context.clock()
    planned = roster.shifts_between(context.db, now, now + _AHEAD)
    if not planned:
        return empty(t("shift.roster.none", language))
    names = ("shift.when", "shift.lead", "shift.members", "column.act")
    rows = [_planned(one, now, language) for one in planned]
    return table([t(name, language) for name in names], rows)


def _planned(one: Shift, now: datetime, language: str) -> list[Any]:
    """Return a row of the roster; a running shift is marked, a coming shift can be removed."""
    when = f"{kst(one.begins, '%m-%d %H:%M')} – {kst(one.ends, '%H:%M')}"
    named = t(f"shift.{one.name}", language) if one.name in _HOURS else one.name
    here = html.B(f"● {named}") if one.begins <= now else named
    act = button("shift", "remove", one.id, language, "button small") if one.begins > now else t("shift.now", language)
    return [[here, html.Br(), when], one.lead, ", ".join(one.people[1:]) or "–", act]


def _act(context: CentreContext, principal: Principal, action: str, target: str, filled: Answers, language: str) -> str:
    db, actor, now = context.db, principal.actor, context.clock()
    if action == "draft":
        shift_handover.draft_handover(Change(db, EVERYTHING, actor, now), silent_feeds(context))
    elif action == "add":
        name, begins, ends = (filled.choice or "  ").split(" ", 2)
        if name not in _HOURS:
            raise IllegalMove("shift.time_not_chosen")
        span = (datetime.fromisoformat(begins), datetime.fromisoformat(ends))
        roster.plan_shift(
            Change(db, EVERYTHING, actor, now), PlannedShift(name, *span, filled.title, tuple(filled.note.split(",")))
        )
    elif action == "remove":
        roster.cancel_shift(Change(db, EVERYTHING, actor, now), int(target))
    else:
        number, version = (int(part) for part in target.split("/"))
        if action == "refresh":
            shift_handover.refresh_handover(Change(db, EVERYTHING, actor, now), number, silent_feeds(context))
        else:
            shift_handover.sign_handover(Change(db, EVERYTHING, actor, now), number, version=version)
    return t(f"shift.done.{action}", language)
