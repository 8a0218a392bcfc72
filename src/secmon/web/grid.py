"""AG Grid as all pages use it: colours of the theme, row heights, words of the language."""

from collections.abc import Sequence
from typing import Any

import dash_ag_grid as dag

from secmon.web.i18n import t

THEME = (
    "themeQuartz.withParams({backgroundColor: 'var(--panel)', foregroundColor: 'var(--text)',"
    " headerBackgroundColor: 'var(--deep)', headerTextColor: 'var(--dim)', borderColor: 'var(--line)',"
    " rowHoverColor: 'var(--chosen)', selectedRowBackgroundColor: 'var(--chosen)', accentColor: '#4c9be8',"
    " browserColorScheme: 'inherit', fontFamily: 'Pretendard, sans-serif', wrapperBorder: false,"
    " fontSize: '0.875rem', rowHeight: '2rem', headerHeight: '2.25rem', cellHorizontalPadding: '0.8rem',"
    " iconSize: '1rem'})"
)
"""Sizes are in rem, which follows the width of the screen: a grid is as large on a wall as what stands around it."""

BLOCK = 200
"""Rows that a grid without end asks for at a time."""

LOADING = "…"
"""What stands in a grid until its rows are there: that there are none is not said before it is known."""


_NARROWEST = 0.75


def column(key: str, field: str, language: str, share: int, **more: Any) -> dict[str, Any]:
    """A column whose heading is the text `column.<key>`.

    Columns fill the grid by their shares, and are no narrower than three quarters of so many pixels.
    """
    sized = {"flex": share, "minWidth": round(_NARROWEST * share)}
    return {"headerName": t(f"column.{key}", language), "field": field, **sized, **more}


def grid(name: str, columns: Sequence[dict[str, Any]], nothing: str, **options: Any) -> dag.AgGrid:
    """A grid of rows with an `uid` each; `nothing` is said when there is no row."""
    return dag.AgGrid(
        id=name,
        columnDefs=list(columns),
        getRowId="params.data.uid",
        defaultColDef={"sortable": True, "filter": True, "resizable": True},
        dashGridOptions={
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
