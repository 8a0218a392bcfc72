"""Build the tables of the registry from the reviewed names beside this file and the boundaries.

`site_names.csv` and `province_names.csv` hold what people decided: official names, tile labels, and the day
since when a municipality exists under its name and rank (empty: since elected local government began).
Everything else is counted or measured from the boundaries.
"""

import csv
import io
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from boundaries import municipal_coverage, polygons, sizes
from committed import ROOT, parser, settle
from secmon.sites import Site

TOOLS = ROOT / "tools"
SITES = ROOT / "src" / "secmon" / "sites" / "sites.csv"
PROVINCES = ROOT / "src" / "secmon" / "sites" / "provinces.csv"
KINDS = {"시": "si", "군": "gun", "구": "gu"}
ELECTED_SINCE = "1995-07-01"
COLUMNS = tuple(field.name for field in fields(Site))


def read_names(name: str) -> list[dict[str, str]]:
    """Rows of a reviewed table."""
    with (TOOLS / name).open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def inner_point(shape: BaseGeometry) -> tuple[str, str]:
    """Longitude and latitude, three decimals, of the middle of the largest circle in the largest part."""
    radius = shapely.maximum_inscribed_circle(polygons(shape)[0], tolerance=1e-3)
    middle = shapely.get_point(radius, 0)
    lon, lat = shapely.get_x(middle), shapely.get_y(middle)
    return f"{lon:.3f}", f"{lat:.3f}"


def site_rows(
    names: Iterable[dict[str, str]], shapes: dict[str, BaseGeometry], towns: Counter[str]
) -> list[Sequence[object]]:
    """One row a municipality, in the order of COLUMNS."""
    rows: list[Sequence[object]] = []
    for name in names:
        code, ko = name["code"], name["ko"]
        lon, lat = inner_point(shapes[code])
        labels = (ko, name["en"], name["short_ko"], name["short_en"])
        since = name["since"] or ELECTED_SINCE
        rows.append((code, *labels, code[:2], KINDS[ko[-1]], lon, lat, towns[code], since, ""))
    return rows


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """CSV with a header, ordered by code."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    ordered = sorted(rows, key=lambda row: str(row[0]))
    writer.writerows(ordered)
    return text.getvalue().encode("utf-8")


def build() -> dict[Path, bytes]:
    """Content of both tables."""
    coverage = municipal_coverage()
    shapes = dict(zip(coverage.codes, coverage.shapes, strict=True))
    provinces = read_names("province_names.csv")
    return {
        SITES: table(COLUMNS, site_rows(read_names("site_names.csv"), shapes, sizes())),
        PROVINCES: table(list(provinces[0]), [list(province.values()) for province in provinces]),
    }


def main() -> int:
    """Write or check the tables."""
    options = parser(__doc__ or "").parse_args()
    return settle(Path(__file__).name, build(), check=options.check)


if __name__ == "__main__":
    sys.exit(main())
