"""The hex map is Korea: one tile a site, provinces in one piece and in their places."""

import json
from collections import Counter
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
import shapely

from secmon.sites import load_sites

GEO = Path(__file__).parents[2] / "assets" / "geo"
HEXMAP: dict[str, Any] = json.loads((GEO / "hexmap.json").read_bytes())
CELLS: dict[str, tuple[int, int]] = {tile["code"]: (tile["row"], tile["col"]) for tile in HEXMAP["tiles"]}
ULLEUNG = "47940"
KEPT_NEIGHBOURS = 0.72  # measured 0.730 of the true neighbours when the layout was drawn


def x(code: str) -> float:
    row, col = CELLS[code]
    return col + (0.5 if row % 2 == 0 else 0.0)


def row(code: str) -> int:
    return CELLS[code][0]


def around(cell: tuple[int, int]) -> set[tuple[int, int]]:
    r, c = cell
    shift = 1 if r % 2 == 0 else 0
    return {(r, c - 1), (r, c + 1)} | {(r + up, c + shift + side) for up in (-1, 1) for side in (-1, 0)}


def of(*provinces: str) -> list[str]:
    return [code for code in CELLS if code.startswith(provinces) and code != ULLEUNG]


def centre(province: str) -> tuple[float, float]:
    return mean(x(code) for code in of(province)), mean(row(code) for code in of(province))


def touches(code: str, province: str) -> bool:
    return any(CELLS[other] in around(CELLS[code]) for other in of(province))


def pieces(cells: set[tuple[int, int]]) -> int:
    left, count = set(cells), 0
    while left:
        count += 1
        frontier = [left.pop()]
        while frontier:
            step = around(frontier.pop()) & left
            left -= step
            frontier.extend(step)
    return count


def test_one_tile_a_site() -> None:
    """Every site has exactly one tile, and no two share a cell."""
    assert [tile["code"] for tile in HEXMAP["tiles"]] == [site.code for site in load_sites()]
    assert max(Counter(CELLS.values()).values()) == 1


def test_compact() -> None:
    """The map is 20 to 23 rows high and at most 17 columns wide, starting at 0."""
    rows, cols = zip(*CELLS.values(), strict=True)
    assert (min(rows), min(cols)) == (0, 0)
    assert 20 <= max(rows) + 1 <= 23
    assert max(cols) + 1 <= 17


@pytest.mark.parametrize("province", sorted({site.province for site in load_sites()}))
def test_province_is_one_block(province: str) -> None:
    """The tiles of a province hang together (the island of Ulleung aside)."""
    assert pieces({CELLS[code] for code in of(province)}) == 1


def test_mainland_is_one_block_without_holes() -> None:
    """All tiles but Ulleung hang together, and no empty cell is enclosed by them."""
    land = {CELLS[code] for code in CELLS if code != ULLEUNG}
    sea = {(r, c) for r in range(-2, 26) for c in range(-2, 20)} - land
    assert pieces(land) == 1
    assert pieces(sea) == 1


def test_ulleung_is_an_island() -> None:
    """Ulleung touches no tile and lies one or two cells off the coast, east of everything in its row."""
    land = {CELLS[code] for code in CELLS if code != ULLEUNG}
    near = around(CELLS[ULLEUNG])
    assert not near & land
    assert {further for cell in near for further in around(cell)} & land
    assert all(x(code) < x(ULLEUNG) for code in CELLS if row(code) == row(ULLEUNG) and code != ULLEUNG)


def test_true_neighbours_stay_together() -> None:
    """Of the pairs that share a border on the true map, at least the measured share touch here too."""
    features = json.loads((GEO / "municipalities.geojson").read_bytes())["features"]
    codes = [feature["id"] for feature in features]
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = [(codes[i], codes[j]) for i, j in zip(left, right, strict=True) if i < j]
    kept = sum(CELLS[one] in around(CELLS[other]) for one, other in pairs)
    assert kept / len(pairs) >= KEPT_NEIGHBOURS


@pytest.mark.parametrize("code", ["41480", "41281", "41570"])
def test_north_west_of_seoul(code: str) -> None:
    """Paju, Goyang and Gimpo lie north-west of the middle of Seoul."""
    seoul_x, seoul_row = centre("11")
    assert x(code) < seoul_x
    assert row(code) < seoul_row


@pytest.mark.parametrize("code", of("29"))
def test_gwangju_lies_inside_jeonnam(code: str) -> None:
    """Every district of Gwangju touches Jeonnam, and Jeonnam lies on all sides of the city."""
    assert touches(code, "46")
    xs, rows = [x(other) for other in of("46")], [row(other) for other in of("46")]
    assert min(xs) < x(code) < max(xs)
    assert min(rows) <= row(code) < max(rows)


def test_gwangju_borders_only_jeonnam_and_jeonbuk() -> None:
    """No province but Jeonnam, and Jeonbuk to the north, touches Gwangju."""
    near = {cell for code in of("29") for cell in around(CELLS[code])}
    assert {code[:2] for code, cell in CELLS.items() if cell in near} - {"29"} == {"45", "46"}


def test_daejeon_lies_between_chungnam_and_chungbuk() -> None:
    """Daejeon touches both, Chungnam to its west and Chungbuk to its east."""
    assert any(touches(code, "44") for code in of("30"))
    assert any(touches(code, "43") for code in of("30"))
    assert centre("44")[0] < centre("30")[0] < centre("43")[0]


def test_ulsan_and_busan_are_the_south_east() -> None:
    """Ulsan and Busan lie in the south-east corner, Ulsan to the north of Busan."""
    middle_x, middle_row = mean(x(code) for code in CELLS), mean(row(code) for code in CELLS)
    for code in of("26", "31"):
        assert x(code) > middle_x
        assert row(code) > middle_row
    assert centre("31")[1] < centre("26")[1]


def test_incheon_has_the_western_edge() -> None:
    """Ganghwa and Ongjin open the map in the west, with no tile further west in their rows."""
    assert min(CELLS, key=x) == "28720"
    for code in ("28710", "28720"):
        assert all(x(other) >= x(code) for other in CELLS if row(other) == row(code))


def test_goseong_is_the_north_east() -> None:
    """Nothing lies both as far north and further east than Goseong in Gangwon."""
    assert [code for code in CELLS if row(code) <= row("42820") and x(code) > x("42820")] == []
    assert row("42820") <= 2


@pytest.mark.parametrize("code", ["46820", "46900", "46890"])
def test_far_south_west(code: str) -> None:
    """Haenam, Jindo and Wando lie in the last rows, in the western half."""
    assert row(code) >= max(r for r, _ in CELLS.values()) - 1
    assert x(code) < mean(x(other) for other in CELLS)


@pytest.mark.parametrize(
    ("north", "south"),
    [("42", "47"), ("41", "44"), ("41", "43"), ("44", "45"), ("45", "46"), ("47", "48"), ("27", "48")],
)
def test_provinces_from_north_to_south(north: str, south: str) -> None:
    """Provinces follow one another from north to south as they do in the country."""
    assert centre(north)[1] < centre(south)[1]


@pytest.mark.parametrize(
    ("west", "east"),
    [
        ("28", "11"),
        ("11", "42"),
        ("44", "43"),
        ("43", "47"),
        ("45", "48"),
        ("46", "48"),
        ("48", "26"),
        ("27", "31"),
    ],
)
def test_provinces_from_west_to_east(west: str, east: str) -> None:
    """Provinces follow one another from west to east as they do in the country."""
    assert centre(west)[0] < centre(east)[0]


def test_labels_lie_on_their_province() -> None:
    """Each of the 15 provinces has one label, centred on a tile of its own."""
    labels = {label["province"]: (label["col"], label["row"]) for label in HEXMAP["labels"]}
    assert len(HEXMAP["labels"]) == len(labels) == 15
    for province, place in labels.items():
        assert place in {(x(code), row(code)) for code in of(province)}
