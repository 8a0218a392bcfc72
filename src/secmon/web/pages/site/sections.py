"""Sections of the municipality and province pages: requests, incidents, blocks, risk, volume, peers."""

from typing import Any

import plotly.graph_objects as go
from dash import dcc, html

from secmon.detection.risk import EntityKind, EntityRisk
from secmon.live.context import CentreContext
from secmon.times import KST
from secmon.web.components.charts import TIMES, blank
from secmon.web.components.countdown import due_words
from secmon.web.components.panel import empty, facts_list, severity_pill, table, value
from secmon.web.i18n.names import rule_title, site_name
from secmon.web.i18n.texts import kst, t
from secmon.web.pages.site.place_view import Peers, PlaceView, Volume

_FIELDS = {EntityKind.ADDRESS: "src_endpoint_ip", EntityKind.USER: "user_name", EntityKind.HOST: "device_hostname"}
_SHOWN = 30
_HIGH, _SOME = 70, 30


def requests(context: CentreContext, view: PlaceView, language: str) -> Any:
    """Return the requests that await an answer of the municipality."""
    if not view.requests:
        return empty(t("place.requests.none", language))
    rows = []
    for one in view.requests[:_SHOWN]:
        words, style = due_words(one.due, view.at, language)
        title = one.title_ko if language == "ko" else one.title_en
        rows.append(
            [
                severity_pill(one.severity, language),
                dcc.Link(title, href=f"/requests?request={one.id}"),
                site_name(context, one.site, language),
                t(f"request.{one.state}", language),
                html.Span(words, className=f"due-{style}"),
            ]
        )
    return table([t(f"column.{name}", language) for name in ("severity", "request", "site", "state", "due")], rows)


def incidents(view: PlaceView, language: str) -> Any:
    """Return the open incidents that touch the municipality."""
    if not view.incidents:
        return empty(t("place.incidents.none", language))
    rows = [
        [
            severity_pill(one.severity, language),
            dcc.Link(one.title, href=f"/incident/{one.id}"),
            t(f"incident.{one.state}", language),
            one.owner or "–",
            kst(one.detected_at, "%m-%d %H:%M"),
        ]
        for one in view.incidents[:_SHOWN]
    ]
    names = ("severity", "incident", "state", "owner", "opened")
    return table([t(f"column.{name}", language) for name in names], rows)


def blocks(context: CentreContext, view: PlaceView, language: str) -> Any:
    """Return the blocks in force, with the sites that have not applied them yet."""
    if not view.blocks:
        return empty(t("place.blocks.none", language))
    rows = [
        [
            value("src_endpoint_ip", one.value),
            kst(one.pushed_at, "%m-%d %H:%M"),
            f"{one.acknowledged}/{one.of}",
            ", ".join(site_name(context, code, language) for code in one.missing[:5]) or "✓",
        ]
        for one in view.blocks[:_SHOWN]
    ]
    names = ("column.value", "place.since", "place.applied", "place.missing")
    return table([t(name, language) for name in names], rows)


def risk(context: CentreContext, view: PlaceView, language: str) -> Any:
    """Return the riskiest sites, addresses, users and hosts, each with its reasons."""
    found = [*view.risk[:_SHOWN], *view.entities]
    if not found:
        return empty(t("place.risk.none", language))
    rows = [[_mark(one.risk), _entity(context, one, language), _reasons(context, one, language)] for one in found]
    return table([t(f"place.{name}", language) for name in ("risk", "entity", "reasons")], rows)


def _mark(number: int) -> html.Span:
    style = "s5" if number >= _HIGH else "s3" if number >= _SOME else "s2"
    return html.Span(f"{number}", className=f"pill {style}")


def _entity(context: CentreContext, one: EntityRisk, language: str) -> Any:
    kind = html.Small(t(f"place.kind.{one.kind}", language))
    if one.kind == EntityKind.SITE:
        return [dcc.Link(site_name(context, one.entity, language), href=f"/site/{one.entity}"), html.Br(), kind]
    return [value(_FIELDS[one.kind], one.entity), html.Br(), kind]


def _reasons(context: CentreContext, one: EntityRisk, language: str) -> list[html.Div]:
    return [
        html.Div(
            t(
                "place.reason",
                language,
                rule=rule_title(context, reason.rule_id, language),
                findings=reason.findings,
                time=kst(reason.last_time, "%m-%d %H:%M"),
                points=f"{reason.points:.0f}",
            )
        )
        for reason in one.reasons
    ]


def volume(found: Volume, language: str) -> Any:
    """Draw events per hour with the number expected."""
    if not found.hours:
        return blank()
    x = [hour.astimezone(KST).replace(tzinfo=None) for hour in found.hours]
    figure = go.Figure()
    figure.add_bar(x=x, y=found.received, name=t("place.received", language), marker_color="#4c9be8")
    figure.add_scatter(
        x=x,
        y=found.expected,
        name=t("place.expected", language),
        mode="lines",
        line={"color": "#f0c33c", "width": 2, "dash": "dot", "shape": "hvh"},
        connectgaps=False,
    )
    axis = {"color": "#9fb0ca", "gridcolor": "#22304c", "zeroline": False, "rangemode": "tozero"}
    figure.update_layout(
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        bargap=0.15,
        xaxis={**axis, **TIMES, "showgrid": False},
        yaxis=axis,
        font={"family": "Pretendard, sans-serif", "size": 13, "color": "#9fb0ca"},
        margin={"l": 56, "r": 16, "t": 8, "b": 30},
        legend={"orientation": "h", "y": 1.12, "x": 0},
        uirevision="place",
    )
    return figure


def complete(found: Volume, language: str) -> str:
    """Return the completeness of the last 24 hours as text."""
    share = found.complete
    words = t("feeds.learning", language) if share is None else f"{share:.1%}"
    return t("place.complete", language, share=words)


def peers(found: Peers, language: str) -> Any:
    """Return the site's figures beside the medians of its peers."""
    return html.Div(
        [
            facts_list(
                [
                    (t("place.peers.rate", language), _beside(found.rate, found.rate_median, language)),
                    (t("place.peers.events", language), _beside(found.events, found.events_median, language)),
                    (t("place.peers.place", language), f"{found.place} / {found.number + 1}"),
                ]
            ),
            html.P(t("place.peers.note", language, number=found.number), className="balance"),
        ],
        className="padded",
    )


def _beside(own: float | None, others: float | None, language: str) -> str:
    own_words, other_words = ("–" if one is None else f"{one:,.0f}" for one in (own, others))
    return t("place.beside", language, own=own_words, others=other_words)
