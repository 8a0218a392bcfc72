"""Rows as CSV that a spreadsheet opens safely: text that it would take for a formula stays text."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MARK = "\ufeff"
"""Tells spreadsheets that the text is UTF-8; Korean would be unreadable without it."""


def sheet(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A heading and rows; numbers stay numbers, None is empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([cell(one) for one in head])
    writer.writerows([[cell(one) for one in row] for row in rows])
    return _MARK + out.getvalue()


def cell(content: Any) -> Any:
    """A cell's content, with an apostrophe before what would be a formula."""
    if content is None or isinstance(content, int | float):
        return content
    text = str(content).replace("\x00", "")
    return "'" + text if text.startswith(_FORMULA) else text
