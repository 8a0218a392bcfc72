"""Build the hex map: one tile of equal size for every municipality.

`hexmap.txt` is the layout: one line a row from north to south, codes at their places, dots where there is no
tile, every other line indented by half a tile, starting with the first. It was found by a search that keeps
true neighbours together and was then mended by hand; mend it by moving codes. This tool checks the drawing
against the registry, adds a place for the name of each province and writes both for the browser.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import shapely

from committed import ROOT, parser, settle
from secmon.sites import load_sites

DRAWING = ROOT / "tools" / "hexmap.txt"
HEXMAP = ROOT / "assets" / "geo" / "hexmap.json"
MUNICIPALITIES = ROOT / "assets" / "geo" / "municipalities.geojson"
EMPTY = "....."
ISLANDS = {"47940"}  # Ulleung lies in the open sea, apart from its province
LAYOUT = (
    "Pointy-top hexagons. Rows count from the north, columns from the west; even rows are shifted right by "
    "half a tile. In tile widths a centre is x = col + 0.5 in even rows, x = col in odd rows, "
    "y = row * sqrt(3)/2. "
    "In labels col is that x, the shift included."
)


class DrawingError(Exception):
    """The drawing breaks a rule of the hex map; the text says where."""


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """A place on the grid."""

    row: int
    col: int

    @property
    def x(self) -> float:
        """Horizontal centre in tile widths."""
        return self.col + (0.5 if self.row % 2 == 0 else 0.0)

    def neighbours(self) -> frozenset["Cell"]:
        """The six cells around this one."""
        shift = 1 if self.row % 2 == 0 else 0
        sides = {Cell(self.row, self.col - 1), Cell(self.row, self.col + 1)}
        return frozenset(sides | {Cell(self.row + up, self.col + shift + side) for up in (-1, 1) for side in (-1, 0)})


def read_drawing(text: str) -> dict[str, Cell]:
    """Place of every code in the drawing."""
    places: dict[str, Cell] = {}
    for row, line in enumerate(text.splitlines()):
        for col, word in enumerate(line.split()):
            if word == EMPTY:
                continue
            if word in places:
                raise DrawingError(f"{DRAWING.name}:{row + 1}: {word} is drawn twice")
            places[word] = Cell(row, col)
    return places


def check(places: Mapping[str, Cell], codes: Iterable[str]) -> None:
    """Every site has its tile, and every province is one block (islands aside)."""
    wrong = set(places) ^ set(codes)
    if wrong:
        raise DrawingError(f"{DRAWING.name}: missing from the drawing or the registry: {', '.join(sorted(wrong))}")
    for province, cells in blocks(places).items():
        if len(reachable(cells)) < len(cells):
            raise DrawingError(f"{DRAWING.name}: province {province} is not one block")


def blocks(places: Mapping[str, Cell]) -> dict[str, set[Cell]]:
    """Cells of each province, islands left out."""
    cells: dict[str, set[Cell]] = {}
    for code, cell in sorted(places.items()):
        if code not in ISLANDS:
            cells.setdefault(code[:2], set()).add(cell)
    return cells


def reachable(cells: set[Cell]) -> set[Cell]:
    """Cells connected with the first one."""
    seen = {min(cells)}
    frontier = list(seen)
    while frontier:
        step = frontier.pop().neighbours() & cells - seen
        seen |= step
        frontier.extend(step)
    return seen


def label_cell(cells: set[Cell]) -> Cell:
    """The tile deepest inside its province; of several, the one nearest to the middle."""
    x = sum(cell.x for cell in cells) / len(cells)
    row = sum(cell.row for cell in cells) / len(cells)
    return min(
        sorted(cells),
        key=lambda cell: (-len(cell.neighbours() & cells), (cell.x - x) ** 2 + 0.75 * (cell.row - row) ** 2),
    )


def true_neighbours() -> set[tuple[str, str]]:
    """Pairs of municipalities that share a border on the outline map."""
    features = json.loads(MUNICIPALITIES.read_bytes())["features"]
    codes = [feature["id"] for feature in features]
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    return {(codes[i], codes[j]) for i, j in zip(left, right, strict=True) if codes[i] < codes[j]}


def kept_share(places: Mapping[str, Cell], pairs: set[tuple[str, str]]) -> float:
    """Share of the true neighbours whose tiles touch."""
    return sum(places[one] in places[other].neighbours() for one, other in pairs) / len(pairs)


def content(places: Mapping[str, Cell]) -> bytes:
    """The file for the browser."""
    tiles = [{"code": code, "col": cell.col, "row": cell.row} for code, cell in sorted(places.items())]
    centres = {province: label_cell(cells) for province, cells in blocks(places).items()}
    labels = [{"province": code, "col": cell.x, "row": float(cell.row)} for code, cell in centres.items()]
    lines = [
        f'{{"layout": {json.dumps(LAYOUT)},',
        '"tiles": [\n' + ",\n".join(json.dumps(tile) for tile in tiles) + "\n],",
        '"labels": [\n' + ",\n".join(json.dumps(label) for label in labels) + "\n]}\n",
    ]
    return "\n".join(lines).encode("ascii")


def main() -> int:
    """Write or check the hex map."""
    options = parser(__doc__ or "").parse_args()
    places = read_drawing(DRAWING.read_text("utf-8"))
    try:
        check(places, (site.code for site in load_sites()))
    except DrawingError as error:
        print(error, file=sys.stderr)
        return 1
    rows, cols = max(cell.row for cell in places.values()) + 1, max(cell.col for cell in places.values()) + 1
    share = kept_share(places, true_neighbours())
    print(f"{len(places)} tiles, {rows} rows, {cols} columns, {share:.1%} of true neighbours kept")
    return settle(Path(__file__).name, {HEXMAP: content(places)}, check=options.check)


if __name__ == "__main__":
    sys.exit(main())
