"""Pictures of a digest: attempts over time, and a small hexagon map; rendered without a display."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib.resources import as_file, files
from math import sqrt
from threading import Lock
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from secmon.reports.content.facts import Facts
from secmon.reports.rendering.i18n import Translator
from secmon.taxonomy import AttackType
from secmon.times import KST

COLOURS = ("#0b6fb8", "#5aa9e0", "#b4530a", "#e79a3c", "#7a3e9d", "#b0413e", "#4d6a2d")
"""Colours of the seven types, distinguishable with red-green colour blindness and in grey."""
_INK, _GRID, _NONE, _LIGHT, _DARK = "#20262e", "#d9dee5", "#eef1f5", (0.87, 0.92, 0.97), (0.03, 0.27, 0.53)
_DPI = 150
_drawing = Lock()


@cache
def _font() -> FontProperties:
    for weight in ("Regular", "Bold"):
        with as_file(files("secmon.reports.rendering") / "fonts" / f"SecmonReport-{weight}.ttf") as path:
            fontManager.addfont(path)
    return FontProperties(family="Secmon Report", size=8)


def pictures(facts: Facts, words: Translator, tiles: Sequence[tuple[str, float, float]]) -> dict[str, bytes]:
    """Return PNG by file name: trend.png, and map.png for a digest of all municipalities."""
    with _drawing:  # matplotlib is not thread-safe
        drawn = {"trend.png": _trend(facts, words)}
        if tiles and not facts.scope:
            drawn["map.png"] = _map(facts.map, tiles)
        return drawn


def _trend(facts: Facts, words: Translator) -> bytes:
    figure = Figure(figsize=(7.0, 2.3), dpi=_DPI)
    # fixed margins, measured once: an automatic layout takes a second
    axes = figure.add_axes((0.075, 0.11, 0.915, 0.68))
    font, at = _font(), [datetime.fromisoformat(slot).astimezone(KST) for slot, _ in facts.trend]
    hours = len(at) > 1 and (at[1] - at[0]).total_seconds() < 86_400  # otherwise one bar per day
    bottom, handles = [0] * len(at), []
    for place, name in enumerate(AttackType):
        heights = [values[place] for _, values in facts.trend]
        if any(heights):
            bars = [_bar(slot, low, high) for slot, (low, high) in enumerate(zip(bottom, heights, strict=True)) if high]
            axes.add_collection(PolyCollection(bars, facecolors=COLOURS[place], linewidths=0))
            handles.append(Patch(color=COLOURS[place], label=words.t(f"type.{name}")))
            bottom = [below + height for below, height in zip(bottom, heights, strict=True)]
    axes.set_xlim(-0.6, len(at) - 0.4)
    axes.set_ylim(0, max([*bottom, 1]) * 1.05)
    every, form = max(1, -(-len(at) // 12)), "%H:%M" if hours else "%m-%d"
    axes.set_xticks(range(0, len(at), every), [f"{one:{form}}" for one in at[::every]])
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_fontproperties(font)
        label.set_color(_INK)
    axes.grid(axis="y", color=_GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    if handles:
        axes.legend(
            handles=handles,
            prop=font,
            frameon=False,
            handlelength=1,
            columnspacing=1,
            ncols=4,
            loc="lower left",
            bbox_to_anchor=(-0.01, 1.0),
        )
    return _png(figure)


def _bar(slot: int, low: int, height: int) -> list[tuple[float, float]]:
    left, right, top = slot - 0.4, slot + 0.4, low + height
    return [(left, low), (left, top), (right, top), (right, low)]


def _map(attempts: Mapping[str, int], tiles: Sequence[tuple[str, float, float]]) -> bytes:
    """Draw each municipality as a hexagon, darker for more attempts; hatched where nothing was collected."""
    top = max(attempts.values(), default=0) or 1
    shapes, colours, blind = [], [], []
    for code, column, row in tiles:
        shape = _hexagon(column + (0.5 if row % 2 == 0 else 0.0), -row * sqrt(3) / 2)
        if code not in attempts:
            blind.append(shape)
            continue
        share = sqrt(attempts[code] / top)
        shapes.append(shape)
        colours.append(tuple(light + (dark - light) * share for light, dark in zip(_LIGHT, _DARK, strict=True)))
    figure = Figure(figsize=(3.6, 4.2), dpi=_DPI)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.add_collection(PolyCollection(shapes, facecolors=colours or "none", edgecolors="white", linewidths=0.6))
    axes.add_collection(PolyCollection(blind, facecolors=_NONE, edgecolors="#a7b0bc", linewidths=0.5, hatch="////"))
    axes.autoscale()
    axes.set_aspect("equal")
    axes.set_axis_off()
    return _png(figure)


def _hexagon(x: float, y: float) -> list[tuple[float, float]]:
    size = 1 / sqrt(3)
    corners = ((0.0, 1.0), (0.5, 0.5), (0.5, -0.5), (0.0, -1.0), (-0.5, -0.5), (-0.5, 0.5))
    return [(x + dx if dx else x, y + dy * size) for dx, dy in corners]


def _png(figure: Any) -> bytes:
    FigureCanvasAgg(figure)
    out = io.BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None}, pil_kwargs={"optimize": False})
    return out.getvalue()
