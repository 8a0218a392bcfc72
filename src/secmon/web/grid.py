"""AG Grid as all pages use it: colours of the theme, row heights, words of the language."""

from collections.abc import Sequence
from typing import Any

import dash_ag_grid as dag

from secmon.web.i18n import t

THEME = (
    "themeQuartz.withParams({backgroundColor: 'var(--panel)', foregroundColor: 'var(--text)',"
    " headerBackgroundColor: 'var(--deep)', headerTextColor: 'var(--dim)', borderColor: 'var(--line)',"
    " rowHoverColor: 'var(--chosen)', selectedRowBackgroundColor: 'var(--chosen)', accentColor: '#4c9be8',"
    " browserColorScheme: 'inherit', fontFamily: 'Pretendard, sans-serif', fontSize: 14, wrapperBorder: false})"
)

BLOCK = 200
"""Rows that a grid without end asks for at a time."""

LOADING = "…"
"""What stands in a grid until its rows are there: that there are none is not said before it is known."""


def column(key: str, field: str, language: str, width: int = 0, **more: Any) -> dict[str, Any]:
    """A column whose heading is the text `column.<key>`."""
    sized = {"width": width} if width else {}
    return {"headerName": t(f"column.{key}", language), "field": field, **sized, **more}


def grid(name: str, columns: Sequence[dict[str, Any]], nothing: str, **options: Any) -> dag.AgGrid:
    """A grid of rows with an `uid` each; `nothing` is said when there is no row."""
    return dag.AgGrid(
        id=name,
        columnDefs=list(columns),
        getRowId="params.data.uid",
        defaultColDef={"sortable": True, "filter": True, "resizable": True},
        dashGridOptions={
            "rowHeight": 32,
            "headerHeight": 36,
            "animateRows": False,
            "localeText": {"noRowsToShow": nothing, "loadingOoo": LOADING},
            "theme": {"function": THEME},
            "tooltipShowDelay": 300,
            **options,
        },
        style={"height": "100%", "width": "100%"},
    )


def endless(name: str, columns: Sequence[dict[str, Any]], nothing: str, **options: Any) -> dag.AgGrid:
    """A grid that asks for rows as one scrolls (`getRowsRequest`), however many there are, in the order it is given."""
    made = grid(name, [{**one, "sortable": False, "filter": False} for one in columns], nothing, **options)
    made.rowModelType = "infinite"
    made.dashGridOptions |= {"cacheBlockSize": BLOCK, "maxBlocksInCache": 20, "infiniteInitialRowCount": 1}
    return made
