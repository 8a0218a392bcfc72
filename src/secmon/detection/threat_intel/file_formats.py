"""Read lists of indicators in the formats in which they are published: plain text, CSV, STIX 2.1 bundles."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from secmon.detection.threat_intel.indicators import ThreatKind, parse_threat
from secmon.errors import UsageError
from secmon.taxonomy import Tlp
from secmon.times import moment

MOST = 1_000_000
"""Maximum number of entries in one file."""

_COLUMNS = ("indicator", "value", "ioc", "observable", "ip", "cidr", "network", "domain", "hash")
_COMPARISON = re.compile(
    r"(?:(?:ipv4-addr|ipv6-addr):value\s*(?:=|ISSUBSET)|domain-name:value\s*=|file:hashes\.(?:'[^']+'|[A-Za-z0-9-]+)\s*=)"
    r"\s*'((?:[^'\\]|\\.)*)'"
)
_ONLY_OR = re.compile(r"\[\s*C(?:\s+OR\s+C)*\s*\](?:\s*OR\s*\[\s*C(?:\s+OR\s+C)*\s*\])*")
_TLP = re.compile(r"tlp:? ?(clear|white|green|amber\+strict|amber|red)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class IndicatorEntry:
    """One indicator of a file; its own expiry and TLP take precedence over those of the import."""

    kind: ThreatKind
    value: str
    note: str = ""
    tlp: Tlp | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RefusedEntry:
    """An entry that could not be imported; `line` counts lines, or objects of a bundle, from 1."""

    line: int
    reason: str


def read_indicators(body: bytes) -> tuple[list[IndicatorEntry], list[RefusedEntry]]:
    """Read a file, detecting its format by content; raises UsageError when it is none of the three."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError("indicators.not_text") from error
    if text.lstrip().startswith("{"):
        found = _bundle(text)
    elif _header(text):
        found = _table(text)
    else:
        found = _plain(text)
    entries: dict[tuple[ThreatKind, str], IndicatorEntry] = {}
    refused: list[RefusedEntry] = []
    for one in found:
        if isinstance(one, RefusedEntry):
            refused.append(one)
        else:
            entries[one.kind, one.value] = one
        if len(entries) > MOST:
            raise UsageError("indicators.too_many", most=MOST)
    return list(entries.values()), refused


def _plain(text: str) -> Iterator[IndicatorEntry | RefusedEntry]:
    """Read an indicator per line; text after # or ; is a note."""
    for number, line in enumerate(text.splitlines(), 1):
        value, _, note = re.sub(r"\s*[#;]", "\n", line, count=1).partition("\n")
        if value.strip():
            yield from _entry(number, value, note.strip())


def _header(text: str) -> list[str] | None:
    """Return the columns of a CSV whose first line contains an indicator column, else None."""
    first = next(csv.reader(io.StringIO(text.lstrip().partition("\n")[0])), [])
    names = [name.strip().lower() for name in first]
    return names if set(names) & set(_COLUMNS) else None


def _table(text: str) -> Iterator[IndicatorEntry | RefusedEntry]:
    """Read the indicator column; columns named note or comment, tlp, and expires are read too."""
    reader = csv.DictReader(io.StringIO(text.lstrip()))
    reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or ()]
    for row in reader:
        given = {name: (value or "").strip() for name, value in row.items() if name and not isinstance(value, list)}
        value = next((given[name] for name in _COLUMNS if given.get(name)), "")
        note = given.get("note") or given.get("comment") or given.get("description") or ""
        try:
            expires_at = moment(given["expires"]) if given.get("expires") else None
        except UsageError as error:
            yield RefusedEntry(reader.line_num, str(error))
            continue
        yield from _entry(reader.line_num, value, note, _tlp(given.get("tlp", "")), expires_at)


def _bundle(text: str) -> Iterator[IndicatorEntry | RefusedEntry]:
    """Read the indicators of a STIX 2.1 bundle whose patterns compare addresses, networks, domains or file hashes."""
    try:
        content = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise UsageError("indicators.json_not_valid", reason=str(error)) from error
    objects = content.get("objects") if content.get("type") == "bundle" else [content]
    if not isinstance(objects, list):
        raise UsageError("indicators.no_objects")
    objects = [one for one in objects if isinstance(one, dict)]
    markings = {str(one.get("id")): _marking(one) for one in objects if one.get("type") == "marking-definition"}
    for number, one in enumerate(objects, 1):
        if one.get("type") == "indicator" and not one.get("revoked"):
            yield from _stix(number, one, markings)


def _stix(
    number: int, one: Mapping[str, Any], markings: Mapping[str, Tlp | None]
) -> Iterator[IndicatorEntry | RefusedEntry]:
    pattern = str(one.get("pattern", ""))
    if one.get("pattern_type", "stix") != "stix":
        yield RefusedEntry(number, f"a pattern of the type {one.get('pattern_type')!r} is no list of values")
        return
    # a pattern that is more than alternatives of single values would lose its meaning as a list
    if not _ONLY_OR.fullmatch(_COMPARISON.sub("C", pattern).strip()):
        yield RefusedEntry(number, f"the pattern asks for more than single values: {pattern[:80]}")
        return
    found = [markings.get(str(mark), _KNOWN.get(str(mark))) for mark in one.get("object_marking_refs") or ()]
    tlp = next((mark for mark in found if mark is not None), None)
    try:
        expires_at = moment(str(one["valid_until"]).replace("Z", "+00:00")) if one.get("valid_until") else None
    except UsageError as error:
        yield RefusedEntry(number, str(error))
        return
    for value in _COMPARISON.findall(pattern):
        yield from _entry(number, re.sub(r"\\(.)", r"\1", value), str(one.get("name") or ""), tlp, expires_at)


def _entry(
    number: int, value: str, note: str, tlp: Tlp | None = None, expires_at: datetime | None = None
) -> Iterator[IndicatorEntry | RefusedEntry]:
    try:
        kind, normal = parse_threat(value)
    except UsageError as error:
        yield RefusedEntry(number, str(error))
        return
    yield IndicatorEntry(kind, normal, note[:500], tlp, expires_at)


def _tlp(text: str) -> Tlp | None:
    found = _TLP.search(text) or _TLP.search(f"tlp:{text}")
    if found is None:
        return None
    name = found[1].lower()
    return Tlp.CLEAR if name == "white" else Tlp(name)


def _marking(one: Mapping[str, Any]) -> Tlp | None:
    definition = one.get("definition")
    told = definition.get("tlp", "") if isinstance(definition, dict) else ""
    return _tlp(str(one.get("name") or told))


_KNOWN = {
    "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": Tlp.CLEAR,
    "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": Tlp.GREEN,
    "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": Tlp.AMBER,
    "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": Tlp.RED,
    "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487": Tlp.CLEAR,
    "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb": Tlp.GREEN,
    "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421": Tlp.AMBER,
    "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": Tlp.AMBER_STRICT,
    "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1": Tlp.RED,
}
"""Markings defined by STIX 2.1 itself and TLP 2.0; bundles refer to them without including them."""
