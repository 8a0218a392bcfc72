"""Colours that mean something stay apart for whoever sees fewer of them."""

import re
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from secmon.runtime.centre import assets_folder
from secmon.store.client import Store
from secmon.web.components.charts import TYPE_COLOURS
from secmon.web.pages import visit_of
from secmon.web.pages.wall import page as wall
from web_centre import NOWHERE, console_over, new_desk

Array = npt.NDArray[np.float64]

SEEN_BY: Mapping[str, Array] = {
    "everybody": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
"""Linear sRGB as it looks to them: Machado, Oliveira and Fernandes, A Physiologically-based Model for Simulation of
Color Vision Deficiency, IEEE TVCG 15 (2009), severity 1.0."""
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])
APART = 10.0
"""Distance in CIE L*a*b* (1976) that two colours keep; 2.3 is just noticed (Mahy, Van Eycken and Oosterlinck 1994)."""


def linear(colour: str) -> Array:
    """`#rrggbb` as linear sRGB."""
    steps = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(steps <= 0.04045, steps / 12.92, ((steps + 0.055) / 1.055) ** 2.4)


def lab(light: Array) -> Array:
    """CIE L*a*b* of linear sRGB."""
    ratio = TO_XYZ @ np.clip(light, 0, 1) / WHITE
    bent = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * bent[1] - 16, 500 * (bent[0] - bent[1]), 200 * (bent[1] - bent[2])])


def alike(colours: Mapping[str, str], eyes: str) -> list[tuple[str, str, float]]:
    """Pairs that lie closer together than they may."""
    looks = {name: lab(SEEN_BY[eyes] @ linear(colour)) for name, colour in colours.items()}
    apart = [(one, other, float(np.linalg.norm(looks[one] - looks[other]))) for one, other in combinations(looks, 2)]
    return [pair for pair in apart if pair[2] < APART]


def variables(theme: str) -> Mapping[str, str]:
    """Colours of the style sheet in a theme."""
    sheet = (assets_folder() / "secmon.css").read_text(encoding="utf-8")
    blocks = [sheet.split(":root {")[1].split("}")[0]]
    if theme == "light":
        blocks.append(sheet.split(':root[data-theme="light"] {')[1].split("}")[0])
    return {name: value for block in blocks for name, value in re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block)}


@pytest.mark.parametrize("eyes", SEEN_BY)
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_severities_stay_apart(theme: str, eyes: str) -> None:
    """None, low, medium, high and critical; a tile and a row have a shape beside the colour as well."""
    colours = variables(theme)
    assert alike({name: colours[name] for name in ("none", "low", "medium", "high", "critical")}, eyes) == []


@pytest.mark.parametrize("eyes", SEEN_BY)
def test_declared_levels_stay_apart(eyes: str) -> None:
    """The five levels of the crisis, whose name stands on the colour too."""
    sheet = (assets_folder() / "secmon.css").read_text(encoding="utf-8")
    levels = dict(re.findall(r"\.level-([a-z]+) \{ background: (#[0-9a-f]{6}); \}", sheet))
    assert len(levels) == 5
    assert alike(levels, eyes) == []


@pytest.mark.parametrize("eyes", SEEN_BY)
def test_attack_types_stay_apart(eyes: str) -> None:
    """The seven types in charts, which have no mark but their colour and their place in the stack."""
    assert alike(dict(TYPE_COLOURS), eyes) == []


def test_the_wall_draws_types_in_the_same_colours(tmp_path: Path) -> None:
    """The page gives its script the colours of the legend, in their order; the script has none of its own."""
    db = new_desk(tmp_path)
    visit = visit_of("/", "", "en")
    assert visit is not None
    page = wall.layout(console_over(Store(NOWHERE), db), visit)
    db.close()
    [given] = [part.data for part in page.children if getattr(part, "id", "") == "type-colours"]
    assert list(given.items()) == list(TYPE_COLOURS.items())
    script = (assets_folder() / "wall.js").read_text(encoding="utf-8")
    assert [colour for colour in TYPE_COLOURS.values() if colour in script] == []
    assert [name for name in TYPE_COLOURS if name in script] == []


def test_the_check_sees_what_is_alike() -> None:
    """A pink and a grey that differ for most look the same in deuteranopia."""
    pair = {"leak": "#e58ac4", "access": "#9fb3c8"}
    assert alike(pair, "everybody") == []
    assert alike(pair, "deuteranopia") != []
