"""Building blocks of pages: panels, tables, tiles with a figure, and event values with their menu."""

from collections.abc import Sequence
from typing import Any

from dash import html

from secmon.errors import SecmonError
from secmon.web.components.raw_table import plain_table
from secmon.web.i18n.error_messages import error_message
from secmon.web.i18n.texts import t


def attributes(**values: str) -> Any:
    """Return HTML attributes with a hyphen in their name: `attributes(aria_label=…)`."""
    return {name.replace("_", "-"): text for name, text in values.items()}


def panel(title: str, *children: Any, note: Any = None, style: str = "") -> html.Section:
    """Return a framed section; `title` is the text itself, `note` a small text at the right."""
    head = html.Header([html.H2(title), html.Span(note) if note is not None else None])
    return html.Section([head, *children], className=f"panel {style}".strip())


def page_head(title: str, note: str = "", *children: Any) -> html.Div:
    """Return the head of a page: name, purpose, and tools at the right."""
    return html.Div([html.H2(title), html.Span(note, className="facts"), *children], className="site-head wide")


def table(columns: Sequence[str], rows: Sequence[Any], numbers: Sequence[int] = ()) -> html.Table:
    """Return a table of `rows`, sequences of cells; columns whose index is in `numbers` are right-aligned."""
    styles = ["number" if place in numbers else "" for place in range(len(columns))]
    made = plain_table(columns, rows, styles)
    if made is not None:
        return made
    head = html.Tr([html.Th(name, className=style) for name, style in zip(columns, styles, strict=True)])
    body = [
        html.Tr([html.Td(cell, className=style) for cell, style in zip(cells, styles, strict=True)]) for cells in rows
    ]
    return html.Table([html.Thead(head), html.Tbody(body)], className="table")


def facts_list(facts: Sequence[tuple[str, Any]]) -> html.Dl:
    """Return names and values, one pair below the other."""
    return html.Dl([html.Div([html.Dt(name), html.Dd(said)]) for name, said in facts], className="facts-list")


def tile(title: str, figure: str, below: str = "", style: str = "") -> html.Section:
    """Return a tile with a headline figure."""
    return html.Section([html.H2(title), html.Strong(figure), html.P(below, title=below)], className=f"kpi {style}")


def empty(text: str) -> html.P:
    """Return the text shown where there is nothing to show, with the reason."""
    return html.P(text, className="empty")


def failed(error: SecmonError, language: str) -> html.P:
    """Return the text shown where data could not be read."""
    return html.P([t("page.error", language), html.Br(), error_message(error, language)], className="failed")


def value(field: str, text: str, shown: str | None = None) -> Any:
    """Return an event's value as a button, whose menu offers to search with or without it."""
    if not text:
        return "–"
    return html.Button(shown or text, className="value", **attributes(data_field=field, data_value=text))


def severity_pill(severity: int, language: str) -> html.Span:
    """Return the severity as text on its colour."""
    return html.Span(t(f"severity.{severity}", language), className=f"pill s{severity}")
