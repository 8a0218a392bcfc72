"""How many lines a site writes in a minute: by its size, the hour in Korea and the day of the week."""

import math
from random import Random

FEED_SHARE = {"ids": 0.85, "auth": 0.15}
WEEKEND = 0.45
HOURS = (
    *(0.42, 0.32, 0.25, 0.20, 0.20, 0.24, 0.40, 0.75),  # 00-07, lowest from 3 to 5
    *(1.25, 1.75, 2.10, 1.80, 1.20, 1.65, 2.00, 2.00),  # 08-15, offices open at nine, lunch at noon
    *(1.80, 1.45, 1.10, 0.90, 0.80, 0.72, 0.62, 0.52),  # 16-23
)
"""Relative volume at half past each hour; straight lines in between."""

_DAY, _WEEK = 1440, 7 * 1440
_KST_MINUTES = 540
_NORMAL_FROM = 50.0


def _weight(minute: int) -> float:
    hour, past = divmod((minute - 30) % _DAY, 60)
    return HOURS[hour] + (HOURS[(hour + 1) % 24] - HOURS[hour]) * past / 60


def _curve() -> tuple[float, ...]:
    day = [_weight(minute) for minute in range(_DAY)]
    mean = sum(day) / _DAY
    return tuple(w / mean * (WEEKEND if weekday >= 5 else 1) for weekday in range(7) for w in day)


_CURVE = _curve()


def activity(bucket: int) -> float:
    """Volume of a minute (counted from 1970 in UTC) relative to the mean of a weekday."""
    return _CURVE[(bucket + _KST_MINUTES + 3 * _DAY) % _WEEK]  # 1970 began on a Thursday


def poisson(mean: float, rng: Random) -> int:
    """A Poisson count; above a mean of 50 the normal distribution stands in for it."""
    if mean >= _NORMAL_FROM:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    chance = total = math.exp(-mean)
    count, point = 0, rng.random()
    while point > total and chance > 0:
        count += 1
        chance *= mean / count
        total += chance
    return count
