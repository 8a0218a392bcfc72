"""Lists of indicators taken over and ended by somebody, with a word of it in the audit log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from secmon.alerts import audit
from secmon.alerts.audit import Act, Actor
from secmon.alerts.desk import Desk
from secmon.rules import indicators
from secmon.rules.indicator_files import Refused, read_indicators
from secmon.rules.indicators import Indicator, IndicatorKind, Tlp
from secmon.store.client import Store


@dataclass(frozen=True, slots=True)
class Terms:
    """Who warns; `tlp` and `expires_at` are for indicators whose list says neither."""

    source: str
    tlp: Tlp
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """How many were taken over, by kind, and the entries that were not."""

    source: str
    taken: int
    kinds: Mapping[str, int]
    refused: Sequence[Refused] = field(default=())


def take_over(store: Store, desk: Desk, body: bytes, terms: Terms, actor: Actor, now: datetime) -> Taken:
    """Look for what a list warns of from now on; the same from the same source is changed.

    `body` is plain text, CSV or a bundle of STIX 2.1; UsageError when it is none of them.
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
    indicators.keep(store, taken, now)
    kinds = {str(kind): sum(one.kind is kind for one in taken) for kind in IndicatorKind}
    _record(desk, Act(actor, "indicators.import", f"indicators:{terms.source}"[:128], now, after={"taken": kinds}))
    return Taken(terms.source, len(taken), kinds, refused)


def end(store: Store, desk: Desk, value: str, source: str, actor: Actor, now: datetime) -> int:
    """Look for an indicator no more, of one source or ('') of all; returns how many were in force."""
    ended = indicators.expire(store, value, source, now)
    if ended:
        _record(desk, Act(actor, "indicators.expire", f"indicator:{value}"[:128], now, after={"source": source}))
    return ended


def _record(desk: Desk, act: Act) -> None:
    with desk.begin() as session:
        audit.record(session, act)
