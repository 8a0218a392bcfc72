"""AG Grid with the defaults of all pages: theme colours, row heights, translated texts."""

from collections.abc import Sequence
from typing import Any

import dash_ag_grid as dag

from secmon.web.i18n.texts import t

THEME = (
    "themeQuartz.withParams({backgroundColor: 'var(--panel)', foregroundColor: 'var(--text)',"
    " headerBackgroundColor: 'var(--deep)', headerTextColor: 'var(--dim)', borderColor: 'var(--line)',"
    " rowHoverColor: 'var(--chosen)', selectedRowBackgroundColor: 'var(--chosen)', accentColor: '#4c9be8',"
    " browserColorScheme: 'inherit', fontFamily: 'Pretendard, sans-serif', wrapperBorder: false,"
    " fontSize: '0.875rem', rowHeight: '2rem', headerHeight: '2.25rem', cellHorizontalPadding: '0.8rem',"
    " iconSize: '1rem'})"
)
"""Sizes are in rem, which follows the screen width: on a wall the grid is as large as the rest of the page."""

BLOCK = 200
"""Rows that an endless grid requests at a time."""

LOADING = "…"
"""Text of a grid until its rows arrive: it must not say that there are none before that is known."""


_NARROWEST = 0.75


def column(key: str, field: str, language: str, share: int, **more: Any) -> dict[str, Any]:
    """Return a column whose heading is the text `column.<key>`.

    Columns fill the grid in proportion to `share`; the minimum width is three quarters of `share` in pixels.
    """
    sized = {"flex": share, "minWidth": round(_NARROWEST * share)}
    return {"headerName": t(f"column.{key}", language), "field": field, **sized, **more}


def grid(name: str, columns: Sequence[dict[str, Any]], nothing: str, **options: Any) -> dag.AgGrid:
    """Return a grid of rows that each have a `uid`; `nothing` is the text shown if there are no rows."""
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
    """Return a grid that requests rows while scrolling (`getRowsRequest`), without limit, in the order delivered."""
    made = grid(name, [{**one, "sortable": False, "filter": False} for one in columns], nothing, **options)
    made.rowModelType = "infinite"
    made.dashGridOptions |= {"cacheBlockSize": BLOCK, "maxBlocksInCache": 20, "infiniteInitialRowCount": 1}
    return made
