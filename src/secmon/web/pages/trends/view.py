"""Data of the trends page for one period and scope."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from secmon.operations import attack_attempts
from secmon.sites.registry import Province, Site
from secmon.sites.scope import Scope
from secmon.store import sql
from secmon.store.client import Store
from secmon.times import KST
from secmon.web.components.period_picker import PickedPeriod

QUARTER = 900
_STEPS = (QUARTER, 3600, 10_800, 86_400)
_BARS = 110
_MOST = 12


@dataclass(frozen=True, slots=True)
class Compared:
    """One province: collected events, attempts among them, and its number of sites and of towns (`size`)."""

    province: str
    events: int
    attempts: int
    sites: int
    size: int

    @property
    def rate(self) -> float:
        """Attempts per 10,000 collected events."""
        return 10_000 * self.attempts / self.events if self.events else 0.0

    @property
    def per_size(self) -> float:
        """Attempts per town or neighbourhood."""
        return self.attempts / self.size if self.size else 0.0


@dataclass(frozen=True, slots=True)
class TrendsView:
    """Attempts over time (`slots`, `before`: UTC index, a column per type), by hour of the week and by province."""

    period: PickedPeriod
    step: int
    slots: pd.DataFrame
    before: pd.DataFrame
    events: int
    events_before: int
    week: npt.NDArray[np.float64]
    provinces: Sequence[Compared]


@dataclass(frozen=True, slots=True)
class Tops:
    """Sources, countries, targets and rules with the most attempts: counted from the events, which takes longer."""

    sources: Sequence[Mapping[str, Any]]
    countries: Sequence[Mapping[str, Any]]
    targets: Sequence[Mapping[str, Any]]
    rules: Sequence[Mapping[str, Any]]


def read_trends(
    store: Store, scope: Scope, sites: Sequence[Site], provinces: Sequence[Province], period: PickedPeriod
) -> TrendsView:
    """Read the totals of a period, widened to whole quarter hours, in which the totals are stored."""
    period = _quarters(period)
    step = next((one for one in _STEPS if (period.until - period.since).total_seconds() / one <= _BARS), _STEPS[-1])
    slots, events = _types(store, scope, period, step)
    before, events_before = _types(store, scope, period.before, step)
    return TrendsView(
        period,
        step,
        slots,
        before,
        events,
        events_before,
        _week(store, scope, period),
        _provinces(store, scope, period, sites, provinces),
    )


def read_tops(store: Store, scope: Scope, period: PickedPeriod) -> Tops:
    """Read the top lists of the same period, widened in the same way."""
    period = _quarters(period)

    def top(name: str) -> Sequence[Mapping[str, Any]]:
        return attack_attempts.top_of_attempts(store, name, scope, period.since, period.until, _MOST)

    return Tops(top("sources"), top("countries"), top("targets"), top("rules"))


def _quarters(period: PickedPeriod) -> PickedPeriod:
    until = pd.Timestamp(period.until).ceil(f"{QUARTER}s").to_pydatetime()
    since = pd.Timestamp(period.since).floor(f"{QUARTER}s").to_pydatetime()
    return PickedPeriod(since, until, period.last)


def _asked(scope: Scope, period: PickedPeriod) -> dict[str, Any]:
    return {"since": period.since, "until": period.until, "sites": scope.listed}


def _types(store: Store, scope: Scope, period: PickedPeriod, step: int) -> tuple[pd.DataFrame, int]:
    return attack_attempts.attempts_by_type(store, scope, period.since, period.until, step)


def _week(store: Store, scope: Scope, period: PickedPeriod) -> npt.NDArray[np.float64]:
    """Return mean attempts per hour, by weekday and hour in Korean time; an hour without attempts counts as 0."""
    rows = store.rows(sql.query("trends_week"), _asked(scope, period))
    found = {hour.replace(tzinfo=UTC): int(events) for hour, events in rows}
    total, hours = np.zeros((7, 24)), np.zeros((7, 24))
    # Go through every hour of the period, not only those with rows: a mean over hours with attempts would be too high.
    at = period.since.replace(minute=0, second=0, microsecond=0)
    while at < period.until:
        local = at.astimezone(KST)
        total[local.weekday(), local.hour] += found.get(at, 0)
        hours[local.weekday(), local.hour] += 1
        at += timedelta(hours=1)
    with np.errstate(invalid="ignore"):
        return np.where(hours > 0, total / np.maximum(hours, 1), np.nan)


def _provinces(
    store: Store, scope: Scope, period: PickedPeriod, sites: Sequence[Site], provinces: Sequence[Province]
) -> Sequence[Compared]:
    found = attack_attempts.attempts_by_site(store, scope, period.since, period.until)
    compared = []
    for province in provinces:
        own = [site for site in sites if site.province == province.code and scope.covers(site.code)]
        if own:
            events = sum(found.get(site.code, (0, 0))[0] for site in own)
            tried = sum(found.get(site.code, (0, 0))[1] for site in own)
            compared.append(Compared(province.code, events, tried, len(own), sum(site.size for site in own)))
    return sorted(compared, key=lambda one: -one.rate)
