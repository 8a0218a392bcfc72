"""Texts of the pages in Korean and English, and times in Korean time."""

from datetime import datetime
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from secmon.errors import SecmonError
from secmon.i18n.catalogue import LANGUAGES, Catalogue, CatalogueError, load
from secmon.times import KST

__all__ = ["LANGUAGES", "catalogue", "kst", "script_texts", "t"]


@cache
def catalogue(language: str) -> Catalogue:
    """Return all texts of a language: the shared texts and those in the folders of the pages."""
    return load(language, _text_files(language))


@cache
def script_texts(language: str) -> dict[str, str]:
    """Return the patterns of all texts by key, for the scripts of the pages."""
    return catalogue(language).patterns()


def _text_files(language: str) -> list[Traversable]:
    name = f"texts.{language}.ftl"
    pages = [folder / name for folder in (files("secmon.web") / "pages").iterdir()]
    return [files("secmon.web.i18n") / name, *sorted((file for file in pages if file.is_file()), key=str)]


def t(key: str, language: str, **values: object) -> str:
    """Return a text with its values; a count is passed as a number."""
    try:
        return catalogue(language).format(key, values)
    except CatalogueError as error:
        raise SecmonError.literal(f"texts.{language}.ftl: {error}") from error


def kst(at: datetime | None, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    """Format a time in Korean time; '–' for None."""
    return at.astimezone(KST).strftime(form) if at else "–"
