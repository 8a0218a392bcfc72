"""How many events a feed has in an hour as a rule: what health and completeness are measured against.

An hour is compared with the same hour of the day on days of its kind (working days, weekends in Korea) in the four
weeks before; the median decides, so that one flood or one outage does not. Before there is such an hour any day's will
do, and a feed younger than that is still being learnt.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import isnan, nan
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

WEEKS = 4
SHOWN = 24
"""Complete hours that completeness is told for."""

_KST = ZoneInfo("Asia/Seoul")
_HOUR = timedelta(hours=1)
_SATURDAY = 5

Feed = tuple[str, str]
"""Site and feed."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """Expected and received events of each feed in `hours`: SHOWN complete hours and the one that runs, oldest first.

    An expectation that is not known yet is NaN.
    """

    hours: tuple[datetime, ...]
    expected: Mapping[Feed, npt.NDArray[np.float64]] = field(default_factory=dict)
    received: Mapping[Feed, npt.NDArray[np.int64]] = field(default_factory=dict)

    def missed(self, feed: Feed, since: datetime, now: datetime) -> float:
        """Events that were to be expected between two times; NaN while the feed is being learnt."""
        rates = self.expected.get(feed)
        if rates is None or isnan(rates[-1]):
            return nan
        total = 0.0
        for start, rate in zip(self.hours, rates, strict=True):
            end = max(now, start + _HOUR) if start == self.hours[-1] else start + _HOUR
            overlap = (min(end, now) - max(start, since)).total_seconds()
            if overlap > 0 and not isnan(rate):
                total += rate * overlap / _HOUR.total_seconds()
        before = (self.hours[0] - since).total_seconds()
        return total + max(0.0, before) / _HOUR.total_seconds() * float(np.nanmean(rates))

    def completeness(self, feeds: list[Feed]) -> list[float | None]:
        """Share of the expected events that came in each complete hour, at most 1; None where nothing is expected."""
        shares: list[float | None] = []
        for hour in range(SHOWN):
            known = [one for one in feeds if one in self.expected and not isnan(self.expected[one][hour])]
            expected = sum(self.expected[one][hour] for one in known)
            # more of one feed does not make up for less of another
            got = sum(min(self.expected[one][hour], self.received[one][hour]) for one in known)
            shares.append(float(got / expected) if expected >= 1 else None)
        return shares


def hours_until(now: datetime) -> tuple[datetime, ...]:
    """The hours a baseline is told for, the running one last."""
    last = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return tuple(last - _HOUR * back for back in range(SHOWN, -1, -1))


def begins(now: datetime) -> datetime:
    """From when on events count for the baseline of `now`."""
    return hours_until(now)[0] - timedelta(weeks=WEEKS)


def learn(rows: pd.DataFrame, now: datetime) -> Baseline:
    """The baseline at `now` from rows of (site, feed, hour, events) since `begins(now)`."""
    hours = hours_until(now)
    if rows.empty:
        return Baseline(hours)
    every = pd.date_range(begins(now), hours[-1], freq="h")
    place = every.get_indexer(pd.DatetimeIndex(pd.to_datetime(rows["hour"], utc=True)))
    keys = pd.MultiIndex.from_frame(rows[["site", "feed"]].astype(str))
    number, feeds = pd.factorize(keys)
    counts = np.zeros((len(feeds), len(every)))
    inside = place >= 0
    np.add.at(counts, (number[inside], place[inside]), rows["events"].to_numpy(dtype=np.float64)[inside])
    first = (counts > 0).argmax(axis=1)
    # a feed's first hour is rarely whole; what lies before it says nothing
    known = np.where(np.arange(len(every)) > first[:, None], counts, nan)
    known[:, -1] = nan
    weekend = every.tz_convert(_KST).day_of_week.to_numpy() >= _SATURDAY
    columns = [_expect(known, weekend, len(every) - 1 - SHOWN + turn) for turn in range(SHOWN + 1)]
    expected = np.stack(columns, axis=1)
    received = counts[:, -1 - SHOWN :].astype(np.int64)
    names = [(str(site), str(feed)) for site, feed in feeds]
    return Baseline(hours, dict(zip(names, expected, strict=True)), dict(zip(names, received, strict=True)))


def _expect(known: npt.NDArray[np.float64], weekend: npt.NDArray[np.bool_], hour: int) -> npt.NDArray[np.float64]:
    """Events to expect of each feed in one hour."""
    days = np.arange(hour - 24, -1, -24)
    alike = days[weekend[days] == weekend[hour]]
    found = np.full(len(known), nan)
    recent = np.arange(max(0, hour - 24), hour)
    for chosen, share in ((alike, 1.0), (days, 1.0), (recent, 0.5)):
        # the last resort knows nothing of the hour of the day: half of the usual is a careful guess
        missing = np.isnan(found)
        if not missing.any() or not len(chosen):
            continue
        values = known[np.ix_(missing, chosen)]
        rows = ~np.isnan(values).all(axis=1)
        filled = np.full(len(values), nan)
        if rows.any():
            filled[rows] = np.nanmedian(values[rows], axis=1) * share
        found[missing] = filled
    return found
