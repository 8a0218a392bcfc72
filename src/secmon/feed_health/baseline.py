"""Baseline of each feed: the usual number of events per hour, the reference for health and completeness.

An hour is compared with the same hour of the day on days of its kind (working days, weekends in Korea) in the
four weeks before; the median is used, so that one flood or one outage does not count. A feed too young for that
is compared with the feeds of its name at the other sites: its share of their total, multiplied by their total in
that hour.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import isnan, nan

import numpy as np
import numpy.typing as npt
import pandas as pd

from secmon.times import KST

WEEKS = 4
SHOWN = 24
"""Number of complete hours for which completeness is computed."""

_HOUR = timedelta(hours=1)
_SATURDAY = 5

Feed = tuple[str, str]
"""Site and feed."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """Expected and received events of each feed in `hours`: SHOWN complete hours and the current hour, oldest first.

    An expectation that is not yet known is NaN.
    """

    hours: tuple[datetime, ...]
    expected: Mapping[Feed, npt.NDArray[np.float64]] = field(default_factory=dict)
    received: Mapping[Feed, npt.NDArray[np.int64]] = field(default_factory=dict)

    def missed(self, feed: Feed, since: datetime, now: datetime) -> float:
        """Return the number of events expected between two times; NaN while the baseline is being learnt."""
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
        return float(total + max(0.0, before) / _HOUR.total_seconds() * np.nanmean(rates))

    def completeness(self, feeds: list[Feed]) -> list[float | None]:
        """Return the received share of the expected events in each complete hour; None where nothing is expected.

        A shortfall that chance explains (three standard deviations of events that come in pairs) does not count,
        and a surplus of one feed does not compensate for another.
        """
        known = [one for one in feeds if one in self.expected]
        if not known:
            return [None] * SHOWN
        expected = np.nan_to_num(np.stack([self.expected[one][:SHOWN] for one in known]))
        received = np.stack([self.received[one][:SHOWN] for one in known])
        got = np.minimum(expected, received + 3 * np.sqrt(2 * expected)).sum(axis=0)
        total = expected.sum(axis=0)
        return [float(part / whole) if whole >= 1 else None for part, whole in zip(got, total, strict=True)]


def hours_until(now: datetime) -> tuple[datetime, ...]:
    """Return the hours of a baseline, the current hour last."""
    last = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return tuple(last - _HOUR * back for back in range(SHOWN, -1, -1))


def baseline_start(now: datetime) -> datetime:
    """Return the time from which events count for the baseline of `now`."""
    return hours_until(now)[0] - timedelta(weeks=WEEKS)


def learn_baseline(rows: pd.DataFrame, now: datetime) -> Baseline:
    """Compute the baseline at `now` from rows of (site, feed, hour, events) since `begins(now)`."""
    hours = hours_until(now)
    if rows.empty:
        return Baseline(hours)
    every = pd.date_range(baseline_start(now), hours[-1], freq="h")
    place = every.get_indexer(pd.DatetimeIndex(pd.to_datetime(rows["hour"], utc=True)))
    number, feeds = _numbered(rows)
    counts = np.zeros((len(feeds), len(every)))
    inside = place >= 0
    np.add.at(counts, (number[inside], place[inside]), rows["events"].to_numpy(dtype=np.float64)[inside])
    first = (counts > 0).argmax(axis=1)
    # a feed's first hour is rarely complete, and the time before it carries no information
    known = np.where(np.arange(len(every)) > first[:, None], counts, nan)
    known[:, -1] = nan
    weekend = every.tz_convert(KST).day_of_week.to_numpy() >= _SATURDAY
    kinds = pd.factorize(pd.Index([feed for _, feed in feeds]))[0]
    peers = _among_peers(counts, known, kinds)
    columns = []
    for hour in range(len(every) - 1 - SHOWN, len(every)):
        found = _as_before(known, weekend, hour)
        columns.append(np.where(np.isnan(found), peers[:, min(hour, len(every) - 2)], found))
    expected = np.stack(columns, axis=1)
    received = counts[:, -1 - SHOWN :].astype(np.int64)
    return Baseline(hours, dict(zip(feeds, expected, strict=True)), dict(zip(feeds, received, strict=True)))


def _numbered(rows: pd.DataFrame) -> tuple[npt.NDArray[np.intp], list[Feed]]:
    """Return a number for each row's (site, feed), and the feeds by number.

    Tuples of so many rows would take half a second.
    """
    site, sites = pd.factorize(rows["site"])
    feed, feeds = pd.factorize(rows["feed"])
    number, pairs = pd.factorize(site * len(feeds) + feed)
    codes, names = sites.tolist(), feeds.tolist()
    return number, [(str(codes[one // len(names)]), str(names[one % len(names)])) for one in pairs.tolist()]


def _as_before(known: npt.NDArray[np.float64], weekend: npt.NDArray[np.bool_], hour: int) -> npt.NDArray[np.float64]:
    """Return the median of each feed's events at this hour on days of this kind, else on any day.

    NaN where there was no event.
    """
    days = np.arange(hour - 24, -1, -24)
    alike = days[weekend[days] == weekend[hour]]
    found = np.full(len(known), nan)
    for chosen in (alike, days):
        values = known[:, chosen]
        rows = np.isnan(found) & ~np.isnan(values).all(axis=1) if len(chosen) else np.zeros(len(known), bool)
        if rows.any():
            found[rows] = np.nanmedian(values[rows], axis=1)
    return found


def _among_peers(
    counts: npt.NDArray[np.float64], known: npt.NDArray[np.float64], kinds: npt.NDArray[np.intp]
) -> npt.NDArray[np.float64]:
    """Return each feed's share of all feeds of its name, multiplied by their total in each hour.

    NaN before its first complete hour.
    """
    result = np.full(counts.shape, nan)
    for kind in np.unique(kinds):
        rows = kinds == kind
        all_of_kind = counts[rows].sum(axis=0)
        seen = ~np.isnan(known[rows])
        total = (seen * all_of_kind).sum(axis=1)
        share = np.divide(np.nansum(known[rows], axis=1), total, out=np.zeros(len(total)), where=total > 0)
        if all_of_kind.any():
            # silent hours make the sum too small: use the median hour where there are enough events
            hourly = np.where(seen & (all_of_kind > 0), known[rows], nan) / np.where(all_of_kind > 0, all_of_kind, nan)
            measured = ~np.isnan(hourly).all(axis=1)
            share[measured] = np.maximum(share[measured], np.nanmedian(hourly[measured], axis=1))
        result[rows] = np.where(seen & (total > 0)[:, None], share[:, None] * all_of_kind, nan)
    return result
