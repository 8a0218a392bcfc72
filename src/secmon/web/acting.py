"""Buttons that act at the desk: a question in the page's dialog, then the act, then what was done or why not."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from dash import Dash, Output, State, dcc, html, no_update
from dash.exceptions import PreventUpdate

from secmon.errors import SecmonError
from secmon.people.roles import Permission
from secmon.people.visitor import Visitor
from secmon.web.dialog import Answers, action_of, answers, ok, register_dialog, states
from secmon.web.i18n import t
from secmon.web.refusal import in_words
from secmon.web.visitor import current_visitor, demand, needs

Act = Callable[[Visitor, str, str, Answers, str], str]
"""Carries an action out on a target with what was filled in, and says in a language what was done."""


def said(prefix: str) -> html.Div:
    """Where a page says what was done; `<prefix>-done` counts, so that the page reads again."""
    return html.Div([dcc.Store(id=f"{prefix}-done"), html.Div(id=f"{prefix}-said", role="status")], className="wide")


def button(prefix: str, action: str, target: Any, language: str, style: str = "button") -> html.Button:
    """A button that asks and then acts on the target."""
    return html.Button(
        t(f"{prefix}.do.{action}", language), id={"type": f"{prefix}-do-{action}", "to": str(target)}, className=style,
        n_clicks=0,
    )  # fmt: skip


def register_actions(app: Dash, prefix: str, permissions: Mapping[str, Permission], act: Act) -> None:
    """The callbacks of a page's buttons and its dialog; each action has the permission that it needs."""
    register_dialog(app, prefix, tuple(permissions))

    @app.callback(
        Output(f"{prefix}-said", "children"),
        Output(f"{prefix}-done", "data"),
        Output(f"{prefix}-refused", "children", allow_duplicate=True),
        ok(prefix),
        *states(prefix),
        State(f"{prefix}-done", "data"),
        State("language", "data"),
        prevent_initial_call=True,
    )
    @needs(Permission.VIEW)
    async def done(clicks: int | None, *given: Any) -> tuple[Any, ...]:
        if not clicks:
            raise PreventUpdate
        before, language = given[-2:]
        try:
            pressed, filled = answers(prefix, given[:-2])
            action = action_of(prefix, pressed)
            demand(permissions.get(action, Permission.PEOPLE))
            target = str(pressed.get("to", "")) if isinstance(pressed, dict) else ""
            words = await asyncio.to_thread(act, current_visitor(), action, target, filled, language)
        except SecmonError as error:
            return no_update, no_update, html.Span(in_words(error, language), className="failed")
        return html.P(words, className="done"), (before or 0) + 1, ""
