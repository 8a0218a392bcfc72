"""Confirmation dialog of a page, with the few field types that actions need.

Buttons of the type `<prefix>-do-<action>` open it; its CSS class `asks-<action>` shows the fields of that action.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, dcc, html

from secmon.errors import IllegalMove
from secmon.web.components.panel import attributes
from secmon.web.i18n.texts import t

FIELDS = ("choice", "number", "title", "note")
"""Field types: a choice, a number, a line of text, a longer text."""


@dataclass(frozen=True, slots=True)
class DialogField:
    """A field of the dialog; `options` are pairs (value, label) of a choice, `chosen` the value chosen at first."""

    kind: str
    label: str
    options: Sequence[tuple[str, str]] = ()
    chosen: str | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """Values entered in the dialog; '' and 0 for empty fields."""

    choice: str = ""
    number: int = 0
    title: str = ""
    note: str = ""


def dialog(prefix: str, asked: Mapping[str, Sequence[DialogField]], language: str) -> html.Div:
    """Return the hidden dialog of a page; `asked` lists the fields of each action. Every action has its own choice."""
    ends = [
        html.Button(t("page.cancel", language), id=f"{prefix}-cancel", className="button", n_clicks=0),
        html.Button(t("page.do", language), id=f"{prefix}-ok", className="button main", n_clicks=0),
    ]
    choices = [
        html.Div(
            [
                html.Label(one.label) if one.label else None,
                dcc.RadioItems(
                    id={"type": f"{prefix}-choice", "of": action},
                    options=[{"value": value, "label": words} for value, words in one.options],
                    value=one.chosen,
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
        _field(dcc.Input(id=f"{prefix}-amount", className="text", type="number", min=1), "number", asked),
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


def _field(component: Any, kind: str, asked: Mapping[str, Sequence[DialogField]]) -> html.Div:
    """Return an input with the label of each action that uses it; CSS shows the label of the open action."""
    uses = {action: one.label for action, fields in asked.items() for one in fields if one.kind == kind}
    labels = [html.Label(label, className=f"field-of of-{action}") for action, label in uses.items()]
    return html.Div([*labels, component], className=" ".join(["field-of", *(f"of-{action}" for action in uses)]))


def register_dialog(app: Dash, prefix: str, actions: Sequence[str], rows: State | None = None) -> None:
    """Open the dialog in the browser for the buttons of these actions; close it when the action has succeeded.

    The question is the text `<prefix>.ask.<action>`; its {number} is the number of `rows`, the rows selected in a grid.
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
        *([] if rows is None else [rows]),
        prevent_initial_call=True,
    )


def action_of(prefix: str, pressed: Any) -> str:
    """Return the action of a button, the type in whose id is `<prefix>-do-<action>`; '' for others."""
    name = str(pressed.get("type", "")) if isinstance(pressed, dict) else ""
    return name.removeprefix(f"{prefix}-do-") if name.startswith(f"{prefix}-do-") else ""


def states(prefix: str) -> tuple[State, ...]:
    """Return the states that a callback needs to carry out the action: button and fields; `answers` reads them."""
    return (
        State(f"{prefix}-asking", "data"),
        State({"type": f"{prefix}-choice", "of": ALL}, "value"),
        State({"type": f"{prefix}-choice", "of": ALL}, "id"),
        State(f"{prefix}-title", "value"),
        State(f"{prefix}-amount", "value"),
        State(f"{prefix}-note", "value"),
    )


def ok(prefix: str) -> Input:
    """Return the input of the confirm button."""
    return Input(f"{prefix}-ok", "n_clicks")


def answers(prefix: str, given: Sequence[Any]) -> tuple[Any, Answers]:
    """Return the id of the button that opened the dialog and the entered values, from the values of `states`."""
    pressed, chosen, ids, title, number, note = given
    action = action_of(prefix, pressed)
    choice = next((value for value, one in zip(chosen, ids, strict=True) if one["of"] == action), None)
    try:
        amount = int(number or 0)
    except (TypeError, ValueError) as error:
        raise IllegalMove("form.number_not_valid", value=repr(number)) from error
    return pressed, Answers(str(choice or ""), amount, str(title or ""), str(note or ""))
