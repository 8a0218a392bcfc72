"""Asking again later and later."""

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from secmon.ingest.circuit_breaker import BreakerLimits, Breakers

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
SITE = ("11110",)


def test_the_wait_doubles_up_to_the_longest() -> None:
    """Two seconds, four, eight …, five minutes; up to a fifth less by chance."""
    patience = BreakerLimits(2.0, 300.0)
    assert [patience.wait(failures, 1.0).total_seconds() for failures in (1, 2, 3, 8, 9, 1_000_000)] == [
        2,
        4,
        8,
        256,
        300,
        300,
    ]
    assert patience.wait(2, 0.0) == timedelta(seconds=3.2)


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_the_wait_keeps_its_limits(failures: int, chance: float) -> None:
    """Never longer than the longest, never shorter than four fifths of the first."""
    wait = BreakerLimits(2.0, 300.0).wait(failures, chance).total_seconds()
    assert 1.6 <= wait <= 300


def test_a_failure_opens_and_an_answer_closes() -> None:
    """Open until the wait is over; then one try, and a second failure waits longer."""
    breakers = Breakers(BreakerLimits(10.0, 300.0), Random(1))
    assert breakers.closed(SITE, NOW)
    first = breakers.failed(SITE, NOW)
    assert not breakers.closed(SITE, first - timedelta(seconds=1))
    assert breakers.closed(SITE, first)
    assert breakers.failing(SITE)
    second = breakers.failed(SITE, first)
    assert second - first > first - NOW
    breakers.succeeded(SITE)
    assert breakers.closed(SITE, NOW)
    assert not breakers.failing(SITE)


def test_a_site_may_ask_for_more_time() -> None:
    """What the other end asks for counts when it is longer than ours."""
    breakers = Breakers(BreakerLimits(2.0, 300.0), Random(1))
    assert breakers.failed(SITE, NOW, timedelta(minutes=7)) == NOW + timedelta(minutes=7)
    assert breakers.failed(("11140",), NOW, timedelta(0)) > NOW
