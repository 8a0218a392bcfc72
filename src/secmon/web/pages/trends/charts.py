"""Charts of the trends page: pure functions of data frames."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go

from secmon.times import KST
from secmon.web.components.charts import TIMES, TYPE_COLOURS, axis_title, base_layout
from secmon.web.i18n.texts import t

_FAR = 1.5
"""Multiple of the median above which a province is highlighted."""


def types_over_time(slots: pd.DataFrame, before: pd.DataFrame, language: str) -> go.Figure:
    """Draw attempts per slot by type, stacked, and the preceding period's total as a line; both have a UTC index."""
    x = pd.DatetimeIndex(slots.index).tz_convert(KST).tz_localize(None)
    figure = go.Figure()
    for name, colour in TYPE_COLOURS.items():
        figure.add_bar(x=x, y=slots[name], name=t(f"type.{name}", language), marker_color=colour, marker_line_width=0)
    earlier = before.sum(axis=1).to_numpy()[: len(x)]
    figure.add_scatter(
        x=x[: len(earlier)],
        y=earlier,
        name=t("trends.before", language),
        mode="lines",
        line={"color": "#9fb0ca", "width": 1.6, "dash": "dot"},
    )
    figure.update_layout(**base_layout(barmode="stack", bargap=0.08, hovermode="x unified", showlegend=False))
    figure.update_xaxes(showgrid=False, nticks=10, **TIMES)
    figure.update_yaxes(rangemode="tozero", nticks=5, tickformat="~s")
    return figure


_HEAT = [[0.0, "#14233c"], [0.25, "#1f4e79"], [0.5, "#2f86a6"], [0.75, "#f0c33c"], [1.0, "#ff6b4a"]]


def hour_of_week(shares: npt.NDArray[np.float64], language: str) -> go.Figure:
    """Draw mean attempts by weekday (row, Monday first) and hour (column) in Korean time; NaN: no such hour."""
    days = [t(f"day.{day}", language) for day in range(7)]
    hours = [f"{hour:02d}" for hour in range(24)]
    figure = go.Figure(
        go.Heatmap(
            z=shares,
            x=hours,
            y=days,
            colorscale=_HEAT,
            zmin=0,
            xgap=2,
            ygap=2,
            hoverongaps=False,
            hovertemplate="%{y} %{x}:00<br>%{z:,.1f}<extra></extra>",
            colorbar={"thickness": 10, "outlinewidth": 0, "tickformat": "~s"},
        )
    )
    figure.update_layout(**base_layout())
    figure.update_xaxes(showgrid=False, type="category")
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return figure


def provinces_compared(names: Sequence[str], rates: Sequence[float], median: float, language: str) -> go.Figure:
    """Draw attempts per 10,000 collected events, a bar per province, with the median of all provinces."""
    colours = ["#f5862b" if one > _FAR * median else "#4c9be8" for one in rates]
    figure = go.Figure(
        go.Bar(
            x=rates,
            y=names,
            orientation="h",
            marker_color=colours,
            marker_line_width=0,
            hovertemplate="%{y}: %{x:,.1f}<extra></extra>",
        )
    )
    figure.add_vline(x=median, line={"color": "#f0c33c", "width": 1.5, "dash": "dash"})
    figure.update_layout(**base_layout(bargap=0.25, margin={"l": 96, "r": 16, "t": 8, "b": 40}))
    figure.update_xaxes(rangemode="tozero", title=axis_title(t("trends.rate", language)))
    figure.update_yaxes(autorange="reversed", showgrid=False, dtick=1)
    return figure
