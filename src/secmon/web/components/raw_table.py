"""Tables without controls as one component: Dash tracks every component, and a table has hundreds.

`assets/tables.js` builds the cells from `data-cells`, as text and a few elements, never as markup.
"""

from collections.abc import Sequence
from typing import Any

import orjson
from dash import html
from dash.development.base_component import Component

Plain = str | list[Any]
"""A text, or an element: its name, its attributes and its content."""

_ELEMENTS = {
    "Span": "span",
    "B": "b",
    "Strong": "strong",
    "Small": "small",
    "Div": "div",
    "P": "p",
    "Br": "br",
    "Code": "code",
    "Button": "button",
    "Link": "a",
}
_ATTRIBUTES = {"className": "class", "title": "title", "href": "href", "lang": "lang"}


class _ControlError(Exception):
    """A cell contains a component that the server must hear from."""


def plain_table(head: Sequence[str], rows: Sequence[Sequence[Any]], styles: Sequence[str]) -> html.Table | None:
    """Return the table as one component with a class per column; None if a cell contains a control."""
    try:
        cells = [[plain(cell) for cell in row] for row in rows]
    except _ControlError:
        return None
    table: dict[str, Any] = {"head": [*head], "rows": cells, "styles": [*styles]}
    given: Any = {"data-cells": orjson.dumps(table).decode()}
    return html.Table(className="table", **given)


def plain(cell: Any) -> Plain:
    """Convert a cell to text and elements; raise _ControlError for a control."""
    if cell is None:
        return ""
    if isinstance(cell, str | int | float):
        return str(cell)
    if isinstance(cell, Sequence):
        return ["", {}, *map(plain, cell)]
    if not isinstance(cell, Component):
        raise _ControlError
    given: dict[str, Any] = cell.to_plotly_json()  # type: ignore[no-untyped-call]
    if given["type"] not in _ELEMENTS:
        raise _ControlError
    attributes, inside = {}, None
    for name, said in given["props"].items():
        if name == "children":
            inside = said
        elif name in _ATTRIBUTES or name.startswith(("data-", "aria-")):
            attributes[_ATTRIBUTES.get(name, name)] = str(said)
        else:
            raise _ControlError
    return [_ELEMENTS[given["type"]], attributes, *([] if inside is None else [plain(inside)])]
