"""A question before something is done: a dialog with the few kinds of answers that the desk asks for.

Buttons `<prefix>-do-<action>` open it, its class `asks-<action>` shows the fields that the action needs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, dcc, html

from secmon.errors import IllegalMove
from secmon.web.i18n import t
from secmon.web.panel import attributes

FIELDS = ("choice", "number", "title", "note")
"""What may be asked for: one of several, a number, a line, a text."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the dialog; `options` are (value, words) of a choice."""

    kind: str
    label: str
    options: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Answers:
    """What was filled in; '' and 0 where nothing was."""

    choice: str = ""
    number: int = 0
    title: str = ""
    note: str = ""


def dialog(prefix: str, asked: Mapping[str, Sequence[Field]], language: str) -> html.Div:
    """The dialog of a page, hidden; `asked` are the fields of each action. Each action has its own choice."""
    ends = [
        html.Button(t("page.cancel", language), id=f"{prefix}-cancel", className="button", n_clicks=0),
        html.Button(t("page.do", language), id=f"{prefix}-ok", className="button main", n_clicks=0),
    ]
    choices = [
        html.Div(
            [
                html.Label(one.label),
                dcc.RadioItems(
                    id={"type": f"{prefix}-choice", "of": action},
                    options=[{"value": value, "label": words} for value, words in one.options],
                ),
            ],
            className=f"field-of of-{action}",
        )
        for action, fields in asked.items()
        for one in fields
        if one.kind == "choice"
    ]
    parts = [
        html.H2(id=f"{prefix}-question"),
        *choices,
        _field(dcc.Input(id=f"{prefix}-title", className="text", type="text"), "title", asked),
        _field(dcc.Input(id=f"{prefix}-number", className="text", type="number", min=1), "number", asked),
        _field(dcc.Textarea(id=f"{prefix}-note", className="text"), "note", asked),
        html.P(id=f"{prefix}-refused", role="alert"),
        html.Div(ends, className="line end"),
    ]
    named = attributes(aria_modal="true", aria_labelledby=f"{prefix}-question")
    return html.Div(
        [html.Div(parts, className="dialog", role="dialog", **named), dcc.Store(id=f"{prefix}-asking")],
        id=f"{prefix}-ask",
        className="veil",
        hidden=True,
    )


def _field(component: Any, kind: str, asked: Mapping[str, Sequence[Field]]) -> html.Div:
    """A field with the label that each action gives it."""
    uses = {action: one.label for action, fields in asked.items() for one in fields if one.kind == kind}
    labels = [html.Label(label, className=f"field-of of-{action}") for action, label in uses.items()]
    return html.Div([*labels, component], className=" ".join(["field-of", *(f"of-{action}" for action in uses)]))


def register_dialog(app: Dash, prefix: str, actions: Sequence[str]) -> None:
    """Have the browser open the dialog for the buttons of these actions, and shut it when the act is done.

    What it asks is the text `<prefix>.ask.<action>`.
    """
    app.clientside_callback(  # type: ignore[no-untyped-call]  # Dash leaves it untyped
        ClientsideFunction("secmon", "dialog"),
        Output(f"{prefix}-ask", "hidden"),
        Output(f"{prefix}-ask", "className"),
        Output(f"{prefix}-question", "children"),
        Output(f"{prefix}-asking", "data"),
        Output(f"{prefix}-refused", "children"),
        *(Input({"type": f"{prefix}-do-{name}", "to": ALL}, "n_clicks") for name in actions),
        Input(f"{prefix}-cancel", "n_clicks"),
        Input(f"{prefix}-done", "data"),
        prevent_initial_call=True,
    )


def action_of(prefix: str, pressed: Any) -> str:
    """The action of a button: its id is `<prefix>-do-<action>`, or a dict with that as type."""
    name = pressed.get("type", "") if isinstance(pressed, dict) else str(pressed or "")
    return str(name).removeprefix(f"{prefix}-do-") if str(name).startswith(f"{prefix}-do-") else ""


def states(prefix: str) -> tuple[State, ...]:
    """What a callback that carries the action out has to be given: action and fields; `answers` reads them."""
    return (
        State(f"{prefix}-asking", "data"),
        State({"type": f"{prefix}-choice", "of": ALL}, "value"),
        State({"type": f"{prefix}-choice", "of": ALL}, "id"),
        State(f"{prefix}-title", "value"),
        State(f"{prefix}-number", "value"),
        State(f"{prefix}-note", "value"),
    )


def ok(prefix: str) -> Input:
    """The button that carries it out."""
    return Input(f"{prefix}-ok", "n_clicks")


def answers(prefix: str, given: Sequence[Any]) -> tuple[Any, Answers]:
    """Whose button opened the dialog, and what was filled in, from the values of `states`."""
    pressed, chosen, ids, title, number, note = given
    action = action_of(prefix, pressed)
    choice = next((value for value, one in zip(chosen, ids, strict=True) if one["of"] == action), None)
    try:
        amount = int(number or 0)
    except (TypeError, ValueError) as error:
        raise IllegalMove(f"{number!r} is not a whole number") from error
    return pressed, Answers(str(choice or ""), amount, str(title or ""), str(note or ""))
