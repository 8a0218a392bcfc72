"""Texts of the screens in Korean and English, and times in Korea's zone."""

import json
from datetime import datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from secmon.errors import SecmonError

KST = ZoneInfo("Asia/Seoul")
LANGUAGES = ("ko", "en")


@cache
def catalogue(language: str) -> dict[str, str]:
    """All texts of a language by key, from `texts/<language>/<area>.json`; no key stands in two of them."""
    texts: dict[str, str] = {}
    areas = (entry for entry in (files("secmon.web") / "texts" / language).iterdir() if entry.name.endswith(".json"))
    for area in sorted(areas, key=lambda entry: entry.name):
        found: dict[str, str] = json.loads(area.read_text(encoding="utf-8"))
        if twice := texts.keys() & found.keys():
            raise SecmonError(f"texts {sorted(twice)} of {language}/{area.name} stand in another file too")
        texts |= found
    return texts


def t(key: str, language: str, **values: object) -> str:
    """A text; `{name}` in it is filled from `values`."""
    try:
        return catalogue(language)[key].format(**values)
    except KeyError as error:
        raise SecmonError(f"text {key!r} or a value in it is missing in texts/{language}: {error}") from error


def kst(at: datetime | None, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    """A time as Korea reads it; '–' for none."""
    return at.astimezone(KST).strftime(form) if at else "–"
