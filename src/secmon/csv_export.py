"""CSV export that is safe to open in a spreadsheet: text that looks like a formula stays text."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Start of a formula. Korean and Japanese spreadsheets also accept the full-width forms of the four signs."""
_MARK = "\ufeff"
"""Byte order mark. It marks the text as UTF-8; without it spreadsheets show Korean as garbage."""


def sheet(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a heading and rows as CSV; numbers stay numbers, None becomes an empty cell."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([cell(one) for one in head])
    writer.writerows([[cell(one) for one in row] for row in rows])
    return _MARK + out.getvalue()


def cell(content: Any) -> Any:
    """Return the value of a cell, with an apostrophe before text that a spreadsheet would take for a formula.

    Line ends become spaces; each unprintable character (escape sequences, zero-width characters, changes of text
    direction) becomes U+FFFD.
    """
    if content is None or isinstance(content, int | float):
        return content
    text = "".join(sign if sign.isprintable() else _unseen(sign) for sign in str(content))
    return "'" + text if text.lstrip().startswith(_FORMULA) else text


def _unseen(sign: str) -> str:
    return " " if sign.isspace() else "\N{REPLACEMENT CHARACTER}"
