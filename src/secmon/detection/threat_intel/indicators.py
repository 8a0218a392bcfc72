"""Threat indicators: the active list, and their matches in the events of new batches."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from ipaddress import ip_address
from time import perf_counter
from typing import Any

import pyarrow as pa

from secmon.detection.anomaly.builtin import builtin
from secmon.detection.engine.batches import Batches, milliseconds
from secmon.detection.engine.run_report import MatchReport, RuleOutcome
from secmon.errors import UsageError
from secmon.store.client import Store
from secmon.store.sql import query

KIND = "indicator"
_MOST = 1_000
"""Limit on findings of one indicator in one run; a flooding address is known after the first thousand."""


def match_indicators(store: Store, batches: Batches, detected_at: datetime) -> MatchReport:
    """Write a finding for each event with an indicator in force. Running again replaces findings and adds none."""
    started, signature = perf_counter(), builtin()["indicator_seen"]
    parameters = {**batches.parameters, "detected_at": milliseconds(detected_at)}
    kinds = {str(kind) for kind, _ in store.rows(query("indicators_count"), parameters)}
    if not kinds:
        return MatchReport(KIND, ())
    hosts = dict(store.rows(query("indicators_hosts"), parameters)) if "domain" in kinds else {}
    hosts = hosts or {"": ""}  # `transform` needs at least one entry
    given = {"hosts": list(hosts), "domains": list(hosts.values()), "rule_id": signature.id, "most": _MOST}
    store.command(query("indicators_match"), parameters | given)
    ((number,),) = store.rows(query("findings_at"), parameters | {"rule_id": signature.id})
    took = round((perf_counter() - started) * 1000)
    outcome = RuleOutcome(signature.id, signature.name, int(number), milliseconds=took, pass_rules=1)
    return MatchReport(KIND, (outcome,))


_TIME = pa.timestamp("ms", "UTC")
_HASH = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")


class IndicatorKind(StrEnum):
    """The type of an indicator."""

    ADDRESS = "address"
    DOMAIN = "domain"
    HASH = "hash"


class Tlp(StrEnum):
    """Traffic Light Protocol 2.0: the audience that an indicator may be shared with."""

    CLEAR = "clear"
    GREEN = "green"
    AMBER = "amber"
    AMBER_STRICT = "amber+strict"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator of one source; the same value from another source is a separate indicator."""

    kind: IndicatorKind
    value: str
    source: str
    tlp: Tlp
    added_at: datetime
    expires_at: datetime
    note: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True)
class ListedIndicator:
    """An indicator with the number of records it was seen in, the last at `last_hit`."""

    indicator: Indicator
    hits: int
    sites: int
    last_hit: datetime | None


def parse_indicator(text: str) -> tuple[IndicatorKind, str]:
    """Normalise a user's text; raises UsageError if it is not an address, a domain or a hash."""
    value = text.strip().lower().replace("[.]", ".").replace("hxxp", "http")
    if _HASH.fullmatch(value):
        return IndicatorKind.HASH, value
    try:
        return IndicatorKind.ADDRESS, str(ip_address(value))
    except ValueError:
        return IndicatorKind.DOMAIN, _domain(value, text)


def write_indicators(store: Store, indicators: Sequence[Indicator], changed_at: datetime) -> None:
    """Add indicators, or change those of the same kind, value and source."""
    if not indicators:
        return

    def texts(name: str) -> pa.Array:
        return pa.array([str(getattr(one, name)) for one in indicators], pa.string())

    store.insert(
        "indicators",
        pa.table(
            {name: texts(name) for name in ("kind", "value", "source", "tlp", "note", "author")}
            | {name: pa.array([getattr(one, name) for one in indicators], _TIME) for name in ("added_at", "expires_at")}
            | {"changed_at": pa.repeat(pa.scalar(changed_at, _TIME), len(indicators))}
        ),
    )


def list_indicators(
    store: Store, now: datetime, *, expired: bool = False, limit: int = 10_000
) -> Sequence[ListedIndicator]:
    """Return the indicators in force at `now`, optionally the expired ones too, the most frequently seen first."""
    parameters = {"now": now, "expired": expired, "limit": limit, "rule_id": builtin()["indicator_seen"].id}
    return [
        ListedIndicator(
            Indicator(IndicatorKind(kind), value, source, Tlp(tlp), added_at, expires_at, note, author),
            int(hits),
            int(sites),
            last_hit if hits else None,
        )
        for kind, value, source, tlp, note, author, added_at, expires_at, hits, sites, last_hit in store.rows(
            query("indicators_listed"), parameters
        )
    ]


def indicator_record(one: ListedIndicator) -> dict[str, Any]:
    """Return a listed indicator as a record for the API and exports."""
    indicator = one.indicator
    return {
        "kind": str(indicator.kind),
        "value": indicator.value,
        "source": indicator.source,
        "tlp": str(indicator.tlp),
        "expires_at": indicator.expires_at,
        "hits": one.hits,
        "sites": one.sites,
        "last_hit": one.last_hit,
        "note": indicator.note,
    }


def expire_indicator(store: Store, text: str, source: str, now: datetime) -> int:
    """End an indicator now, for one source or ('') for all; returns the number of indicators that were in force."""
    kind, value = parse_indicator(text)
    rows = store.rows(query("indicators_in_force"), {"now": now, "kind": str(kind), "value": value, "source": source})
    ended = [
        Indicator(kind, value, its_source, Tlp(tlp), added_at, now, note, author)
        for its_source, tlp, note, author, added_at in rows
    ]
    write_indicators(store, ended, now)
    return len(ended)


def _domain(value: str, text: str) -> str:
    try:
        name = value.rstrip(".").encode("idna").decode("ascii")
    except UnicodeError:
        name = ""
    labels = name.split(".")
    if len(labels) < 2 or labels[-1].isdigit() or len(name) > 253 or not all(map(_LABEL.fullmatch, labels)):
        raise UsageError(f"{text.strip()[:80]!r} is no address, no domain, and no MD5 or SHA-256 hash")
    return name
