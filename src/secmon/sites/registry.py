"""The 226 municipalities and the 17 provinces, read from two CSV files in this package."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Literal, TypeAlias, TypeVar

from secmon.errors import RegistryError

Kind: TypeAlias = Literal["si", "gun", "gu"]
Row: TypeAlias = dict[str, str]
T = TypeVar("T", "Province", "Site")


@dataclass(frozen=True, slots=True)
class Province:
    """A metropolitan city or province; Sejong (36) and Jeju (50) have no basic local governments."""

    code: str
    ko: str
    en: str
    short_ko: str
    short_en: str


@dataclass(frozen=True, slots=True)
class Site:
    """A basic local government.

    `code` is its 5-digit administrative code and `province` the first two digits of it. `short_ko` (at most 4
    characters) and `short_en` (at most 12) are unique labels for a small tile. `lon` and `lat` (WGS84 degrees)
    are a point well inside its largest part; `size` counts its towns and legal neighbourhoods (eup, myeon, dong).
    `valid_from` is the ISO date since which it exists under this name and rank, 1995-07-01 for all that existed
    when elected local government began; `valid_to` is '' while it exists.
    """

    code: str
    ko: str
    en: str
    short_ko: str
    short_en: str
    province: str
    kind: Kind
    lon: float
    lat: float
    size: int
    valid_from: str
    valid_to: str


@cache
def load_sites() -> tuple[Site, ...]:
    """Return all municipalities in code order, from `sites.csv`; raise RegistryError naming the damaged line."""
    return parse_sites(_shipped("sites.csv"))


@cache
def load_provinces() -> tuple[Province, ...]:
    """Return all provinces in code order, from `provinces.csv`; raise RegistryError naming the damaged line."""
    return parse_provinces(_shipped("provinces.csv"))


def parse_sites(text: str) -> tuple[Site, ...]:
    """Parse municipalities from CSV whose columns are the fields of Site, ascending by code."""
    return tuple(_rows(text, "sites.csv", Site, _site))


def parse_provinces(text: str) -> tuple[Province, ...]:
    """Parse provinces from CSV whose columns are the fields of Province, ascending by code."""
    return tuple(_rows(text, "provinces.csv", Province, _province))


def _rows(text: str, name: str, table: type[T], parse: Callable[[Row], T]) -> Iterator[T]:
    lines = text.splitlines()
    columns = [field.name for field in fields(table)]
    if not lines or lines[0].split(",") != columns:
        raise RegistryError.literal(f"{name}:1: the header must be {','.join(columns)}")
    previous = ""
    for number, cells in enumerate(csv.reader(lines[1:]), start=2):
        if len(cells) != len(columns):
            raise RegistryError.literal(f"{name}:{number}: {len(cells)} columns, expected {len(columns)}")
        row = dict(zip(columns, cells, strict=True))
        if row["code"] <= previous:
            raise RegistryError.literal(f"{name}:{number}: code {row['code']!r} does not follow {previous!r}")
        previous = row["code"]
        try:
            yield parse(row)
        except ValueError as error:
            raise RegistryError.literal(f"{name}:{number}: {error}") from error


def _site(row: Row) -> Site:
    code = _code(row["code"], 5)
    if row["province"] != code[:2]:
        raise ValueError(f"site {code} cannot lie in province {row['province']!r}")
    return Site(
        code=code,
        ko=_text(row, "ko"),
        en=_text(row, "en"),
        short_ko=_text(row, "short_ko"),
        short_en=_text(row, "short_en"),
        province=row["province"],
        kind=_kind(row["kind"]),
        lon=_degrees(row["lon"], 124.0, 132.0),
        lat=_degrees(row["lat"], 33.0, 39.0),
        size=int(row["size"]),
        valid_from=date.fromisoformat(row["valid_from"]).isoformat(),
        valid_to=date.fromisoformat(row["valid_to"]).isoformat() if row["valid_to"] else "",
    )


def _province(row: Row) -> Province:
    return Province(
        code=_code(row["code"], 2),
        ko=_text(row, "ko"),
        en=_text(row, "en"),
        short_ko=_text(row, "short_ko"),
        short_en=_text(row, "short_en"),
    )


def _code(text: str, digits: int) -> str:
    if len(text) != digits or not (text.isascii() and text.isdigit()):
        raise ValueError(f"code {text!r} is not {digits} digits")
    return text


def _text(row: Row, column: str) -> str:
    if not row[column].strip():
        raise ValueError(f"{column} is empty")
    return row[column]


def _degrees(text: str, low: float, high: float) -> float:
    degrees = float(text)
    if not low <= degrees <= high:
        raise ValueError(f"{text} degrees lie outside Korea ({low:g} to {high:g})")
    return degrees


def _kind(text: str) -> Kind:
    kinds: dict[str, Kind] = {"si": "si", "gun": "gun", "gu": "gu"}
    if text not in kinds:
        raise ValueError(f"kind {text!r} is none of {', '.join(kinds)}")
    return kinds[text]


def _shipped(name: str) -> str:
    """Return the text of a CSV file inside the package."""
    try:
        return resources.files("secmon.sites").joinpath(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RegistryError.literal(f"{name}: cannot be read from the package ({error})") from error


def site_record(site: Site, province: Province) -> dict[str, Any]:
    """Return a site as a JSON record, with the names of its province."""
    return {**asdict(site), "province_ko": province.ko, "province_en": province.en}
