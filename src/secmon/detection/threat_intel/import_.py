"""Import and expire lists of indicators, with an entry in the audit log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from secmon.db import audit_log
from secmon.db.audit_log import Act
from secmon.db.database import Database
from secmon.db.transaction import Change
from secmon.detection.threat_intel import indicators
from secmon.detection.threat_intel.file_formats import RefusedEntry, read_indicators
from secmon.detection.threat_intel.indicators import ThreatIndicator, ThreatKind
from secmon.store.client import Store
from secmon.taxonomy import Tlp


@dataclass(frozen=True, slots=True)
class ImportTerms:
    """The source of a list; `tlp` and `expires_at` are for indicators whose list has neither."""

    source: str
    tlp: Tlp
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class IndicatorImport:
    """Result of an import: number of indicators by kind, and the refused entries."""

    source: str
    taken: int
    kinds: Mapping[str, int]
    refused: Sequence[RefusedEntry] = field(default=())


def import_indicators(change: Change, store: Store, body: bytes, terms: ImportTerms) -> IndicatorImport:
    """Import a list of indicators; indicators already known from the same source are updated.

    `body` is plain text, CSV or a STIX 2.1 bundle; raises UsageError when it is none of them.
    """
    entries, refused = read_indicators(body)
    taken = [
        ThreatIndicator(
            one.kind,
            one.value,
            terms.source,
            one.tlp or terms.tlp,
            change.now,
            one.expires_at or terms.expires_at,
            one.note,
            change.actor.name,
        )
        for one in entries
    ]
    indicators.write_indicators(store, taken, change.now)
    kinds = {str(kind): sum(one.kind is kind for one in taken) for kind in ThreatKind}
    _record(
        change.db,
        Act(change.actor, "indicators.import", f"indicators:{terms.source}"[:128], change.now, after={"taken": kinds}),
    )
    return IndicatorImport(terms.source, len(taken), kinds, refused)


def end_indicator(change: Change, store: Store, value: str, source: str) -> int:
    """End an indicator, of one source or ('') of all; returns the number of indicators that were in force."""
    ended = indicators.expire_indicator(store, value, source, change.now)
    if ended:
        _record(
            change.db,
            Act(change.actor, "indicators.expire", f"indicator:{value}"[:128], change.now, after={"source": source}),
        )
    return ended


def _record(db: Database, act: Act) -> None:
    with db.begin() as session:
        audit_log.record_act(session, act)
