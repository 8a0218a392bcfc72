"""Columns of `events` that a rule may name, read from the schema itself so that they are defined once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from secmon.detection.sigma.literals import literal
from secmon.errors import RuleError
from secmon.store.sql import identifier

_TABLE = re.compile(r"CREATE TABLE IF NOT EXISTS events \((.*?)\n\)", re.DOTALL)
_ADDED = re.compile(r"ALTER TABLE events\n(.*?);", re.DOTALL)
_COLUMN = re.compile(
    r"^ {4}(?:ADD COLUMN IF NOT EXISTS )?(\w+) (LowCardinality\(String\)|String|UInt(?:8|16|32|64))(?=[ ,\n])",
    re.MULTILINE,
)
_PARTS = {
    "path": "cutQueryStringAndFragment({})",
    "query": "queryString({})",
    "program": "substringIndex({}, ' ', 1)",
}


@dataclass(frozen=True)
class Column:
    """A Sigma field in SQL; without a value in the record a number is 0 and a text ''."""

    sql: str
    number: bool = False

    @property
    def text(self) -> str:
        """The column as text, for comparisons with patterns."""
        return f"toString({self.sql})" if self.number else self.sql

    @property
    def absent(self) -> str:
        """The condition that the record has no value."""
        return f"{self.sql} = 0" if self.number else f"{self.sql} = ''"

    @property
    def present(self) -> str:
        """The condition that the record has a value."""
        return f"{self.sql} != 0" if self.number else f"{self.sql} != ''"


@cache
def event_columns() -> Mapping[str, Column]:
    """Return text and number columns of `events` by name. Rules cannot name times, maps and other types."""
    texts = [
        file.read_text(encoding="utf-8")
        for file in sorted(files("secmon.store").joinpath("schema").iterdir(), key=lambda entry: entry.name)
        if file.name.endswith(".sql")
    ]
    parts = [part for text in texts for part in (*_TABLE.findall(text), *_ADDED.findall(text))]
    if not parts:
        raise RuleError.literal("the store's schema has no table `events`: rules have nothing to look at")
    return MappingProxyType(
        {
            name: Column(identifier(name), number=kind.startswith("UInt"))
            for part in parts
            for name, kind in _COLUMN.findall(part)
        }
    )


def event_column(reference: str) -> Column:
    """Return the named column, or a part of a text column: `url|path`, `url|query`, `command|program`."""
    name, _, part = reference.partition("|")
    column = event_columns().get(name)
    if column is None or (part and (part not in _PARTS or column.number)):
        raise RuleError.literal(f"`{reference}` is not a text or number column of events")
    return Column(_PARTS[part].format(column.sql)) if part else column


def word_of(column: Column, name: str) -> Column:
    """Return the value of name=value within a text, with or without quotes."""
    pair = literal("(?:^|[ (])" + re.escape(name) + r"=(\"[^\"]*\"|'[^']*'|[^ ,)]*)")
    return Column(f"trim(BOTH '\"\\'' FROM extract({column.text}, {pair}))")


def unmapped_field(name: str) -> Column:
    """Return the expression for a vendor field that has no column."""
    return Column(f"unmapped[{literal(name)}]")
