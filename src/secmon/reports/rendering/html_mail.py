"""Render a digest as mail: HTML with inline styles for simple mail clients, and plain text."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any
from unicodedata import east_asian_width

import css_inline
from jinja2 import Environment, StrictUndefined

from secmon.reports.rendering.document import Block, Document, Figures, Lines, Picture, Table

_WIDE = {"W", "F"}
_CELL = 34


@cache
def _environment() -> Environment:
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@cache
def _template() -> Any:
    text = files("secmon.reports.rendering").joinpath("templates/mail.html").read_text(encoding="utf-8")
    return _environment().from_string(text)


def html(document: Document, cids: Mapping[str, str]) -> str:
    """Return the HTML of the mail; `cids` are the content ids of the pictures by their file names."""
    blocks = {kind.__name__: kind for kind in (Table, Figures, Lines, Picture)}
    page = _template().render(document=document, cids=cids, kind_of=lambda block: type(block).__name__, kinds=blocks)
    return css_inline.inline(page, keep_style_tags=False, load_remote_stylesheets=False)


def text(document: Document) -> str:
    """Return the same content as plain text of at most about 100 columns."""
    lines = [f"[{document.tlp}] {' | '.join(document.marks)}", "", document.title, document.place, document.period, ""]
    lines += document.summary
    for section in document.sections:
        lines += ["", section.title, "=" * width(section.title)]
        for block in section.blocks:
            lines += _lines(block)
    return "\n".join([*lines, "", f"[{document.tlp}]", ""])


def _lines(block: Block) -> list[str]:
    if isinstance(block, Lines):
        return [f"{number}. {item}" if block.numbered else item for number, item in enumerate(block.items, 1)]
    if isinstance(block, Figures):
        broad = max((width(name) for name, _ in block.rows), default=0)
        return [f"{name}{' ' * (broad - width(name))}  {value}" for name, value in block.rows]
    return _grid(block) if isinstance(block, Table) else []


def _grid(table: Table) -> list[str]:
    rows = [[_short(cell) for cell in row] for row in (table.head, *table.rows)]
    widths = [max(width(row[place]) for row in rows) for place in range(len(table.head))]
    made = []
    for row in rows:
        cells = [
            " " * (wide - width(cell)) + cell if place in table.right else cell + " " * (wide - width(cell))
            for place, (cell, wide) in enumerate(zip(row, widths, strict=True))
        ]
        made.append("  ".join(cells).rstrip())
    return [made[0], "-" * (sum(widths) + 2 * (len(widths) - 1)), *made[1:]]


def _short(cell: str) -> str:
    return cell if len(cell) <= _CELL else cell[: _CELL - 1] + "…"


def width(shown: str) -> int:
    """Return the terminal columns of a text; Korean letters take two."""
    return sum(2 if east_asian_width(sign) in _WIDE else 1 for sign in shown)
