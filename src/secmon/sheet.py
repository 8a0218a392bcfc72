"""Rows as CSV that a spreadsheet opens safely: text that it would take for a formula stays text."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""A spreadsheet for Korean or Japanese also takes the wide forms of the four signs."""
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
    """A cell's content, with an apostrophe before what would be a formula, and without what cannot be seen.

    Line ends become blanks; escape sequences, letters without width and changes of direction become U+FFFD each.
    """
    if content is None or isinstance(content, int | float):
        return content
    text = "".join(sign if sign.isprintable() else _unseen(sign) for sign in str(content))
    return "'" + text if text.lstrip().startswith(_FORMULA) else text


def _unseen(sign: str) -> str:
    return " " if sign.isspace() else "\N{REPLACEMENT CHARACTER}"
