"""Volume follows size, hour and weekday."""

from datetime import UTC, date, datetime, timedelta
from math import exp
from random import Random

import pytest
from stream_reading import START, TOWNS, read_all

from secmon.simulate.background import FEEDS
from secmon.simulate.clock import BUCKET, micros
from secmon.simulate.stream import Streams
from secmon.simulate.volume import FEED_SHARE, activity, poisson, poisson_above_zero


def _bucket(day: int, hour: int, minute: int = 0) -> int:
    """Minute of a day in March 2026, in Korean time (the 2nd, a Monday, is a holiday)."""
    return micros(datetime(2026, 3, day, hour, minute, tzinfo=UTC) - timedelta(hours=9)) // BUCKET


def test_a_weekday_means_the_rate() -> None:
    """Over a working day the curve's mean is one."""
    assert sum(activity(_bucket(3, 0) + minute) for minute in range(1440)) / 1440 == pytest.approx(1)


def test_weekends_are_quieter() -> None:
    """Saturday and Sunday carry 45 % of a weekday."""
    for day in (7, 8):
        assert activity(_bucket(day, 10)) == pytest.approx(0.45 * activity(_bucket(6, 10)))


def test_the_day_has_its_shape() -> None:
    """Peaks in the morning and afternoon, a dip at noon, the low before dawn."""
    at = {hour: activity(_bucket(4, hour, 30)) for hour in range(24)}
    assert max(at, key=lambda hour: at[hour]) == 10
    assert min(at, key=lambda hour: at[hour]) in {3, 4}
    assert at[12] < at[11]
    assert at[12] < at[13] < at[14]


@pytest.mark.parametrize("mean", [0.0, 0.3, 7.0, 120.0])
def test_counts_are_poisson(mean: float) -> None:
    """Mean and variance of the counts are both the mean asked for."""
    rng = Random(1)
    counts = [poisson(mean, rng) for _ in range(4000)]
    average = sum(counts) / len(counts)
    variance = sum((count - average) ** 2 for count in counts) / len(counts)
    assert average == pytest.approx(mean, rel=0.05, abs=0.03)
    assert variance == pytest.approx(mean, rel=0.12, abs=0.03)


@pytest.mark.parametrize(
    "day",
    [date(2026, 3, 2), date(2026, 9, 25), date(2027, 2, 9), date(2025, 10, 6), date(2025, 6, 3)],
)
def test_holidays_are_like_weekends(day: date) -> None:
    """Offices are closed on public holidays, those of the lunar calendar and substitutes included."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC) - timedelta(hours=9)
    assert activity(micros(noon) // BUCKET) == pytest.approx(0.45 * activity(_bucket(4, 12)))
    assert day.weekday() < 5


def test_the_shares_are_one() -> None:
    """Every feed has a share of the rate."""
    assert set(FEED_SHARE) == set(FEEDS)
    assert sum(FEED_SHARE.values()) == pytest.approx(1)


@pytest.mark.parametrize("mean", [0.05, 0.7, 3.9])
def test_counts_above_zero_complete_the_poisson(mean: float) -> None:
    """With the chance of none they have the mean asked for."""
    rng = Random(2)
    counts = [poisson_above_zero(mean, rng) for _ in range(4000)]
    assert min(counts) == 1
    assert sum(counts) / len(counts) * (1 - exp(-mean)) == pytest.approx(mean, rel=0.05)


@pytest.mark.parametrize(("feed", "part"), list(FEED_SHARE.items()))
def test_a_site_writes_its_share(feed: str, part: float) -> None:
    """Lines of an hour are rate x share x feed x curve, for a large and a small site."""
    for town in (max(TOWNS, key=lambda t: t.share), min(TOWNS, key=lambda t: t.share)):
        rate = 10 / part / town.share
        lines = read_all(Streams(seed=2, rate=rate, since=START), town, feed, START + timedelta(hours=1)).count(b"\n")
        expected = sum(10 * 60 * activity(micros(START) // BUCKET + minute) for minute in range(60))
        assert lines == pytest.approx(expected, rel=0.05)
