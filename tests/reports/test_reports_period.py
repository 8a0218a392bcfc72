"""Periods of digests in Korean time."""

from datetime import UTC, date, datetime, timedelta

import pytest

from secmon.operations.metric_samples import Period
from secmon.reports.content.schedule import (
    KST,
    SCHEDULED,
    DigestKind,
    comparable_periods,
    missed_periods,
    period_ending,
    period_of_day,
    previous_period,
)


def kst(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=KST).astimezone(UTC)


@pytest.mark.parametrize(
    ("kind", "now", "begins", "ends"),
    [
        (DigestKind.SHIFT, "2026-11-25T08:00", "2026-11-25T00:00", "2026-11-25T08:00"),
        (DigestKind.SHIFT, "2026-11-25T15:59", "2026-11-25T00:00", "2026-11-25T08:00"),
        (DigestKind.SHIFT, "2027-01-01T00:00", "2026-12-31T16:00", "2027-01-01T00:00"),
        (DigestKind.DAILY, "2027-01-01T00:00", "2026-12-31T00:00", "2027-01-01T00:00"),
        (DigestKind.DAILY, "2026-12-31T23:59", "2026-12-30T00:00", "2026-12-31T00:00"),
        (DigestKind.WEEKLY, "2027-01-04T00:00", "2026-12-28T00:00", "2027-01-04T00:00"),
        (DigestKind.WEEKLY, "2027-01-03T23:59", "2026-12-21T00:00", "2026-12-28T00:00"),
        (DigestKind.MONTHLY, "2027-01-31T12:00", "2026-12-01T00:00", "2027-01-01T00:00"),
        (DigestKind.MONTHLY, "2028-03-01T00:00", "2028-02-01T00:00", "2028-03-01T00:00"),
        (DigestKind.MUNICIPALITY, "2026-03-31T10:00", "2026-02-01T00:00", "2026-03-01T00:00"),
    ],
)
def test_the_newest_period_that_is_over(kind: DigestKind, now: str, begins: str, ends: str) -> None:
    """Shifts end at 8, 16 and 24 o'clock, days at midnight, weeks on Monday, months on the first, all in Korea."""
    assert period_ending(kind, kst(now)) == Period(kst(begins), kst(ends))


@pytest.mark.parametrize("kind", SCHEDULED)
def test_periods_follow_one_another_without_a_gap_over_two_years(kind: DigestKind) -> None:
    """Each period begins where the one before it ends, also over month ends, a leap day and two new years."""
    period = period_ending(kind, kst("2028-12-31T23:00"))
    while period.begins > kst("2026-12-01T00:00"):
        earlier_one = previous_period(kind, period)
        assert earlier_one.ends == period.begins
        period = earlier_one


def test_a_day_names_the_period_it_lies_in() -> None:
    """Thursday 31 December lies in the week from the 28th and in December; the last shift of a day ends at 24:00."""
    day = date(2026, 12, 31)
    assert period_of_day(DigestKind.WEEKLY, day) == Period(kst("2026-12-28T00:00"), kst("2027-01-04T00:00"))
    assert period_of_day(DigestKind.MONTHLY, day) == Period(kst("2026-12-01T00:00"), kst("2027-01-01T00:00"))
    assert period_of_day(DigestKind.DAILY, day) == Period(kst("2026-12-31T00:00"), kst("2027-01-01T00:00"))
    assert period_of_day(DigestKind.SHIFT, day) == Period(kst("2026-12-31T16:00"), kst("2027-01-01T00:00"))


def test_what_was_missed_is_caught_up_oldest_first_and_not_without_end() -> None:
    """After two days off both days are due; after a year only the newest seven; with none before, the newest."""
    now = kst("2026-11-25T09:00")
    two = missed_periods(DigestKind.DAILY, now, kst("2026-11-23T00:00"))
    assert [one.ends for one in two] == [kst("2026-11-24T00:00"), kst("2026-11-25T00:00")]
    assert len(missed_periods(DigestKind.DAILY, now, kst("2025-11-25T00:00"))) == 7
    assert [one.ends for one in missed_periods(DigestKind.DAILY, now, None)] == [kst("2026-11-25T00:00")]
    assert missed_periods(DigestKind.DAILY, now, kst("2026-11-25T00:00")) == ()


def test_a_shift_is_compared_with_the_same_shift_of_other_days() -> None:
    """The 28 comparable periods of a night shift are night shifts."""
    period = period_ending(DigestKind.SHIFT, kst("2026-11-25T08:10"))
    compared = comparable_periods(DigestKind.SHIFT, period)
    assert len(compared) == 28
    assert {one.begins.astimezone(KST).hour for one in compared} == {0}
    assert compared[-1].ends == period.ends - timedelta(days=1)
