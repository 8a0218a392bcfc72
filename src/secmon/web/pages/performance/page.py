"""Performance page: the supervisor sees which time or share misses its target, and in which province."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from dash import Dash, Input, Output, State, dcc, html
from dash.exceptions import PreventUpdate

from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.live.context import CentreContext
from secmon.operations import metrics
from secmon.operations.metric_samples import SHARES, Metric, Period
from secmon.operations.metrics import Figure
from secmon.web.components.countdown import span
from secmon.web.components.panel import empty, page_head, panel, table
from secmon.web.components.polling import Seen, only_new, pausing
from secmon.web.gateway.current_user import current_user, requires
from secmon.web.i18n.texts import kst, t
from secmon.web.pages import visit_of
from secmon.web.routing import Group, Page, Visit
from secmon.web.tour.sandbox import ContextSource

PAGE = Page("performance", r"/performance", Group.ANALYSE, order=70, permission=Permission.METRICS)

_DAYS = (1, 7, 30, 90)
_DEFAULT = 30


def layout(_context: CentreContext, visit: Visit) -> html.Div:
    """Return the layout of the page; `?days=7` is the period."""
    language = visit.language
    return html.Div(
        [
            dcc.Interval(id="performance-tick", interval=30_000),
            dcc.Store(id="performance-seen"),
            page_head(
                t("nav.performance", language),
                t("performance.about", language),
                html.Nav(id="performance-tabs", className="tabs asof"),
            ),
            panel(
                t("performance.figures", language),
                html.Div(id="performance-figures", className="scroll"),
                note=html.Span(id="performance-span"),
                style="wide tall",
            ),
            panel(
                t("performance.provinces", language),
                html.Div(id="performance-provinces", className="scroll"),
                note=t("performance.provinces.note", language),
                style="wide tall",
            ),
        ],
        className="site performance",
    )


def _days(visit: Visit) -> int:
    asked = visit.asked.get("days", "")
    return int(asked) if asked in {str(days) for days in _DAYS} else _DEFAULT


def register(app: Dash, contexts: ContextSource) -> None:
    """Register the callback of the metrics with their definitions, for all sites and by province."""

    @app.callback(
        Output("performance-figures", "children"),
        Output("performance-provinces", "children"),
        Output("performance-span", "children"),
        Output("performance-tabs", "children"),
        Output("performance-seen", "data"),
        Input("performance-tick", "n_intervals"),
        Input("url", "search"),
        State("performance-seen", "data"),
        State("url", "pathname"),
        State("language", "data"),
        running=pausing("performance-tick", 30_000),
    )
    @requires(Permission.METRICS)
    async def fill(_tick: int, search: str | None, seen: Seen | None, path: str, language: str) -> Any:
        context = contexts.current()
        visit = visit_of(path, search or "", language)
        if visit is None or visit.page.name != "performance":
            raise PreventUpdate
        made = await asyncio.to_thread(_made, context, visit, current_user())
        sent, digests = only_new(made, seen)
        return (*sent, digests)


def _made(context: CentreContext, visit: Visit, principal: Principal) -> dict[str, Any]:
    language, now, days = visit.language, context.clock(), _days(visit)
    period = Period(now - timedelta(days=days), now)
    every = metrics.figures(context.db, principal.scope, period, now)
    parts = metrics.by_province(context.db, principal.scope, period, now)
    tabs = [
        dcc.Link(
            t("performance.days", language, days=one),
            href=f"/performance?days={one}",
            className="here" if one == days else "",
        )
        for one in _DAYS
    ]
    return {
        "figures": _figures(every, language),
        "provinces": _provinces(context, parts, language),
        "span": f"{kst(period.begins, '%Y-%m-%d')} – {kst(period.ends, '%Y-%m-%d')}",
        "tabs": tabs,
    }


def _figures(every: Sequence[Figure], language: str) -> Any:
    rows = []
    for one in every:
        words = metrics.definitions()[one.metric]
        name, meaning = (words.name_ko, words.ko) if language == "ko" else (words.name_en, words.en)
        middle = shown(one, one.share if one.metric in SHARES else one.median, language)
        late = "–" if one.metric in SHARES else shown(one, one.p90, language)
        counted = t("performance.counted", language, count=f"{one.count:,}", of=f"{one.of:,}")
        rows.append(
            [
                html.B(name),
                html.Strong(middle),
                late,
                _target(one, language),
                _met(one, language),
                counted,
                html.Small(meaning),
            ]
        )
    names = ("metric", "middle", "p90", "target", "met", "counted.head", "meaning")
    return table([t(f"performance.{name}", language) for name in names], rows, numbers=(1, 2, 3))


def shown(one: Figure, value: float | None, language: str) -> str:
    """Format a duration or a share; '–' if nothing could be measured."""
    if value is None:
        return "–"
    return f"{value:.1%}" if one.metric in SHARES else span(value, language)


def _target(one: Figure, language: str) -> str:
    if one.target is None:
        return t("performance.by_severity", language)
    sign = "≥" if one.metric in {Metric.SLA, Metric.INGESTION} else "<"
    return f"{sign} {shown(one, one.target, language)}"


def _met(one: Figure, language: str) -> Any:
    if one.target is None and one.count:
        return t("performance.within", language, within=f"{one.within:,}", count=f"{one.count:,}")
    if one.met is None:
        return html.Span(t("performance.unknown", language), className="facts")
    name = "yes" if one.met else "no"
    return html.Span(t(f"performance.{name}", language), className=f"met-{name}")


def _provinces(context: CentreContext, parts: Mapping[str, Sequence[Figure]], language: str) -> Any:
    if not parts:
        return empty(t("performance.none", language))
    rows = []
    for code, every in parts.items():
        place = context.province(code)
        name = place.ko if language == "ko" else place.en
        cells = []
        for one in every:
            value = shown(one, one.share if one.metric in SHARES else one.median, language)
            cells.append(html.Span(value, className="" if one.met in {None, True} else "met-no"))
        rows.append([dcc.Link(name, href=f"/province/{code}"), *cells])
    heads = [metrics.definitions()[one.metric] for one in next(iter(parts.values()))]
    names = [words.name_ko if language == "ko" else words.name_en for words in heads]
    return table([t("performance.province", language), *names], rows, numbers=range(1, len(names) + 1))
