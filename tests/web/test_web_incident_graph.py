"""The graph of an incident: names that can be read however many municipalities there are."""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from secmon.db.models import Alert
from secmon.store.client import Store
from secmon.web.pages.incident.graph import graph_of
from web_centre import console_over, new_desk

_LETTER, _LINE, _BROKEN = 7.0, 14.0, 110.0
"""Pixels of a letter at most, of a line, and where a name is broken on the ellipse."""

Box = tuple[float, float, float, float]


def box(node: Mapping[str, Any]) -> Box:
    """Where a name is drawn: above its municipality on the ellipse, behind it in a column."""
    (x, y), width = node["position"].values(), _LETTER * len(node["data"]["label"])
    if "listed" in node["classes"]:
        return x + 12, y - _LINE / 2, x + 12 + width, y + _LINE / 2
    lines = 2 if width > _BROKEN else 1
    half = min(width, _BROKEN) / 2
    return x - half, y - 14 - lines * _LINE, x + half, y - 14


def apart(one: Box, other: Box) -> bool:
    """Whether two boxes share nothing."""
    return one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


@pytest.mark.store
@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("number", [1, 5, 12, 13, 24, 40])
def test_no_name_lies_on_another(store: Store, tmp_path: Path, number: int, language: str) -> None:
    """Two actors and so many municipalities, each with an edge from either."""
    context = console_over(store, new_desk(tmp_path), language)
    at = datetime(2026, 3, 2, tzinfo=UTC)
    alerts = [
        Alert(site=site.code, actor=actor, severity=4, first_time=at, findings=1, rule_id="sweep")
        for site in context.sites[:number]
        for actor in ("192.0.2.1", "192.0.2.2")
    ]
    drawn = graph_of(context, alerts, language)
    sites = [one for one in drawn if one.get("classes", "").startswith("site")]
    edges = [one for one in drawn if "source" in one["data"]]
    assert (len(sites), len(edges)) == (number, 2 * number)
    on_another = [
        (a["data"]["label"], b["data"]["label"]) for a, b in combinations(sites, 2) if not apart(box(a), box(b))
    ]
    assert on_another == []
