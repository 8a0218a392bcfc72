"""The graph of an incident's municipalities and actors."""

from collections.abc import Sequence
from math import ceil, cos, sin, tau
from typing import Any

from secmon.db.models import Alert
from secmon.live.context import CentreContext
from secmon.web.i18n.names import rule_title, site_name

_NODES = 60
_WIDE, _HIGH, _BESIDE = 340.0, 120.0, 130.0
"""Half axes of the ellipse of municipalities, and the distance between actors, in pixels."""
_ROUND = 12
"""Number of sites whose names fit on an ellipse."""
_ROW, _COLUMN, _LISTED = 26.0, 200.0, 30
"""Distances of rows and columns if there are more sites, and the number that fits into three columns."""


def graph_of(context: CentreContext, alerts: Sequence[Alert], language: str) -> list[dict[str, Any]]:
    """Return sites and actors of an incident as graph elements; at most 60 nodes, the most severe alerts first."""
    nodes: dict[str, dict[str, Any]] = {}
    edges: dict[tuple[str, str], int] = {}
    for alert in sorted(alerts, key=lambda one: (-one.severity, one.first_time)):
        site, actor = f"site:{alert.site}", f"actor:{alert.actor}"
        wanted = {site: ("site", site_name(context, alert.site, language)), actor: ("actor", alert.actor)}
        if len(nodes) + sum(key not in nodes for key in wanted) > _NODES:
            break
        for key, (kind, label) in wanted.items():
            if label:
                nodes.setdefault(key, {"data": {"id": key, "label": label[:40]}, "classes": kind})
        if alert.actor:
            edges[actor, site] = edges.get((actor, site), 0) + alert.findings
    titles = {f"site:{alert.site}": rule_title(context, alert.rule_id, language) for alert in alerts}
    lines = [
        {"data": {"id": f"{a}>{b}", "source": a, "target": b, "label": titles.get(b, "")[:60], "weight": min(8, 1 + n)}}
        for (a, b), n in edges.items()
    ]
    actors = [node for node in nodes.values() if node["classes"] == "actor"]
    sites = [node for node in nodes.values() if node["classes"] == "site"]
    if len(sites) > _ROUND:
        _list(actors, sites)
    else:
        _place(actors, 0, 0)
        _place(sites, _WIDE, _HIGH)
    return [*nodes.values(), *lines]


def _list(actors: Sequence[dict[str, Any]], sites: Sequence[dict[str, Any]]) -> None:
    """Place actors in one column, and sites in columns beside it, with their names behind the nodes."""
    rows = ceil(len(sites) / (3 if len(sites) <= _LISTED else 4))
    for place, node in enumerate(sites):
        column, row = divmod(place, rows)
        node["classes"] = "site listed"
        node["position"] = {"x": _COLUMN * (column + 1), "y": _ROW * (row - (rows - 1) / 2)}
    for place, node in enumerate(actors):
        node["position"] = {"x": 0.0, "y": 2 * _ROW * (place - (len(actors) - 1) / 2)}


def _place(nodes: Sequence[dict[str, Any]], wide: float, high: float) -> None:
    """Place nodes on an ellipse with these half axes, or side by side in the centre if these are 0."""
    number = len(nodes)
    for place, node in enumerate(nodes):
        angle = tau * place / number
        x = wide * cos(angle) if wide else _BESIDE * (place - (number - 1) / 2)
        node["position"] = {"x": x, "y": high * sin(angle)}
