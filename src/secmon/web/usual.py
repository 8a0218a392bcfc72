"""How many attempts a quarter hour usually has: the band beside the trend on the wall."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import quantiles

from secmon.rules.volume import WEEKS, compared_hours
from secmon.sites.scope import Scope
from secmon.store import sql
from secmon.store.client import Store

_LEAST_WEEKS, _LEAST_DAYS = 4, 5
_TENTHS = 10

Band = tuple[float, float]
"""The least and the most attempts that are usual: P10 and P90 of the quarter hours compared with."""


@dataclass(slots=True)
class Usual:
    """Bands by scope; what was learnt for a day of quarter hours is kept until the next of them begins."""

    store: Store
    _known: dict[Scope, tuple[datetime, list[Band | None]]] = field(default_factory=dict)
    _learning: threading.Lock = field(default_factory=threading.Lock)

    def bands(self, slots: Sequence[datetime], scope: Scope) -> list[Band | None]:
        """The band of each of these quarter hours (UTC); None while too few comparable ones are known.

        Compared is the same quarter hour of the week in earlier weeks, or of days of its kind where there are too few.
        """
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
    for compared, least in zip(compared_hours(slot), (_LEAST_WEEKS, _LEAST_DAYS), strict=True):
        counts = [attempts.get(one, 0) for one in compared if one >= begins]
        if len(counts) >= least:
            tenths = quantiles(counts, n=_TENTHS, method="inclusive")
            return tenths[0], tenths[-1]
    return None
