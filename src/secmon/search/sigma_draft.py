"""Turn a search into the draft of a Sigma rule."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import yaml
from luqum.tree import (
    AndOperation,
    BoolOperation,
    FieldGroup,
    From,
    Group,
    Item,
    Not,
    OrOperation,
    Phrase,
    Plus,
    Prohibit,
    Range,
    Regex,
    SearchField,
    To,
    UnknownOperation,
    Word,
)
from sigma.rule import SigmaRule

from secmon.detection.sigma.columns import event_columns
from secmon.detection.sigma.field_mapping import LogSource
from secmon.errors import UsageError
from secmon.search.fields import Field, fields
from secmon.search.query import parsed

_NETWORK = re.compile(r"^[0-9a-fA-F:.]+/\d{1,3}$")
_SPECIAL = re.compile(r"([\\*?])")
_UNMAPPED = "unmapped."
_NOT_IN_RULES = frozenset({"site", "batch_id", "seq"})
_TITLE = 80


@dataclass
class _Draft:
    """Detection items by name, in the order of the query."""

    items: dict[str, Any] = field(default_factory=dict)

    def add(self, item: Any) -> str:
        """Return the name of an item, adding it if it is new."""
        for name, known in self.items.items():
            if known == item:
                return name
        name = f"s{len(self.items) + 1}"
        self.items[name] = item
        return name


def draft(query: str, source: LogSource, author: str, day: date) -> str:
    """Return the query as a Sigma rule over this log source, as YAML; title, level and tags are left to the author.

    Words without a field become keywords, which match anywhere in the line. Raises UsageError for what a rule
    cannot express: times, single municipalities, ranges of texts.
    """
    if not query.strip():
        raise UsageError("draft.empty")
    made = _Draft()
    condition = _condition(parsed(query.strip()), None, made)
    category, product, service = source.accepts[0]
    logsource = {"category": category, "product": product, "service": service}
    rule = {
        "title": f"Draft: {query.strip()}"[:_TITLE],
        "id": str(uuid4()),
        "status": "experimental",
        "description": f"Saved from the search {query.strip()}",
        "author": author,
        "date": day.isoformat(),
        "logsource": {name: value for name, value in logsource.items() if value},
        "detection": {**made.items, "condition": condition},
        "falsepositives": ["to be described"],
        "level": "medium",
    }
    SigmaRule.from_dict(rule)
    return yaml.safe_dump(rule, allow_unicode=True, sort_keys=False, width=120)


def file_name(query: str) -> str:
    """Return a file name for the draft, from the letters and digits of the query."""
    return str(Path("-".join(re.findall(r"[0-9A-Za-z]+", query))[:40].lower() or "draft").with_suffix(".yml"))


def _condition(item: Item, name: str | None, made: _Draft) -> str:
    rule = _RULES.get(type(item))
    if rule is None:
        raise UsageError("draft.part_not_valid", part=str(item))
    return rule(item, name, made)


def _joined(word: str) -> Callable[[Any, str | None, _Draft], str]:
    def join(item: Any, name: str | None, made: _Draft) -> str:
        return "(" + f" {word} ".join(_condition(child, name, made) for child in item.children) + ")"

    return join


def _unknown(item: Any, name: str | None, made: _Draft) -> str:
    return _joined("or" if name else "and")(item, name, made)


def _not(item: Any, name: str | None, made: _Draft) -> str:
    return f"not {_condition(item.a, name, made)}"


def _inside(item: Any, name: str | None, made: _Draft) -> str:
    return _condition(item.children[0], name, made)


def _named(item: Any, _name: str | None, made: _Draft) -> str:
    name = str(item.name)
    if name in _NOT_IN_RULES:
        raise UsageError("draft.field_not_allowed", field=name)
    if not name.startswith(_UNMAPPED) and not fields(name):
        raise UsageError("draft.field_unknown", field=name)
    return _condition(item.expr, name, made)


def _word(item: Any, name: str | None, made: _Draft) -> str:
    return _value(str(item.value), name, made, wild=True)


def _phrase(item: Any, name: str | None, made: _Draft) -> str:
    return _value(str(item.value)[1:-1].replace('\\"', '"'), name, made, wild=False)


def _value(value: str, name: str | None, made: _Draft, *, wild: bool) -> str:
    text = value if wild else _SPECIAL.sub(r"\\\1", value)
    if name is None or name in {"raw", "raw_data"}:
        return made.add([text])

    def compared(one: Field) -> dict[str, Any]:
        if _NETWORK.match(value) and one.column.endswith("_ip"):
            return {f"{one.column}|cidr": value}
        if wild and value == "*":
            return {f"{one.column}|exists": True}
        return {one.column: _number(one, value) if one.number else text}

    return _any(name, compared, made)


def _regex(item: Any, name: str | None, made: _Draft) -> str:
    return _any(name, lambda one: {f"{one.column}|re": str(item.value)[1:-1]}, made)


def _range(item: Any, name: str | None, made: _Draft) -> str:
    def between(one: Field) -> dict[str, Any]:
        edges = ((item.low, "gte" if item.include_low else "gt"), (item.high, "lte" if item.include_high else "lt"))
        return {f"{one.column}|{word}": _number(one, str(edge)) for edge, word in edges if str(edge) != "*"}

    return _any(name, between, made)


def _edge(word: str) -> Callable[[Any, str | None, _Draft], str]:
    def compare(item: Any, name: str | None, made: _Draft) -> str:
        modifier = f"{word}e" if item.include else word
        return _any(name, lambda one: {f"{one.column}|{modifier}": _number(one, str(item.a))}, made)

    return compare


def _number(one: Field, value: str) -> int:
    if not one.number:
        raise UsageError("draft.text_range", field=one.column)
    try:
        return int(value)
    except ValueError as error:
        raise UsageError("query.not_a_number", field=one.column, value=repr(value)) from error


def _any(name: str | None, make: Callable[[Field], dict[str, Any]], made: _Draft) -> str:
    """Build an item that matches any of the columns a field name stands for."""
    if name is None:
        raise UsageError("query.field_missing")
    if name.startswith(_UNMAPPED):
        return made.add(make(Field(name.removeprefix(_UNMAPPED), number=False)))
    known = [one for one in fields(name) if one.column in event_columns() and one.column not in _NOT_IN_RULES]
    if not known:
        raise UsageError("draft.remove_part", part=name)
    maps = [make(one) for one in known]
    return made.add(maps[0] if len(maps) == 1 else maps)


_RULES: Mapping[type, Callable[[Any, str | None, _Draft], str]] = {
    AndOperation: _joined("and"),
    BoolOperation: _joined("and"),
    OrOperation: _joined("or"),
    UnknownOperation: _unknown,
    Not: _not,
    Prohibit: _not,
    Plus: _inside,
    Group: _inside,
    FieldGroup: _inside,
    SearchField: _named,
    Word: _word,
    Phrase: _phrase,
    Regex: _regex,
    Range: _range,
    From: _edge("gt"),
    To: _edge("lt"),
}
