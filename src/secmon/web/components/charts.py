"""Charts drawn from data frames: pure functions, no reading."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go
from dash import html

from secmon.taxonomy import AttackType
from secmon.times import KST
from secmon.web.i18n.texts import t

TYPE_COLOURS: dict[str, str] = {
    AttackType.DENIAL_OF_SERVICE: "#4c9be8",
    AttackType.INFORMATION_GATHERING: "#4acdae",
    AttackType.PRIVILEGE_ACQUISITION: "#f0c33c",
    AttackType.INFORMATION_LEAK: "#c96599",
    AttackType.DEFACEMENT: "#d4bcfa",
    AttackType.MALWARE: "#f5862b",
    AttackType.UNAUTHORISED_ACCESS: "#9cb0c4",
}
"""Colours of the attack types in stacking order; the wall's script gets them from the page."""

_OTHER = "#5a7396"
_LEARNING = "#4a5a74"
_FAMILY, _TEXT, _DIM = "Pretendard, sans-serif", "#e6edf7", "#9fb0ca"
_BRIGHT = {"family": _FAMILY, "color": _TEXT}
_FEW = 4
_MINUTE, _DAY = 60_000, 86_400_000
_AXIS_TITLE = {"size": 13}
TIMES: Mapping[str, Any] = {
    "tickformatstops": [
        {"dtickrange": [None, _MINUTE - 1], "value": "%H:%M:%S\n%m-%d"},
        {"dtickrange": [_MINUTE, _DAY - 1], "value": "%H:%M\n%m-%d"},
        {"dtickrange": [_DAY, None], "value": "%m-%d"},
    ],
    "hoverformat": "%m-%d %H:%M",
}
"""Time formats of an axis: without month names, which Plotly knows in English only."""


def type_legend(language: str, *, other: bool = False) -> html.Div:
    """Return the legend of the seven types in stacking order; `other` adds events without a type."""
    entries = [(f"type.{name}", colour) for name, colour in TYPE_COLOURS.items()]
    if other:
        entries.insert(0, ("site.trend.other", _OTHER))
    swatches = [html.Span([html.I(style={"background": colour}), t(key, language)]) for key, colour in entries]
    return html.Div(swatches, className="types")


def blank() -> dict[str, Any]:
    """Return a figure without content or axes, used until there is something to show."""
    hidden = {"visible": False}
    clear = "rgba(0,0,0,0)"
    return {"data": [], "layout": {"paper_bgcolor": clear, "plot_bgcolor": clear, "xaxis": hidden, "yaxis": hidden}}


def events_by_type(slots: pd.DataFrame, language: str) -> go.Figure:
    """Draw events per quarter hour, stacked: events without an attack type at the bottom, the seven types above.

    `slots` has a UTC index, one column per attack type, and `all`.
    """
    x = pd.DatetimeIndex(slots.index).tz_convert(KST).tz_localize(None)
    typed = slots[[*AttackType]]
    figure = go.Figure()
    series = [("site.trend.other", slots["all"] - typed.sum(axis=1), _OTHER)]
    series += [(f"type.{name}", typed[name], TYPE_COLOURS[name]) for name in AttackType if typed[name].any()]
    for key, values, colour in series:
        figure.add_bar(x=x, y=values, name=t(key, language), marker_color=colour, marker_line_width=0)
    figure.update_layout(
        **base_layout(
            barmode="stack",
            bargap=0.12,
            font=_BRIGHT | {"size": 13},
            margin={"l": 48, "r": 16, "t": 10, "b": 28},
            hovermode="x unified",
            showlegend=False,
            uirevision="site",
        )
    )
    figure.update_xaxes(tickformat="%H:%M", hoverformat="%m-%d %H:%M", nticks=9, showgrid=False, color=_DIM)
    # whole numbers only: with a handful of events Plotly would also put a tick at 0.5 and label it 1
    step = 1 if slots["all"].max() <= _FEW else None
    figure.update_yaxes(gridcolor="#22304c", color=_DIM, nticks=5, dtick=step, rangemode="tozero", tickformat=",d")
    return figure


def found_by_type(slots: pd.DataFrame, language: str) -> go.Figure:
    """Draw the events found by a search, a bar per slot.

    `slots` has a UTC index and a column per attack type, '' for events without a type.
    """
    x = pd.DatetimeIndex(slots.index).tz_convert(KST).tz_localize(None)
    figure = go.Figure()
    for name in ["", *(one for one in TYPE_COLOURS if one in slots)]:
        if name in slots and (slots[name].any() or not name):
            colour = TYPE_COLOURS.get(name, "#5f7ea6")
            label = t(f"type.{name}", language) if name else t("site.trend.other", language)
            figure.add_bar(x=x, y=slots[name], name=label, marker_color=colour, marker_line_width=0)
    figure.update_layout(**base_layout(barmode="stack", bargap=0.08, hovermode="x unified", dragmode="select"))
    figure.update_layout(selectdirection="h", uirevision=None, showlegend=False)
    figure.update_xaxes(showgrid=False, nticks=10, **TIMES)
    figure.update_yaxes(rangemode="tozero", nticks=4, tickformat="~s")
    return figure


def axis_title(text: str) -> dict[str, Any]:
    """Return the title of an axis in the size of its numbers."""
    return {"text": text, "font": _AXIS_TITLE}


def base_layout(**more: Any) -> dict[str, Any]:
    """Return the base layout of every chart; the theme's style sheet colours texts and lines."""
    return {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": _FAMILY, "size": 13, "color": _DIM},
        "margin": {"l": 52, "r": 16, "t": 10, "b": 30},
        "hoverlabel": {"bgcolor": "#101a2e", "font": {"color": _TEXT}},
        **more,
    }


_COMPLETE = [[0.0, "#ff4d6d"], [0.5, "#f5862b"], [0.8, "#f0c33c"], [0.95, "#2c7a63"], [1.0, "#1f5f52"]]


def completeness(
    shares: npt.NDArray[np.float64], hours: Sequence[datetime], rows: Sequence[tuple[str, str]], language: str
) -> go.Figure | dict[str, Any]:
    """Draw the share of expected events received: a row per site (name and province), a column per hour (UTC)."""
    if not len(hours) or np.isnan(shares).all():
        empty = blank()
        font = {"family": _FAMILY, "color": _DIM, "size": 15}
        note = {"text": t("feeds.complete.none", language), "showarrow": False, "font": font}
        empty["layout"] = {**empty["layout"], "annotations": [note]}
        return empty
    x = [hour.astimezone(KST).strftime("%m-%d %H:00") for hour in hours]
    # share == share is False for NaN only: the feed is still being learnt.
    text = [[f"{share:.0%}" if share == share else t("feeds.learning", language) for share in row] for row in shares]
    figure = go.Figure(
        go.Heatmap(
            z=shares,
            x=x,
            y=list(range(len(rows))),
            text=text,
            customdata=[[name] * len(x) for name, _ in rows],
            hovertemplate="%{customdata}<br>%{x}<br>%{text}<extra></extra>",
            hoverongaps=False,
            colorscale=_COMPLETE,
            zmin=0,
            zmax=1,
            showscale=False,
            xgap=1,
        )
    )
    provinces = [province for _, province in rows]
    starts = [place for place, name in enumerate(provinces) if not place or provinces[place - 1] != name]
    middles = [(start + end - 1) / 2 for start, end in zip(starts, [*starts[1:], len(rows)], strict=True)]
    still = {"color": _DIM, "showgrid": False, "zeroline": False}
    figure.update_xaxes(type="category", tickvals=x[::4], ticktext=[name[-5:] for name in x[::4]], **still)
    figure.update_yaxes(
        autorange="reversed",
        tickvals=middles,
        ticktext=[provinces[start] for start in starts],
        tickfont={"size": 11},
        **still,
    )
    figure.update_layout(
        **base_layout(
            plot_bgcolor=_LEARNING,
            font=_BRIGHT | {"size": 12},
            margin={"l": 84, "r": 16, "t": 8, "b": 28},
            uirevision="feeds",
        ),
        shapes=[
            {
                "type": "line",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "y0": start - 0.5,
                "y1": start - 0.5,
                "line": {"color": "#8fa3c2", "width": 0.6},
            }
            for start in starts[1:]
        ],
    )
    return figure


def completeness_legend(language: str) -> html.Div:
    """Return the legend of the heat map colours."""
    steps = [("#1f5f52", "100 %"), ("#f0c33c", "80 %"), ("#f5862b", "50 %"), ("#ff4d6d", "0 %")]
    swatches = [html.Span([html.I(style={"background": colour}), text]) for colour, text in steps]
    swatches.append(html.Span([html.I(style={"background": _LEARNING}), t("feeds.learning", language)]))
    return html.Div(swatches, className="types")
