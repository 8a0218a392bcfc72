"""Errors that say what went wrong, where, and what to do next.

An error has a code and values. `secmon/i18n/errors.<language>.ftl` has its text in both languages: the command
line, the log and the API show the English text, pages show the text in the language of the page.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from secmon.i18n.catalogue import CatalogueError, error_texts


@dataclass(frozen=True, slots=True)
class Term:
    """Names that an error has in the language of the reader: a state, a severity, a field of a form, a channel."""

    names: tuple[str, ...]

    @classmethod
    def of(cls, *names: str) -> Self:
        """Return the names, such as the states that may follow."""
        return cls(tuple(map(str, names)))

    def text(self, language: str) -> str:
        """Return the names in a language; a name that the catalogue does not have is shown as it is."""
        return ", ".join(error_texts(language).get(f"term.{name}", name) for name in self.names)


@dataclass(frozen=True, slots=True)
class Item:
    """An item that an error is about, such as alert 7; the catalogue has a text for each kind."""

    kind: str
    id: str | int

    def text(self, language: str) -> str:
        """Return the kind and the id of the item in a language."""
        return error_texts(language).format(f"kind.{self.kind}", {"id": self.id})


Value = str | int | float | Term | Item
_STORED = 400
"""Most characters of a value in a stored error: a mail server may answer with pages of text."""


class ErrorText(str):
    """The English text of an error, which keeps the error's code: it can be stored and read in both languages."""

    __slots__ = ("code", "values")
    code: str
    values: Mapping[str, Value]

    @classmethod
    def of(cls, code: str, values: Mapping[str, Value]) -> Self:
        """Return the text of a code with its values."""
        made = cls(_text(code, values, "en"))
        made.code, made.values = code, values
        return made

    def text(self, language: str) -> str:
        """Return the text in a language."""
        return _text(self.code, self.values, language)

    def record(self) -> str:
        """Return code and values as JSON, from which `read_error_text` makes the text again."""
        return json.dumps({"code": self.code, "values": self.values}, default=_encoded, ensure_ascii=False)


def read_error_text(record: str) -> str:
    """Return the ErrorText of a record, or the text itself if it is not a record of an error."""
    if not record.startswith('{"code": '):
        return record
    try:
        kept = json.loads(record)
        return ErrorText.of(kept["code"], {name: _decoded(value) for name, value in kept["values"].items()})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return record


class SecmonError(Exception):
    """Error the operator can act on; its text is shown as it is, without a traceback.

    `str(error)` is the English text. Values that the reader's language changes are passed as Term or Item.
    """

    exit_code = 1

    def __init__(self, code: str, /, **values: Value) -> None:
        """Store the code and the values of its text."""
        super().__init__(code)
        self.code, self.values = code, values

    @classmethod
    def literal(cls, text: str) -> Self:
        """Return an error with an English text that no page shows, such as an error of a command or of a setting."""
        return cls("", text=text)

    def text(self, language: str) -> str:
        """Return the text in a language."""
        return _text(self.code, self.values, language)

    def stored(self) -> ErrorText:
        """Return the English text, which can be stored and read in both languages; long values are cut."""
        short = {name: value[:_STORED] if isinstance(value, str) else value for name, value in self.values.items()}
        return ErrorText.of(self.code, short)

    def __str__(self) -> str:
        """Return the English text."""
        return self.text("en")


class UsageError(SecmonError):
    """The command or the configuration is not valid as written (exit code 2)."""

    exit_code = 2


class RegistryError(SecmonError):
    """The registry of sites, or a file built from it, is damaged."""


class StoreError(SecmonError):
    """The event store rejected a request or cannot be opened."""


class DatabaseError(SecmonError):
    """The operational database rejected a request or cannot be opened."""


class NotFoundError(SecmonError):
    """The item does not exist or lies outside the user's scope; the message does not reveal which."""


class IllegalMove(SecmonError):  # noqa: N818  # named for what it means to the operator
    """The requested state transition is not allowed; the message lists the allowed ones."""


class ConflictError(SecmonError):
    """Another user changed the item since it was read; nothing of this change was saved."""

    def __init__(self, item: Item, by: str, at: datetime | None) -> None:
        """Store what was changed, by whom and when."""
        self.item, self.by, self.at = item, by, at
        who = by or Term.of("another_user")
        if at is None:
            super().__init__("conflict.changed", item=item, by=who)
        else:
            super().__init__("conflict.changed_at", item=item, by=who, at=f"{at:%Y-%m-%d %H:%M:%S}")


class SpoolError(SecmonError):
    """A spooled batch is missing or damaged."""


class RuleError(SecmonError):
    """A detection rule cannot be read or compiled."""


class FeedUnavailable(SecmonError):  # noqa: N818  # named for what it means to the reader of a log
    """A site's feed did not answer as specified; nothing of the answer was taken.

    `site_wide`: the whole site is unreachable; `wait`: how long the site asks to wait.
    """

    def __init__(
        self,
        code: str,
        /,
        *,
        site: str,
        feed: str,
        site_wide: bool = False,
        wait: timedelta | None = None,
        **values: Value,
    ) -> None:
        """Store the site and the feed."""
        super().__init__(code, **values)
        self.site, self.feed, self.site_wide, self.wait = site, feed, site_wide, wait

    def __str__(self) -> str:
        """Return the feed and the English text."""
        return f"feed {self.site}/{self.feed}: {self.text('en')}"


def _text(code: str, values: Mapping[str, Value], language: str) -> str:
    if not code:
        return str(values["text"])
    try:
        said = {
            name: value.text(language) if isinstance(value, Term | Item) else value for name, value in values.items()
        }
        return error_texts(language).format(code, said)
    except CatalogueError:  # the code says more than an error about the catalogue would
        return f"{code} {dict(values)}"


def _encoded(value: object) -> object:
    if isinstance(value, Term):
        return {"term": value.names}
    if isinstance(value, Item):
        return {"item": [value.kind, value.id]}
    raise TypeError(type(value).__name__)


def _decoded(value: object) -> Value:
    if isinstance(value, dict):
        return Item(*value["item"]) if "item" in value else Term(tuple(value["term"]))
    if isinstance(value, str | int | float):
        return value
    raise TypeError(type(value).__name__)
