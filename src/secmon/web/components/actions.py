"""Buttons that change data: open the page's dialog, carry the action out, show the result or the refusal."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from dash import Dash, Output, State, dcc, html, no_update
from dash.exceptions import PreventUpdate

from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.errors import SecmonError
from secmon.web.components.dialog import Answers, action_of, answers, ok, register_dialog, states
from secmon.web.gateway.current_user import current_user, require, requires
from secmon.web.i18n.error_messages import error_message
from secmon.web.i18n.texts import t

ActionFunction = Callable[[Principal, str, str, Answers, str], str]
"""Carry out an action on a target with the dialog's answers; return the result as text in the given language."""


def action_result(prefix: str) -> html.Div:
    """Return the place for the result message and the counter `<prefix>-done`, whose change reloads the page."""
    return html.Div([dcc.Store(id=f"{prefix}-done"), html.Div(id=f"{prefix}-said", role="status")], className="wide")


def button(
    prefix: str, action: str, target: Any, language: str, style: str = "button", *, key: str = ""
) -> html.Button:
    """Return a button for an action on the target; `key` is the key that presses it too."""
    words = t(f"{prefix}.do.{action}", language)
    return html.Button(
        [words, html.Kbd(key)] if key else words,
        id={"type": f"{prefix}-do-{action}", "to": str(target)},
        className=style,
        n_clicks=0,
    )


def register_actions(app: Dash, prefix: str, permissions: Mapping[str, Permission], act: ActionFunction) -> None:
    """Register the callbacks of a page's buttons and dialog; `permissions` maps each action to its permission."""
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
    @requires(Permission.VIEW)
    async def done(clicks: int | None, *given: Any) -> tuple[Any, ...]:
        if not clicks:
            raise PreventUpdate
        before, language = given[-2:]
        try:
            pressed, filled = answers(prefix, given[:-2])
            action = action_of(prefix, pressed)
            require(permissions.get(action, Permission.PEOPLE))
            target = str(pressed.get("to", "")) if isinstance(pressed, dict) else ""
            words = await asyncio.to_thread(act, current_user(), action, target, filled, language)
        except SecmonError as error:
            return no_update, no_update, html.Span(error_message(error, language), className="failed")
        return html.P(words, className="done"), (before or 0) + 1, ""
