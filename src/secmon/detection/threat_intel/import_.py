"""Import and expire lists of indicators, with an entry in the audit log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from secmon.db import audit_log
from secmon.db.audit_log import Act, Actor
from secmon.db.database import Database
from secmon.detection.threat_intel import indicators
from secmon.detection.threat_intel.file_formats import RefusedEntry, read_indicators
from secmon.detection.threat_intel.indicators import Indicator, IndicatorKind, Tlp
from secmon.store.client import Store


@dataclass(frozen=True, slots=True)
class ImportTerms:
    """The source of a list; `tlp` and `expires_at` are for indicators whose list has neither."""

    source: str
    tlp: Tlp
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ImportResult:
    """Result of an import: number of indicators by kind, and the refused entries."""

    source: str
    taken: int
    kinds: Mapping[str, int]
    refused: Sequence[RefusedEntry] = field(default=())


def import_indicators(
    store: Store, db: Database, body: bytes, terms: ImportTerms, actor: Actor, now: datetime
) -> ImportResult:
    """Import a list of indicators; indicators already known from the same source are updated.

    `body` is plain text, CSV or a STIX 2.1 bundle; raises UsageError when it is none of them.
    """
    entries, refused = read_indicators(body)
    taken = [
        Indicator(
            one.kind,
            one.value,
            terms.source,
            one.tlp or terms.tlp,
            now,
            one.expires_at or terms.expires_at,
            one.note,
            actor.name,
        )
        for one in entries
    ]
    indicators.write_indicators(store, taken, now)
    kinds = {str(kind): sum(one.kind is kind for one in taken) for kind in IndicatorKind}
    _record(db, Act(actor, "indicators.import", f"indicators:{terms.source}"[:128], now, after={"taken": kinds}))
    return ImportResult(terms.source, len(taken), kinds, refused)


def end_indicator(store: Store, db: Database, value: str, source: str, actor: Actor, now: datetime) -> int:
    """End an indicator, of one source or ('') of all; returns the number of indicators that were in force."""
    ended = indicators.expire_indicator(store, value, source, now)
    if ended:
        _record(db, Act(actor, "indicators.expire", f"indicator:{value}"[:128], now, after={"source": source}))
    return ended


def _record(db: Database, act: Act) -> None:
    with db.begin() as session:
        audit_log.record_act(session, act)
