"""Threat indicators: the active list, and their matches in the events of new batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from string import Template
from time import perf_counter
from typing import Any

import pyarrow as pa

from secmon.detection.anomaly.builtin import builtin
from secmon.detection.engine.batches import Batches, milliseconds
from secmon.detection.engine.run_report import MatchReport, RuleOutcome
from secmon.indicator import IndicatorKind, parse_indicator
from secmon.store.client import TIME, Store
from secmon.store.sql import query
from secmon.taxonomy import Tlp

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
    rows = store.rows(query("indicators_prefixes"), parameters) if "network" in kinds else []
    given = {"hosts": list(hosts), "domains": list(hosts.values()), "prefixes": [prefix for (prefix,) in rows]}
    statement = Template(query("indicators_match")).substitute(networks=query("indicators_networks"))
    store.command(statement, parameters | given | {"rule_id": signature.id, "most": _MOST})
    ((number,),) = store.rows(query("findings_at"), parameters | {"rule_id": signature.id})
    took = round((perf_counter() - started) * 1000)
    outcome = RuleOutcome(signature.id, signature.name, int(number), milliseconds=took, pass_rules=1)
    return MatchReport(KIND, (outcome,))


class ThreatKind(StrEnum):
    """The type of a threat indicator; the event store and the API have these names."""

    ADDRESS = "address"
    NETWORK = "network"
    DOMAIN = "domain"
    HASH = "hash"


_KINDS = {
    IndicatorKind.IPV4: ThreatKind.ADDRESS,
    IndicatorKind.IPV6: ThreatKind.ADDRESS,
    IndicatorKind.CIDR: ThreatKind.NETWORK,
    IndicatorKind.DOMAIN: ThreatKind.DOMAIN,
    IndicatorKind.MD5: ThreatKind.HASH,
    IndicatorKind.SHA256: ThreatKind.HASH,
}


@dataclass(frozen=True, slots=True)
class ThreatIndicator:
    """An indicator of one source; the same value from another source is a separate indicator."""

    kind: ThreatKind
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

    indicator: ThreatIndicator
    hits: int
    sites: int
    last_hit: datetime | None


def parse_threat(text: str) -> tuple[ThreatKind, str]:
    """Normalise a user's text; raises UsageError if it is no address, network, domain or hash."""
    found = parse_indicator(text)
    return _KINDS[found.kind], found.value


def write_indicators(store: Store, indicators: Sequence[ThreatIndicator], changed_at: datetime) -> None:
    """Add indicators, or change those of the same kind, value and source."""
    if not indicators:
        return

    def texts(name: str) -> pa.Array:
        return pa.array([str(getattr(one, name)) for one in indicators], pa.string())

    store.insert(
        "indicators",
        pa.table(
            {name: texts(name) for name in ("kind", "value", "source", "tlp", "note", "author")}
            | {name: pa.array([getattr(one, name) for one in indicators], TIME) for name in ("added_at", "expires_at")}
            | {"changed_at": pa.repeat(pa.scalar(changed_at, TIME), len(indicators))}
        ),
    )


def list_indicators(
    store: Store, now: datetime, *, expired: bool = False, limit: int = 10_000
) -> Sequence[ListedIndicator]:
    """Return the indicators in force at `now`, optionally the expired ones too, the most frequently seen first."""
    parameters = {"now": now, "expired": expired, "limit": limit, "rule_id": builtin()["indicator_seen"].id}
    return [
        ListedIndicator(
            ThreatIndicator(ThreatKind(kind), value, source, Tlp(tlp), added_at, expires_at, note, author),
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
    kind, value = parse_threat(text)
    rows = store.rows(query("indicators_in_force"), {"now": now, "kind": str(kind), "value": value, "source": source})
    ended = [
        ThreatIndicator(kind, value, its_source, Tlp(tlp), added_at, now, note, author)
        for its_source, tlp, note, author, added_at in rows
    ]
    write_indicators(store, ended, now)
    return len(ended)
