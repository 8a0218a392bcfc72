"""Draw the results of a search on the hunt page: progress, events, histogram and values."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from dash import html

from secmon.live.context import CentreContext
from secmon.web.components import charts
from secmon.web.components.panel import attributes, empty, table, value
from secmon.web.i18n.error_messages import error_message
from secmon.web.i18n.names import site_name
from secmon.web.i18n.texts import catalogue, kst, t
from secmon.web.pages.hunt.running_searches import ROWS, RunningSearch

_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def progress_bar(done: float, language: str) -> html.Div:
    """Return the bar of a search that still runs; `done` is the searched share of the period, 0 to 1."""
    return html.Div(
        [
            html.Progress(value=f"{done:.3f}", max="1"),
            html.Span(t("hunt.searching", language, percent=f"{done:.0%}")),
            html.Button(t("hunt.cancel", language), id="hunt-cancel", className="button", type="button"),
        ],
        className="progress",
    )


def search_state(context: CentreContext, running: RunningSearch, language: str) -> Any:
    """Return the state of the search: an error, its progress, or the number of events found and the sites covered."""
    if running.error:
        return html.P(
            [t("page.error", language), html.Br(), error_message(running.error, language)], className="failed"
        )
    if not running.finished:
        return progress_bar(running.done, language)
    total = int(running.slots.to_numpy().sum()) if running.slots is not None else len(running.events)
    said = t("hunt.found", language, events=total, since=kst(running.search.since), until=kst(running.search.until))
    return html.P([html.B(said), " ", _coverage(context, running, language), " ", _draft(running, language)])


def _draft(running: RunningSearch, language: str) -> Any:
    """Return a link to the search as a draft rule; None for an empty search or without results."""
    search = running.search
    if not search.condition.text or not running.events:
        return None
    asked = {"q": search.condition.text, "since": search.since.isoformat(), "until": search.until.isoformat()}
    href = f"/api/v1/rules/draft?{urlencode(asked)}"
    return html.A(t("hunt.draft", language), href=href, target="_blank", className="button small")


def _coverage(context: CentreContext, running: RunningSearch, language: str) -> str:
    """Return how many of the sites searched have a healthy feed: without one, no hit proves nothing."""
    scope = running.search.scope
    health = {report.site for report in context.reports() if report.health == "healthy" and scope.covers(report.site)}
    total = sum(scope.covers(site.code) for site in context.sites)
    return t("hunt.coverage", language, reporting=len(health), total=total)


def shown_of_found(running: RunningSearch, language: str) -> str:
    """Return how many of the found events the grid shows."""
    most = t("hunt.newest", language, number=f"{ROWS:,}") if len(running.events) >= ROWS else ""
    return most or t("hunt.all", language, number=f"{len(running.events):,}")


def event_rows(context: CentreContext, running: RunningSearch, language: str) -> list[dict[str, str]]:
    """Return the newest found events as rows of the grid."""
    names = {site.code: site_name(context, site.code, language) for site in context.sites}
    texts = catalogue(language)
    return [
        {
            "uid": f"{row['batch_id']}:{row['seq']}",
            "time": kst(row["time"], "%Y-%m-%d %H:%M:%S"),
            "site": names.get(row["site"], row["site"]),
            "feed": row["feed"],
            "kind": row["activity_name"],
            "severity": texts.get(f"severity.{row['severity_id']}", ""),
            "type": texts.get(f"type.{row['attack_type']}", row["attack_type"]),
            "source": row["src_endpoint_ip"] or row["device_hostname"],
            "target": f"{row['dst_endpoint_ip']}:{row['dst_endpoint_port']}" if row["dst_endpoint_ip"] else "",
            "user": row["user_name"],
            "summary": str(row["summary"])[:400],
        }
        for row in running.events
    ]


def step_text(seconds: int, language: str) -> str:
    """Return the time span of a bar, in the largest unit that divides it."""
    unit, size = next((unit, size) for unit, size in _UNITS if seconds % size == 0)
    return t(f"hunt.step.{unit}", language, number=f"{seconds // size:,}")


def histogram_figure(running: RunningSearch, language: str) -> Any:
    """Return the chart of found events by time and attack type; empty until they are counted."""
    return charts.blank() if running.slots is None else charts.found_by_type(running.slots, language)


def value_lists(context: CentreContext, running: RunningSearch, language: str) -> Any:
    """Return the most frequent values of the found events by field, each with its number of events."""
    if not running.values:
        return empty(t("hunt.values.wait" if not running.finished else "hunt.none", language))
    names = {site.code: site_name(context, site.code, language) for site in context.sites}
    texts = catalogue(language)
    parts: list[Any] = []
    for field, found in running.values.items():
        most = max((events for _, events in found), default=1)
        rows = []
        for text, events in found:
            if not text:
                continue
            shown = (
                names.get(text, text)
                if field == "site"
                else texts.get(f"type.{text}", text)
                if field == "attack_type"
                else text
            )
            bar = html.I(style={"width": f"{max(2, round(100 * events / most))}%"}, className="bar")
            rows.append(html.Div([bar, value(field, text, shown), html.B(f"{events:,}")], className="top"))
        if rows:
            parts.append(html.Div([html.H3(t(f"field.{field}", language)), *rows], className="field"))
    return parts or empty(t("hunt.none", language))


def event_panel(found: Any, language: str) -> Any:
    """Return all fields of an event and its raw line; `found` is None when the event is gone."""
    if found is None:
        return empty(t("hunt.gone", language))
    rows = []
    for name, content in found.items():
        if name in {"raw_data", "unmapped"} or content in {"", 0, None}:
            continue
        shown = f"{kst(content, '%Y-%m-%d %H:%M:%S.%f')[:-3]} KST" if isinstance(content, datetime) else str(content)
        cell = shown if isinstance(content, datetime) else value(name, str(content))
        rows.append([html.Code(name), cell])
    rows += [
        [html.Code(f"unmapped.{key}"), value(f"unmapped.{key}", str(text))] for key, text in found["unmapped"].items()
    ]
    return [
        html.Header(
            [
                html.H2(t("hunt.event", language)),
                html.Button("✕", className="tool close", **attributes(aria_label=t("page.close", language))),
            ]
        ),
        html.H3(t("hunt.raw", language)),
        html.Pre(found["raw_data"], className="raw"),
        html.H3(t("hunt.fields", language)),
        table([t("hunt.column", language), t("hunt.value", language)], rows),
    ]
