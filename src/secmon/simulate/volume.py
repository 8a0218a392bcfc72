"""Number of lines a site writes in a minute: by its size, the hour in Korea and the day of the week."""

import math
from collections.abc import Mapping
from random import Random

from secmon.simulate.holidays import HOLIDAYS

FEED_SHARE: Mapping[str, float] = {
    "ids": 0.34,
    "firewall": 0.24,
    "web": 0.14,
    "auth": 0.08,
    "endpoint": 0.08,
    "dns": 0.05,
    "waf": 0.02,
    "vpn": 0.02,
    "mail": 0.02,
    "db": 0.01,
}
WEEKEND = 0.45
"""Volume of a day on which offices are closed, relative to a working day."""
HOURS = (
    *(0.42, 0.32, 0.25, 0.20, 0.20, 0.24, 0.40, 0.75),  # 00-07, lowest from 3 to 5
    *(1.25, 1.75, 2.10, 1.80, 1.20, 1.65, 2.00, 2.00),  # 08-15, offices open at nine, lunch at noon
    *(1.80, 1.45, 1.10, 0.90, 0.80, 0.72, 0.62, 0.52),  # 16-23
)
"""Relative volume at half past each hour, interpolated linearly."""

_DAY = 1440
_KST_MINUTES = 540
_NORMAL_FROM = 50.0
_HOLIDAYS = frozenset(day.toordinal() - 719_163 for day in HOLIDAYS)  # counted from 1970, which began on day 719163


def _weight(minute: int) -> float:
    hour, past = divmod((minute - 30) % _DAY, 60)
    return HOURS[hour] + (HOURS[(hour + 1) % 24] - HOURS[hour]) * past / 60


def _curve() -> tuple[float, ...]:
    day = [_weight(minute) for minute in range(_DAY)]
    mean = sum(day) / _DAY
    return tuple(w / mean for w in day)


_CURVE = _curve()


def activity(bucket: int) -> float:
    """Return the volume of a minute (counted from 1970 in UTC) relative to the mean of a working day."""
    day, minute = divmod(bucket + _KST_MINUTES, _DAY)
    closed = (day + 3) % 7 >= 5 or day in _HOLIDAYS  # 1970 began on a Thursday
    return _CURVE[minute] * WEEKEND if closed else _CURVE[minute]


def poisson(mean: float, rng: Random) -> int:
    """Return a Poisson count; above a mean of 50 the normal distribution approximates it."""
    if mean >= _NORMAL_FROM:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    chance = total = math.exp(-mean)
    count, point = 0, rng.random()
    while point > total and chance > 0:
        count += 1
        chance *= mean / count
        total += chance
    return count


def poisson_above_zero(mean: float, rng: Random) -> int:
    """Return a Poisson count of a small mean, given that it is not zero."""
    chance = math.exp(-mean)
    point = chance + rng.random() * (1 - chance)
    count, total = 0, chance
    while point > total and chance > 0:
        count += 1
        chance *= mean / count
        total += chance
    return max(1, count)
