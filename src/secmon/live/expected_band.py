"""Expected attempts per quarter hour: the band beside the trend on the wall."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import quantiles

from secmon.detection.anomaly.volume import WEEKS, compared_hours
from secmon.sites.scope import Scope
from secmon.store import sql
from secmon.store.client import Store

_LEAST_WEEKS, _LEAST_DAYS = 4, 5
_TENTHS = 10

Band = tuple[float, float]
"""P10 and P90 of the attempts in comparable quarter hours."""


@dataclass(slots=True)
class ExpectedBands:
    """Bands by scope; the bands for a day of quarter hours are kept until the next quarter hour begins."""

    store: Store
    _known: dict[Scope, tuple[datetime, list[Band | None]]] = field(default_factory=dict)
    _learning: threading.Lock = field(default_factory=threading.Lock)

    def bands(self, slots: Sequence[datetime], scope: Scope) -> list[Band | None]:
        """Return the band of each quarter hour (UTC); None while too few comparable quarter hours are known.

        Comparable is the same quarter hour of the week in earlier weeks; if these are too few, the same quarter
        hour on earlier days of the same kind.
        """
        # Learning reads eight weeks of slots. The lock makes concurrent snapshots wait for one reading, and with the
        # last slot as key a scope is learnt again only when a new quarter hour begins.
        with self._learning:
            known = self._known.get(scope)
            if known is None or known[0] != slots[-1]:
                known = self._known[scope] = slots[-1], self._learn(slots, scope)
        return known[1]

    def _learn(self, slots: Sequence[datetime], scope: Scope) -> list[Band | None]:
        span = {"since": slots[0] - timedelta(weeks=WEEKS), "until": slots[-1], "sites": scope.listed}
        attempts = {
            slot.replace(tzinfo=UTC): int(events)
            for slot, events in self.store.rows(sql.query("attempts_by_slot"), span)
        }
        ((first,),) = self.store.rows(sql.query("first_slot"), {"sites": scope.listed})
        begins = first.replace(tzinfo=UTC)
        return [_band(slot, attempts, begins) if attempts else None for slot in slots]


def _band(slot: datetime, attempts: dict[datetime, int], begins: datetime) -> Band | None:
    # Quarter hours before the first collected slot are left out: they would count as 0 attempts and pull the band down.
    for compared, least in zip(compared_hours(slot), (_LEAST_WEEKS, _LEAST_DAYS), strict=True):
        counts = [attempts.get(one, 0) for one in compared if one >= begins]
        if len(counts) >= least:
            tenths = quantiles(counts, n=_TENTHS, method="inclusive")
            return tenths[0], tenths[-1]
    return None
