"""Search language: Lucene syntax, translated into an SQL condition on `events`.

`site:11110 user:kim* AND (port:[22 TO 23] OR status:>=500) -country:KR "failed password"`
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from luqum.exceptions import ParseError
from luqum.parser import parser
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

from secmon.detection.sigma.literals import literal
from secmon.errors import UsageError
from secmon.search.fields import CASE_KEPT, Field, fields

LONGEST = 4000
_TOKEN = re.compile(r"[0-9A-Za-z]+")
_ADDRESS_RANGE = re.compile(r"^[0-9a-fA-F:.]+/\d{1,3}$")
_NUMBER = re.compile(r"^-?\d{1,18}$")
_MAYBE_IPV6 = re.compile(r'(?<![\w":.])(?:([a-z_]+):)?([0-9a-fA-F:.]*:[0-9a-fA-F:.]*(?:/\d{1,3})?)(?=[\s)]|$)')
_MAPPED = "unmapped."


@dataclass(frozen=True, slots=True)
class Condition:
    """A query as SQL over `events`; `text` is the query as entered."""

    text: str
    sql: str


def condition(text: str) -> Condition:
    """Translate a query into a condition; '' matches everything.

    Raises UsageError that names the part not understood.
    """
    text = text.strip()
    if not text:
        return Condition("", "1")
    try:
        return Condition(text, _sql(parsed(text), None))
    except RecursionError as error:
        raise UsageError("query.too_deep") from error


def parsed(text: str) -> Item:
    """Parse a query into a tree; raise UsageError."""
    if len(text) > LONGEST:
        raise UsageError("query.too_long", length=len(text), most=LONGEST)
    try:
        tree: Item = parser.parse(_MAYBE_IPV6.sub(_quoted, text))
    except ParseError as error:
        raise UsageError("query.not_valid", reason=str(error).strip()) from error
    return tree


def _quoted(found: re.Match[str]) -> str:
    """Quote an IPv6 address: the parser would otherwise take its colons as separators of field and value."""
    name, value = found[1], found[2]
    whole = f"{name}:{value}" if name else value
    for before, address in ((f"{name}:", value), ("", whole)) if name and fields(name) else (("", whole),):
        try:
            ip_network(address, strict=False)
        except ValueError:
            continue
        return f'{before}"{address}"'
    return whole


def _sql(item: Item, field: str | None) -> str:
    rule = _RULES.get(type(item))
    if rule is None:
        raise UsageError("query.part_not_valid", part=str(item))
    return rule(item, field)


def _joined(word: str) -> Callable[[Any, str | None], str]:
    def join(item: Any, field: str | None) -> str:
        return "(" + f" {word} ".join(_sql(child, field) for child in item.children) + ")"

    return join


def _unknown(item: Any, field: str | None) -> str:
    """Require all words beside each other (AND); inside `field:(a b)`, any of them (OR)."""
    return _joined("OR" if field else "AND")(item, field)


def _not(item: Any, field: str | None) -> str:
    return f"NOT {_sql(item.a, field)}"


def _inside(item: Any, field: str | None) -> str:
    return _sql(item.children[0], field)


def _named(item: Any, _field: str | None) -> str:
    name = str(item.name)
    if not name.startswith(_MAPPED) and not fields(name):
        raise UsageError("query.field_unknown", field=name)
    return _sql(item.expr, name)


def _word(item: Any, field: str | None) -> str:
    value = str(item.value)
    return _value(value, field, wild=True)


def _phrase(item: Any, field: str | None) -> str:
    return _value(str(item.value)[1:-1].replace('\\"', '"'), field, wild=False)


def _regex(item: Any, field: str | None) -> str:
    pattern = str(item.value)[1:-1]
    return _any(field, lambda one: f"match({_text(one)}, {literal(pattern)})")


def _value(value: str, field: str | None, *, wild: bool) -> str:
    if field is None:
        return _anywhere(value, wild=wild)
    return _any(field, lambda one: _compared(one, value, wild=wild))


def _anywhere(value: str, *, wild: bool) -> str:
    """Match the line as received: whole words, which the text index finds first, or `part*` for beginnings."""
    if wild and value == "*":
        return "1"
    contains = f"lower(raw_data) LIKE {literal('%' + _like(value, wild=wild) + '%')}"
    if (wild and ("*" in value or "?" in value)) or not value.isascii():
        return contains
    words = [f"hasToken(lower(raw_data), {literal(word.lower())})" for word in _TOKEN.findall(value)]
    return "(" + " AND ".join([*words, contains]) + ")"


def _compared(one: Field, value: str, *, wild: bool) -> str:
    if one.number:
        return f"{one.sql} = {_number(one, value)}"
    if _ADDRESS_RANGE.match(value) and one.column.endswith("_ip"):
        return _in_range(one, value)
    if wild and value == "*":
        return f"{one.sql} != ''"
    if wild and ("*" in value or "?" in value):
        return f"lower({one.sql}) LIKE {literal(_like(value, wild=True))}"
    if one.column in CASE_KEPT:
        return f"{one.sql} = {literal(value)}"
    if one.column == "raw_data":
        return _anywhere(value, wild=False)
    return f"lower({one.sql}) = {literal(value.lower())}"


def _in_range(one: Field, value: str) -> str:
    known = f"(isIPv4String({one.sql}) OR isIPv6String({one.sql}))"
    return f"({known} AND isIPAddressInRange(if({known}, {one.sql}, '::'), {literal(_checked_range(value))}))"


def _checked_range(value: str) -> str:
    try:
        return str(ip_network(value, strict=False))
    except ValueError as error:
        raise UsageError("query.network_not_valid", value=value) from error


def _range(item: Any, field: str | None) -> str:
    low, high = str(item.low), str(item.high)

    def between(one: Field) -> str:
        parts = []
        if low != "*":
            parts.append(f"{one.sql} {'>=' if item.include_low else '>'} {_bound(one, low)}")
        if high != "*":
            parts.append(f"{one.sql} {'<=' if item.include_high else '<'} {_bound(one, high)}")
        return "(" + (" AND ".join(parts) or "1") + ")"

    return _any(field, between)


def _edge(sign: str) -> Callable[[Any, str | None], str]:
    def compare(item: Any, field: str | None) -> str:
        return _any(field, lambda one: f"{one.sql} {sign}{'=' if item.include else ''} {_bound(one, str(item.a))}")

    return compare


def _bound(one: Field, value: str) -> str:
    return _number(one, value) if one.number else literal(value.strip('"'))


def _number(one: Field, value: str) -> str:
    if not _NUMBER.match(value):
        raise UsageError("query.not_a_number", field=one.column, value=repr(value))
    return value


def _any(field: str | None, make: Callable[[Field], str]) -> str:
    if field is None:
        raise UsageError("query.field_missing")
    if field.startswith(_MAPPED):
        return make(_Mapped(field.removeprefix(_MAPPED)))
    parts = [make(one) for one in fields(field)]
    return parts[0] if len(parts) == 1 else "(" + " OR ".join(parts) + ")"


class _Mapped(Field):
    """A vendor-specific field, stored in the map `unmapped`."""

    def __init__(self, key: str) -> None:
        super().__init__(key, number=False)

    @property
    def sql(self) -> str:
        """Value under the key, '' when there is none."""
        return f"unmapped[{literal(self.column)}]"


def _text(one: Field) -> str:
    return f"toString({one.sql})" if one.number else one.sql


def _like(value: str, *, wild: bool) -> str:
    escaped = re.sub(r"([%_\\])", r"\\\1", value.lower())
    return escaped.replace("*", "%").replace("?", "_") if wild else escaped


_RULES: Mapping[type, Callable[[Any, str | None], str]] = {
    AndOperation: _joined("AND"),
    BoolOperation: _joined("AND"),
    OrOperation: _joined("OR"),
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
    From: _edge(">"),
    To: _edge("<"),
}
