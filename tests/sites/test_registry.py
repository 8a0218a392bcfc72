"""The registry says today's truth about the 226, and a damaged table is named."""

import json
from collections import Counter
from pathlib import Path

import pytest
import shapely

from secmon.errors import RegistryError
from secmon.sites import load_provinces, load_sites
from secmon.sites.registry import parse_provinces, parse_sites

ROOT = Path(__file__).parents[2]
TABLES = ROOT / "src" / "secmon" / "sites"
SITES_BY_CODE = {site.code: site for site in load_sites()}
PROVINCES_BY_CODE = {province.code: province for province in load_provinces()}
SUFFIXES = {"si": "시", "gun": "군", "gu": "구"}


def test_counts() -> None:
    """There are 75 cities, 82 counties and 69 districts, 226 in all."""
    assert Counter(site.kind for site in load_sites()) == {"si": 75, "gun": 82, "gu": 69}
    assert len(load_sites()) == 226


def test_codes_are_unique_and_ascending() -> None:
    """Every site has its own 5-digit code, and the tuple is in code order."""
    codes = [site.code for site in load_sites()]
    assert codes == sorted(set(codes))
    assert all(len(code) == 5 and code.isdigit() for code in codes)


def test_seventeen_provinces() -> None:
    """All 17 provinces are there, and only Sejong and Jeju have no sites."""
    assert len(load_provinces()) == 17
    with_sites = {site.province for site in load_sites()}
    assert set(PROVINCES_BY_CODE) - with_sites == {"36", "50"}
    assert with_sites < set(PROVINCES_BY_CODE)


def test_province_is_the_head_of_the_code() -> None:
    """A site's province is the first two digits of its code."""
    assert all(site.code.startswith(site.province) for site in load_sites())


@pytest.mark.parametrize("language", ["short_ko", "short_en"])
def test_tile_labels_are_unique(language: str) -> None:
    """No two tiles carry the same label, in either language."""
    labels = Counter(getattr(site, language) for site in load_sites())
    assert [label for label, times in labels.items() if times > 1] == []


def test_tile_labels_are_short() -> None:
    """A label fits a small tile: 2 to 4 Korean characters, at most 12 Latin ones."""
    assert all(2 <= len(site.short_ko) <= 4 for site in load_sites())
    assert all(3 <= len(site.short_en) <= 12 for site in load_sites())


def test_full_names_are_unique() -> None:
    """Province and name together tell all sites apart, although six cities have a Jung-gu."""
    assert len({(site.province, site.ko) for site in load_sites()}) == 226
    assert len({(site.province, site.en) for site in load_sites()}) == 226
    assert sum(site.en == "Jung-gu" for site in load_sites()) == 6


def test_kind_agrees_with_both_names() -> None:
    """The kind is the ending of the Korean and of the English name."""
    for site in load_sites():
        assert site.ko.endswith(SUFFIXES[site.kind])
        assert site.en.endswith(f"-{site.kind}")
        assert site.en.isascii()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_one_spelling_for_one_name(language: str) -> None:
    """Sites with the same name in one language have the same name in the other."""
    other = {"ko": "en", "en": "ko"}[language]
    spellings: dict[str, set[str]] = {}
    for site in load_sites():
        spellings.setdefault(getattr(site, language), set()).add(getattr(site, other))
    assert {name: variants for name, variants in spellings.items() if len(variants) > 1} == {}


@pytest.mark.parametrize(
    ("code", "ko", "en", "since"),
    [
        ("11290", "성북구", "Seongbuk-gu", "1995-07-01"),
        ("27720", "군위군", "Gunwi-gun", "2023-07-01"),
        ("28170", "미추홀구", "Michuhol-gu", "2018-07-01"),
        ("41281", "고양시", "Goyang-si", "1995-07-01"),
        ("41461", "용인시", "Yongin-si", "1996-03-01"),
        ("41730", "여주시", "Yeoju-si", "2013-09-23"),
        ("43111", "청주시", "Cheongju-si", "2014-07-01"),
        ("44270", "당진시", "Dangjin-si", "2012-01-01"),
        ("48120", "창원시", "Changwon-si", "2010-07-01"),
    ],
)
def test_names_are_the_current_ones(code: str, ko: str, en: str, since: str) -> None:
    """Sites that changed name, rank or province carry what they are today and since when."""
    site = SITES_BY_CODE[code]
    assert (site.ko, site.en, site.valid_from, site.valid_to) == (ko, en, since, "")


def test_special_provinces() -> None:
    """Gangwon and Jeonbuk are special self-governing provinces, and Gunwi belongs to Daegu."""
    assert PROVINCES_BY_CODE["42"].ko == "강원특별자치도"
    assert PROVINCES_BY_CODE["45"].ko == "전북특별자치도"
    assert PROVINCES_BY_CODE[SITES_BY_CODE["27720"].province].short_en == "Daegu"


def test_size_counts_towns_and_neighbourhoods() -> None:
    """Every site has at least two towns or neighbourhoods; Ulleung has its one eup and two myeon."""
    assert min(site.size for site in load_sites()) >= 2
    assert SITES_BY_CODE["47940"].size == 3


def test_point_lies_inside_the_outline() -> None:
    """A site's point lies inside its own polygon on the map, and so in nobody else's."""
    features = json.loads((ROOT / "assets" / "geo" / "municipalities.geojson").read_bytes())["features"]
    shapes = {feature["id"]: shapely.geometry.shape(feature["geometry"]) for feature in features}
    outside = [s.code for s in load_sites() if not shapes[s.code].contains(shapely.Point(s.lon, s.lat))]
    assert outside == []


def test_every_line_of_the_tables_is_loaded() -> None:
    """Parsing the shipped text gives what the loaders give."""
    assert parse_sites((TABLES / "sites.csv").read_text("utf-8")) == load_sites()
    assert parse_provinces((TABLES / "provinces.csv").read_text("utf-8")) == load_provinces()


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("11140,중구", "1114,중구", r"sites\.csv:3: code '1114' is not 5 digits"),
        ("11140,중구", "11110,중구", r"sites\.csv:3: code '11110' does not follow '11110'"),
        ("11140,중구,", "11140,중구", r"sites\.csv:3: 11 columns, expected 12"),
        ("Seoul Jung,11,gu", "Seoul Jung,26,gu", r"sites\.csv:3: site 11140 cannot lie in province '26'"),
        ("Seoul Jung,11,gu", "Seoul Jung,11,ri", r"sites\.csv:3: kind 'ri' is none of si, gun, gu"),
        ("서울중,Seoul Jung", "서울중, ", r"sites\.csv:3: short_en is empty"),
        ("Seoul Jung,11,gu,127.", "Seoul Jung,11,gu,27.", r"sites\.csv:3: 27\.\d+ degrees lie outside Korea"),
        ("code,ko", "id,ko", r"sites\.csv:1: the header must be code,ko,en"),
    ],
)
def test_damage_is_named(before: str, after: str, message: str) -> None:
    """A damaged row is refused with file, line and what is wrong."""
    text = (TABLES / "sites.csv").read_text("utf-8")
    assert before in text
    with pytest.raises(RegistryError, match=message):
        parse_sites(text.replace(before, after, 1))


def test_an_empty_table_is_refused() -> None:
    """A table without its header is refused instead of giving no provinces."""
    with pytest.raises(RegistryError, match=r"provinces\.csv:1: the header must be"):
        parse_provinces("")
