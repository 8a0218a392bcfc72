"""Texts of one language by key: plain texts are looked up, texts with values are filled in.

The Fluent files say which values are counts: those that choose a plural form, and those written as `NUMBER($name)`.
A count is passed as a number and written with separators (1,234); any other value is written as `str` gives it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

LANGUAGES = ("ko", "en")
_SIGNS = str.maketrans("./:", "---")


class CatalogueError(Exception):
    """A text is missing or defined twice, a Fluent file is not valid, or a value of a text is missing."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the catalogue.

    `pattern` has `{name}` for a value and `{name:site|sites}` for a plural. `values` are the names of all values,
    `counts` of those that are counts; `selects` says that the text has a selector.
    """

    pattern: str
    values: frozenset[str]
    counts: frozenset[str]
    selects: bool


def message_id(key: str) -> str:
    """Return the Fluent id of a key, such as `kpi-sites-of` for `kpi.sites.of`: an id has no dots."""
    return key.translate(_SIGNS)


class Catalogue:
    """All texts of one language; `select` formats a text with a selector by its id."""

    def __init__(
        self, language: str, texts: Mapping[str, Text], select: Callable[[str, Mapping[str, object]], str]
    ) -> None:
        """Sort out the texts without values, which are only looked up."""
        self.language, self.texts, self._select = language, texts, select
        self._plain = {name: text.pattern for name, text in texts.items() if not text.values}

    def __contains__(self, key: str) -> bool:
        """Say whether the catalogue has the text."""
        return message_id(key) in self.texts

    def get(self, key: str, default: str) -> str:
        """Return a text without values, or `default` when the catalogue does not have it."""
        return self._plain.get(message_id(key), default)

    def format(self, key: str, values: Mapping[str, object]) -> str:
        """Return a text with its values; raise CatalogueError when the text or a value is missing."""
        name = message_id(key)
        plain = self._plain.get(name)
        return self._filled(key, name, values) if plain is None else plain

    def _filled(self, key: str, name: str, values: Mapping[str, object]) -> str:
        text = self.texts.get(name)
        if text is None:
            raise CatalogueError(f"no text {key!r}")
        for value in sorted(text.values):
            if value not in values:
                raise CatalogueError(f"text {key!r} needs the value {value!r}")
            if value in text.counts and not isinstance(values[value], int | float):
                raise CatalogueError(f"text {key!r} needs a number as {value!r}, not {values[value]!r}")
        if text.selects:
            return self._select(name, {one: values[one] if one in text.counts else str(values[one]) for one in values})
        return text.pattern.format_map(
            {one: f"{values[one]:,}" if one in text.counts else values[one] for one in values}
        )

    def patterns(self) -> dict[str, str]:
        """Return the patterns of all texts by key, for the scripts of the pages."""
        return {name.replace("-", "."): text.pattern for name, text in self.texts.items()}


def load(language: str, sources: Sequence[Traversable]) -> Catalogue:
    """Load a catalogue from Fluent files; raise CatalogueError when an id is defined twice or a file is not valid."""
    # Fluent and Babel take 0.1 s to import, and most commands show no text at all.
    from secmon.i18n.fluent_files import read  # noqa: PLC0415  # see above

    return Catalogue(language, *read(language, sources))


@cache
def package_texts(package: str, language: str) -> Catalogue:
    """Return the texts of a package, such as `secmon.reports.rendering`."""
    return load(language, [files(package) / f"texts.{language}.ftl"])


@cache
def error_texts(language: str) -> Catalogue:
    """Return the texts of errors."""
    return load(language, [files("secmon.i18n") / f"errors.{language}.ftl"])
