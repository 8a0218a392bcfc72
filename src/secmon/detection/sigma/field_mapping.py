"""Sigma's log sources and fields in terms of `events`: read and check `mapping.yml`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import yaml
from sigma.rule import SigmaLogSource

from secmon.detection.sigma.columns import event_column
from secmon.detection.sigma.literals import text_list
from secmon.errors import RuleError


@dataclass(frozen=True)
class LogSource:
    """A part of `events` that rules can be written for; `predicate` is the SQL condition that selects it.

    A rule's field is looked up in `fields`, then among the name=value words of the column `words`, if any, else
    in `unmapped`, which is known to hold the fields listed in `kept`.
    """

    name: str
    accepts: tuple[tuple[str, str, str], ...]
    predicate: str
    fields: Mapping[str, str]
    kept: frozenset[str] = frozenset()
    words: str = ""


@cache
def log_sources() -> tuple[LogSource, ...]:
    """Return every collected log source, in the order of the file."""
    text = (files("secmon.detection.sigma") / "mapping.yml").read_text(encoding="utf-8")
    return tuple(_log_source(entry) for entry in yaml.safe_load(text))


def log_source(wanted: SigmaLogSource) -> LogSource | None:
    """Return the collected log source that a rule asks for, or None."""
    key = (wanted.category or "", wanted.product or "", wanted.service or "")
    return next((source for source in log_sources() if key in source.accepts), None)


def logsource_text(wanted: SigmaLogSource) -> str:
    """Return a rule's log source as one line, for reports."""
    parts = {"category": wanted.category, "product": wanted.product, "service": wanted.service}
    return ", ".join(f"{name}: {value}" for name, value in parts.items() if value)


def _log_source(entry: Mapping[str, Any]) -> LogSource:
    conditions = [_one_of(name, values) for name, values in entry["where"].items()]
    conditions += [event_column(name).present for name in entry.get("present", ())]
    for reference in (*entry["fields"].values(), *filter(None, [entry.get("words")])):
        event_column(reference)
    return LogSource(
        name=entry["name"],
        accepts=tuple(
            (given.get("category", ""), given.get("product", ""), given.get("service", ""))
            for given in entry["accepts"]
        ),
        predicate=" AND ".join(conditions),
        fields=MappingProxyType(dict(entry["fields"])),
        kept=frozenset(entry.get("kept", ())),
        words=entry.get("words", ""),
    )


def _one_of(name: str, values: Sequence[Any]) -> str:
    column = event_column(name)
    if not values:
        raise RuleError.literal(f"mapping.yml: `{name}` has no values")
    inside = ", ".join(str(int(value)) for value in values) if column.number else text_list(list(map(str, values)))
    return f"{column.sql} IN ({inside})"
