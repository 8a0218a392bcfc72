"""Charts and lists of the trends page as tables, shown under the charts and exported as CSV."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from secmon.live.context import CentreContext
from secmon.taxonomy import AttackType
from secmon.times import KST
from secmon.web.components.panel import empty, severity_pill, table, value
from secmon.web.i18n.texts import catalogue, kst, t
from secmon.web.pages.trends.view import Compared, Tops, TrendsView

Sheet = tuple[Sequence[str], Sequence[Sequence[Any]]]
"""Heading and rows."""

_VALUES = {"sources": ((0, "src_endpoint_ip"), (1, "src_endpoint_location_country"))}


def province_name(context: CentreContext, one: Compared, language: str) -> str:
    """Return the short name of a province."""
    province = context.province(one.province)
    return province.short_ko if language == "ko" else province.short_en


_HEADS = {
    "types": ("time", *(f"type.{name}" for name in AttackType)),
    "week": ("day", *(f"{hour:02d}" for hour in range(24))),
    "provinces": ("province", "sites", "size", "events", "attempts", "rate", "per_size"),
    "sources": ("source", "country", "attempts", "sites", "types", "first", "last"),
    "countries": ("country", "attempts", "sources", "sites"),
    "targets": ("target", "attempts", "sites"),
    "rules": ("rule", "severity", "findings", "sites"),
}


def chart_tables(context: CentreContext, view: TrendsView, language: str) -> Mapping[str, Sheet]:
    """Return the table of each chart by name."""
    made = {
        "types": _types(view, language),
        "week": _week(view, language),
        "provinces": _provinces(context, view, language),
    }
    return _headed(made, language)


def top_tables(context: CentreContext, tops: Tops, language: str) -> Mapping[str, Sheet]:
    """Return the table of each top list by name."""
    made = {
        "sources": _sources(tops, language),
        "countries": _countries(tops, language),
        "targets": [[row["target"], int(row["attempts"]), int(row["sites"])] for row in tops.targets],
        "rules": _rules(context, tops, language),
    }
    return _headed(made, language)


def _headed(made: Mapping[str, Sequence[Sequence[Any]]], language: str) -> Mapping[str, Sheet]:
    return {name: ([_heading(one, language) for one in _HEADS[name]], rows) for name, rows in made.items()}


def _heading(name: str, language: str) -> str:
    if name.isdigit():
        return name
    return t(name, language) if name.startswith("type.") else t(f"trends.column.{name}", language)


def _types(view: TrendsView, language: str) -> Sequence[Sequence[Any]]:
    local = pd.DatetimeIndex(view.slots.index).tz_convert(KST).strftime("%Y-%m-%d %H:%M")
    return [[at, *map(int, row)] for at, row in zip(local, view.slots.to_numpy(), strict=True)]


def _week(view: TrendsView, language: str) -> Sequence[Sequence[Any]]:
    return [
        [t(f"day.{day}", language), *(round(float(mean), 1) if mean == mean else "" for mean in row)]
        for day, row in enumerate(view.week)
    ]


def _provinces(context: CentreContext, view: TrendsView, language: str) -> Sequence[Sequence[Any]]:
    return [
        [
            province_name(context, one, language),
            one.sites,
            one.size,
            one.events,
            one.attempts,
            round(one.rate, 1),
            round(one.per_size, 2),
        ]
        for one in view.provinces
    ]


def _sources(tops: Tops, language: str) -> Sequence[Sequence[Any]]:
    texts = catalogue(language)
    return [
        [
            row["source"],
            row["country"],
            int(row["attempts"]),
            int(row["sites"]),
            ", ".join(texts.get(f"type.{one}", one) for one in row["types"]),
            kst(row["first"], "%m-%d %H:%M"),
            kst(row["last"], "%m-%d %H:%M"),
        ]
        for row in tops.sources
    ]


def _countries(tops: Tops, language: str) -> Sequence[Sequence[Any]]:
    unsaid = t("trends.unsaid", language)
    return [
        [row["country"] or unsaid, int(row["attempts"]), int(row["sources"]), int(row["sites"])]
        for row in tops.countries
    ]


def _rules(context: CentreContext, tops: Tops, language: str) -> Sequence[Sequence[Any]]:
    rows = []
    for row in tops.rules:
        rule = context.rules.get(row["rule_id"])
        title = (rule.title_ko if language == "ko" else rule.title_en) if rule else row["rule_id"]
        rows.append([title, t(f"severity.{row['severity']}", language), int(row["findings"]), int(row["sites"])])
    return rows


def shown(name: str, made: Sheet, language: str, severities: Sequence[int] = ()) -> Any:
    """Return a table for the page: values searchable, numbers right-aligned; `severities` are those of rules."""
    head, rows = made
    if not rows:
        return empty(t("trends.none", language))
    cells: list[list[Any]] = [[f"{cell:,}" if isinstance(cell, int) else cell for cell in row] for row in rows]
    for place, field in _VALUES.get(name, ()):
        for row, original in zip(cells, rows, strict=True):
            row[place] = value(field, str(original[place]))
    for row, severity in zip(cells, severities, strict=False):
        row[1] = severity_pill(severity, language)
    numbers = [place for place, cell in enumerate(rows[0]) if isinstance(cell, int | float)]
    return table(head, cells, numbers)
