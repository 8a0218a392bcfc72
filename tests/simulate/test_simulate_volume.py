"""Volume follows size, hour and weekday."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from stream_reading import START, TOWNS, read_all

from secmon.simulate.clock import BUCKET, micros
from secmon.simulate.stream import Streams
from secmon.simulate.volume import activity, poisson


def _bucket(day: int, hour: int, minute: int = 0) -> int:
    """Minute of a day in March 2026, in Korean time (the 2nd is a Monday)."""
    return micros(datetime(2026, 3, day, hour, minute, tzinfo=UTC) - timedelta(hours=9)) // BUCKET


def test_a_weekday_means_the_rate() -> None:
    """Over a working day the curve's mean is one."""
    assert sum(activity(_bucket(2, 0) + minute) for minute in range(1440)) / 1440 == pytest.approx(1)


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


@pytest.mark.parametrize(("feed", "part"), [("ids", 0.85), ("auth", 0.15)])
def test_a_site_writes_its_share(feed: str, part: float) -> None:
    """Lines of an hour are rate x share x feed x curve, for a large and a small site."""
    for town in (max(TOWNS, key=lambda t: t.share), min(TOWNS, key=lambda t: t.share)):
        rate = 20 / town.share
        lines = read_all(Streams(seed=2, rate=rate, since=START), town, feed, START + timedelta(hours=1)).count(b"\n")
        expected = sum(20 * 60 * part * activity(micros(START) // BUCKET + minute) for minute in range(60))
        assert lines == pytest.approx(expected, rel=0.05)
