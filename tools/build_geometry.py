"""Build the two outline maps: the 226 municipalities, and the 17 provinces drawn from the same borders.

Both are GeoJSON in WGS84 degrees, three decimals; the administrative code (`Feature.id`) is all a feature
says. Shared borders use the same vertices within each file and between the two.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from boundaries import WITHOUT_SITES, Coverage, as_multipolygon, municipal_coverage, polygons
from committed import ROOT, parser, settle

MUNICIPALITIES = ROOT / "assets" / "geo" / "municipalities.geojson"
PROVINCES = ROOT / "assets" / "geo" / "provinces.geojson"
TOLERANCE = 6e-3  # degrees; a corner goes when the triangle it makes is smaller than the square of this
SMALLEST_ISLAND = 4e-4  # square degrees, about 4 km²


def simplified(coverage: Coverage) -> Coverage:
    """Fewer vertices and no small islands; borders stay shared, and every shape keeps its largest part."""
    shapes = shapely.coverage_simplify(list(coverage.shapes), TOLERANCE)
    parts = [polygons(shape) for shape in shapes]
    tree = shapely.STRtree([part for group in parts for part in group])
    owners = [owner for owner, group in enumerate(parts) for _ in group]

    def is_islet(part: Polygon, owner: int) -> bool:
        touching = tree.query(part, predicate="intersects")
        return part.area <= SMALLEST_ISLAND and all(owners[index] == owner for index in touching)

    kept = [
        as_multipolygon([group[0], *(part for part in group[1:] if not is_islet(part, owner))])
        for owner, group in enumerate(parts)
    ]
    return Coverage(coverage.codes, tuple(kept))


def province_outlines(coverage: Coverage) -> dict[str, BaseGeometry]:
    """Outline of each province by its 2-digit code: its municipalities without the borders between them."""
    members: dict[str, list[BaseGeometry]] = {}
    for code, shape in zip(coverage.codes, coverage.shapes, strict=True):
        members.setdefault(code[:2], []).append(shape)
    return {code: shapely.coverage_union_all(shapes) for code, shapes in sorted(members.items())}


def feature_collection(shapes: Mapping[str, BaseGeometry]) -> bytes:
    """GeoJSON text, one feature a line, exterior rings clockwise as the plotting library wants them."""
    features = [
        {"type": "Feature", "id": code, "properties": {}, "geometry": _geometry(shape)}
        for code, shape in shapes.items()
    ]
    lines = ",\n".join(json.dumps(feature, separators=(",", ":")) for feature in features)
    return f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n'.encode("ascii")


def _geometry(shape: BaseGeometry) -> dict[str, object]:
    """GeoJSON geometry; the vertices already lie on the grid, rounding only takes off binary noise."""
    parts = polygons(shapely.normalize(shape))
    rings = [[_ring(ring) for ring in (part.exterior, *part.interiors)] for part in parts]
    if len(rings) == 1:
        return {"type": "Polygon", "coordinates": rings[0]}
    return {"type": "MultiPolygon", "coordinates": rings}


def _ring(ring: shapely.LinearRing) -> list[list[float]]:
    return [[round(lon, 3), round(lat, 3)] for lon, lat in ring.coords]


def report(content: bytes) -> str:
    """One line on what was built: features, vertices, and whether the rounded borders still fit."""
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in json.loads(content)["features"]]
    vertices = int(shapely.get_num_coordinates(shapes).sum())
    return f"{len(shapes)} shapes, {vertices:,} vertices, valid coverage: {shapely.coverage_is_valid(shapes)}"


def build() -> dict[Path, bytes]:
    """Content of both files."""
    coverage = simplified(municipal_coverage())
    sites = {
        code: shape
        for code, shape in zip(coverage.codes, coverage.shapes, strict=True)
        if code[:2] not in WITHOUT_SITES
    }
    return {
        MUNICIPALITIES: feature_collection(sites),
        PROVINCES: feature_collection(province_outlines(coverage)),
    }


def main() -> int:
    """Write or check the maps."""
    options = parser(__doc__ or "").parse_args()
    built = build()
    for path, content in built.items():
        print(f"{path.name}: {report(content)}")
    return settle(Path(__file__).name, built, check=options.check)


if __name__ == "__main__":
    sys.exit(main())
