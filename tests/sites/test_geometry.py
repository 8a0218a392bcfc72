"""The outline maps fit the registry, fit together, and are small enough to send."""

import json
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from secmon.sites import load_provinces, load_sites

GEO = Path(__file__).parents[2] / "assets" / "geo"
Segment: TypeAlias = tuple[tuple[float, ...], tuple[float, ...]]
FILES = ["municipalities.geojson", "provinces.geojson"]


@cache
def shapes(name: str) -> dict[str, BaseGeometry]:
    features = json.loads((GEO / name).read_bytes())["features"]
    found = {feature["id"]: shapely.geometry.shape(feature["geometry"]) for feature in features}
    assert len(found) == len(features)
    return found


def segments(shape: BaseGeometry) -> list[Segment]:
    """Border segments of all rings, each from its smaller to its larger end."""
    rings = [ring for part in shapely.get_parts(shape) for ring in (part.exterior, *part.interiors)]
    return [(min(a, b), max(a, b)) for ring in rings for a, b in pairwise(map(tuple, ring.coords))]


def test_features_are_the_registry() -> None:
    """The maps hold exactly the 226 sites and the 17 provinces, by code and in order."""
    assert list(shapes(FILES[0])) == [site.code for site in load_sites()]
    assert list(shapes(FILES[1])) == [province.code for province in load_provinces()]


@pytest.mark.parametrize(("name", "limit"), [(FILES[0], 400_000), (FILES[1], 120_000)])
def test_size(name: str, limit: int) -> None:
    """A map stays small enough for the first page."""
    assert (GEO / name).stat().st_size <= limit


@pytest.mark.parametrize("name", FILES)
def test_polygons_are_valid(name: str) -> None:
    """Every outline is a valid polygon with an area."""
    broken = [code for code, shape in shapes(name).items() if not shape.is_valid or shape.area <= 0]
    assert broken == []


@pytest.mark.parametrize("name", FILES)
def test_borders_are_shared(name: str) -> None:
    """Neighbours use the same vertices: no gap, no overlap, after rounding too."""
    assert shapely.coverage_is_valid(list(shapes(name).values()))
    uses = Counter(segment for shape in shapes(name).values() for segment in segments(shape))
    assert set(uses.values()) == {1, 2}


def test_province_borders_are_municipal_borders() -> None:
    """Every segment of a province's outline is a segment of a municipality (Sejong and Jeju aside)."""
    municipal = {segment for shape in shapes(FILES[0]).values() for segment in segments(shape)}
    for code, outline in shapes(FILES[1]).items():
        if code not in {"36", "50"}:
            assert set(segments(outline)) <= municipal


def test_sites_lie_in_their_province() -> None:
    """A province covers its municipalities and nothing else."""
    for code, outline in shapes(FILES[1]).items():
        members = [shape for site, shape in shapes(FILES[0]).items() if site.startswith(code)]
        if members:
            assert shapely.coverage_union_all(members).area == pytest.approx(outline.area, rel=1e-9)


@pytest.mark.parametrize("name", FILES)
def test_exterior_rings_run_clockwise(name: str) -> None:
    """Exterior rings run clockwise, as the plotting library reads them."""
    parts = [part for shape in shapes(name).values() for part in shapely.get_parts(shape)]
    assert not any(part.exterior.is_ccw for part in parts)


def test_islands_of_the_archipelago_stay() -> None:
    """Sinan, a county of islands, is still drawn in many parts; specks of islands are gone."""
    parts = shapely.get_parts(shapes(FILES[0])["46910"])
    assert len(parts) > 20
