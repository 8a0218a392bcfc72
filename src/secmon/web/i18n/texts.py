"""Texts of the pages in Korean and English, and times in Korean time."""

import json
from datetime import datetime
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from zoneinfo import ZoneInfo

from secmon.errors import SecmonError

KST = ZoneInfo("Asia/Seoul")
LANGUAGES = ("ko", "en")


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return all texts of a language by key: the shared ones and those in the folders of the pages.

    Raises SecmonError when a key is defined twice.
    """
    texts: dict[str, str] = {}
    for file in _text_files(language):
        found: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
        if twice := texts.keys() & found.keys():
            raise SecmonError(f"{file}: the texts {sorted(twice)} are defined in another file too; remove one of them")
        texts |= found
    return texts


def _text_files(language: str) -> list[Traversable]:
    shared = (files("secmon.web.i18n") / "texts" / language).iterdir()
    pages = (folder / f"texts.{language}.json" for folder in (files("secmon.web") / "pages").iterdir())
    found = [entry for entry in (*shared, *pages) if entry.name.endswith(".json") and entry.is_file()]
    return sorted(found, key=str)


def t(key: str, language: str, **values: object) -> str:
    """Return a text with its `{name}` placeholders filled from `values`."""
    try:
        return catalogue(language)[key].format(**values)
    except KeyError as error:
        raise SecmonError(f"text {key!r} or a value in it is missing in texts/{language}: {error}") from error


def kst(at: datetime | None, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    """Format a time in Korean time; '–' for None."""
    return at.astimezone(KST).strftime(form) if at else "–"
