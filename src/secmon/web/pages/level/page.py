"""Crisis level page: the supervisor enters a declared level and its duties; municipalities acknowledge it."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from dash import Dash, Input, Output, State, dcc, html

from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.db.transaction import Change
from secmon.errors import IllegalMove
from secmon.live.context import CentreContext
from secmon.operations import crisis_level, level_duties
from secmon.operations.crisis_level import CrisisLevel, Declaration, Declared
from secmon.operations.level_duties import Duty, DutyDone
from secmon.sites.scope import EVERYTHING
from secmon.web.components.actions import action_result, button, register_actions
from secmon.web.components.dialog import Answers, DialogField, dialog
from secmon.web.components.panel import empty, facts_list, page_head, panel, table
from secmon.web.components.polling import Seen, only_new, pausing
from secmon.web.gateway.current_user import current_user, requires
from secmon.web.i18n.names import site_name
from secmon.web.i18n.texts import kst, t
from secmon.web.routing import Group, Page, Visit
from secmon.web.tour.sandbox import ContextSource

PAGE = Page("level", r"/level", Group.RESPOND, order=30)

_DECLARE, _ANSWER = Permission.DECLARE_LEVEL, Permission.ANSWER
ACTIONS = {"declare": _DECLARE, "done": _DECLARE, "undo": _DECLARE, "acknowledge": _ANSWER}
_PAST = 50
_MOST_BUTTONS = 31  # the largest province has this many municipalities


def layout(_context: CentreContext, visit: Visit) -> html.Div:
    """Return the layout of the page."""
    language = visit.language
    levels = [(str(one), t(f"level.{one}", language)) for one in CrisisLevel]
    asked = {
        "declare": [
            DialogField("choice", t("level.which", language), levels),
            DialogField("title", t("level.issuer", language)),
            DialogField("note", t("level.reason", language)),
        ],
        "done": [DialogField("note", t("level.note", language))],
        "undo": [],
        "acknowledge": [DialogField("note", t("level.note", language))],
    }
    tools = [button("level", "declare", "", language, "button main")] if current_user().may(_DECLARE) else []
    return html.Div(
        [
            dcc.Interval(id="level-tick", interval=5000),
            dcc.Store(id="level-seen"),
            page_head(t("nav.level", language), t("level.about", language), html.Div(tools, className="asof")),
            action_result("level"),
            panel(t("level.current", language), html.Div(id="level-current", className="scroll")),
            panel(t("level.duties", language), html.Div(id="level-duties", className="scroll")),
            panel(t("level.cascade", language), html.Div(id="level-cascade", className="scroll")),
            panel(t("level.history", language), html.Div(id="level-history", className="scroll")),
            dialog("level", asked, language),
        ],
        className="site level-page",
    )


def register(app: Dash, contexts: ContextSource) -> None:
    """Register the callbacks: level in force, its duties, acknowledgements, and earlier declarations."""

    @app.callback(
        Output("level-current", "children"),
        Output("level-duties", "children"),
        Output("level-cascade", "children"),
        Output("level-history", "children"),
        Output("level-seen", "data"),
        Input("level-tick", "n_intervals"),
        Input("level-done", "data"),
        State("level-seen", "data"),
        State("language", "data"),
        running=pausing("level-tick", 5000),
    )
    @requires(Permission.VIEW)
    async def fill(_tick: int, _done: Any, seen: Seen | None, language: str) -> Any:
        context = contexts.current()
        made = await asyncio.to_thread(_made, context, current_user(), language)
        sent, digests = only_new(made, seen)
        return (*sent, digests)

    register_actions(app, "level", ACTIONS, lambda *given: _act(contexts.current(), *given))


def _made(context: CentreContext, principal: Principal, language: str) -> dict[str, Any]:
    past = crisis_level.level_history(context.db, _PAST)
    if not past:
        nothing = empty(t("level.nobody", language))
        return {"current": nothing, "duties": nothing, "cascade": nothing, "history": nothing}
    return {
        "current": _current(past[0], language),
        "duties": _duties(context, principal, past[0], language),
        "cascade": _cascade(context, principal, past[0], language),
        "history": _history(past, language),
    }


def _current(one: Declared, language: str) -> Any:
    declared = one.declaration
    return [
        html.P(html.Strong(t(f"level.{declared.level}", language), className=f"level level-{declared.level}")),
        facts_list(
            [
                (t("level.issuer", language), declared.issuer),
                (t("level.since", language), kst(declared.declared_at)),
                (t("level.reason", language), declared.reason or "–"),
                (t("column.number", language), f"#{one.number}"),
            ]
        ),
    ]


def _duties(context: CentreContext, principal: Principal, one: Declared, language: str) -> Any:
    every = level_duties.duties()[one.declaration.level]
    done = level_duties.completed_duties(context.db, one.number) if principal.scope.everything else {}
    parts: list[Any] = []
    if principal.scope.everything:
        parts.append(html.H3(t("level.duties.centre", language)))
        rows = [_duty(duty, done, principal, language) for duty in every if duty.who == "centre"]
        parts.append(html.Ul(rows, className="tasks"))
    sites = [html.Li(html.Span(_said(duty, language))) for duty in every if duty.who == "site"]
    return [*parts, html.H3(t("level.duties.site", language)), html.Ul(sites, className="tasks")]


def _duty(duty: Duty, done: Mapping[str, DutyDone], principal: Principal, language: str) -> html.Li:
    row = done.get(duty.key)
    action = "undo" if row else "done"
    tick = button("level", action, duty.key, language, "button small") if principal.may(_DECLARE) else None
    words: list[Any] = [_said(duty, language)]
    if row:
        words.append(html.Small(" · ".join(filter(None, (row.done_by, kst(row.done_at, "%m-%d %H:%M"), row.note)))))
    mark = html.B("✓" if row else "○")
    return html.Li([mark, html.Span(words), tick], className="task-done" if row else "")


def _said(duty: Duty, language: str) -> str:
    return duty.ko if language == "ko" else duty.en


def _cascade(context: CentreContext, principal: Principal, one: Declared, language: str) -> Any:
    reach = level_duties.acknowledgement_progress(
        context.db, principal.scope, one.number, [site.code for site in context.sites]
    )
    heard = level_duties.acknowledgements(context.db, principal.scope, one.number)
    share = reach.acknowledged / reach.of if reach.of else 0.0
    bar = html.Span(html.I(style={"width": f"{share:.0%}"}), className="share")
    parts: list[Any] = [
        html.Div(
            [bar, html.B(f"{reach.acknowledged}/{reach.of}"), t("level.acknowledged", language)], className="coverage"
        )
    ]
    if reach.missing:
        parts += [html.H3(t("level.missing", language, number=len(reach.missing)))]
        parts += _missing(context, principal, reach.missing, language)
    if heard:
        names = [t(f"column.{name}", language) for name in ("site", "who", "time", "detail")]
        rows = [
            [site_name(context, row.site, language), row.actor, kst(row.at, "%m-%d %H:%M"), row.note] for row in heard
        ]
        parts += [html.H3(t("level.heard", language)), table(names, rows)]
    return parts


def _missing(context: CentreContext, principal: Principal, missing: Sequence[str], language: str) -> list[Any]:
    """Return a line with a button for each site the user answers for; otherwise the names, by province."""
    if principal.may(_ANSWER) and len(missing) <= _MOST_BUTTONS:
        return [
            html.Div(
                [site_name(context, code, language), button("level", "acknowledge", code, language)],
                className="line between",
            )
            for code in missing
        ]
    by_province: dict[str, list[str]] = {}
    for code in missing:
        site = context.site(code)
        by_province.setdefault(code[:2], []).append((site.ko if language == "ko" else site.en) if site else code)
    provinces = [(context.province(code), names) for code, names in by_province.items()]
    return [
        facts_list(
            [
                (f"{place.short_ko if language == 'ko' else place.short_en} {len(names)}", ", ".join(names))
                for place, names in provinces
            ]
        )
    ]


def _history(past: Sequence[Declared], language: str) -> Any:
    rows = [
        [
            f"#{one.number}",
            t(f"level.{one.declaration.level}", language),
            one.declaration.issuer,
            one.declaration.reason or "–",
            kst(one.declaration.declared_at, "%Y-%m-%d %H:%M"),
        ]
        for one in past
    ]
    names = ("column.number", "level.which", "level.issuer", "level.reason", "level.since")
    return table([t(name, language) for name in names], rows)


def _act(context: CentreContext, principal: Principal, action: str, target: str, filled: Answers, language: str) -> str:
    db, actor, now = context.db, principal.actor, context.clock()
    if action == "declare":
        if filled.choice not in {*CrisisLevel}:
            raise IllegalMove("level.not_chosen")
        declared = Declaration(CrisisLevel(filled.choice), filled.title.strip(), filled.note.strip(), now)
        crisis_level.declare_level(Change(db, EVERYTHING, actor, now), declared)
        return t("level.done.declare", language, level=t(f"level.{filled.choice}", language))
    current = crisis_level.current_declaration(db)
    if current is None:
        raise IllegalMove("level.none_declared")
    if action == "acknowledge":
        level_duties.acknowledge_level(
            Change(db, principal.scope, actor, now), current.number, target, note=filled.note
        )
        return t("level.done.acknowledge", language, site=site_name(context, target, language))
    if action == "done":
        level_duties.complete_duty(Change(db, EVERYTHING, actor, now), current.number, target, note=filled.note)
    else:
        level_duties.undo_duty(Change(db, EVERYTHING, actor, now), current.number, target)
    return t(f"level.done.{action}", language)
