"""Periods of digests in Korean time."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from secmon.errors import UsageError
from secmon.operations.metric_samples import Period
from secmon.reports.content.calendars import Months
from secmon.reports.content.kinds import DIGEST_KINDS, Audience, DigestKind, digest_kind
from secmon.reports.content.schedule import (
    comparable_periods,
    missed_periods,
    period_ending,
    period_of_day,
    previous_period,
)
from secmon.reports.rendering.outline import SECTIONS
from secmon.times import KST


def kst(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=KST).astimezone(UTC)


@pytest.mark.parametrize(
    ("kind", "now", "begins", "ends"),
    [
        ("shift", "2026-11-25T08:00", "2026-11-25T00:00", "2026-11-25T08:00"),
        ("shift", "2026-11-25T15:59", "2026-11-25T00:00", "2026-11-25T08:00"),
        ("shift", "2027-01-01T00:00", "2026-12-31T16:00", "2027-01-01T00:00"),
        ("daily", "2027-01-01T00:00", "2026-12-31T00:00", "2027-01-01T00:00"),
        ("daily", "2026-12-31T23:59", "2026-12-30T00:00", "2026-12-31T00:00"),
        ("weekly", "2027-01-04T00:00", "2026-12-28T00:00", "2027-01-04T00:00"),
        ("weekly", "2027-01-03T23:59", "2026-12-21T00:00", "2026-12-28T00:00"),
        ("monthly", "2027-01-31T12:00", "2026-12-01T00:00", "2027-01-01T00:00"),
        ("monthly", "2028-03-01T00:00", "2028-02-01T00:00", "2028-03-01T00:00"),
        ("municipality", "2026-03-31T10:00", "2026-02-01T00:00", "2026-03-01T00:00"),
    ],
)
def test_the_newest_period_that_is_over(kind: str, now: str, begins: str, ends: str) -> None:
    """Shifts end at 8, 16 and 24 o'clock, days at midnight, weeks on Monday, months on the first, all in Korea."""
    assert period_ending(digest_kind(kind), kst(now)) == Period(kst(begins), kst(ends))


@pytest.mark.parametrize("kind", DIGEST_KINDS)
def test_periods_follow_one_another_without_a_gap_over_two_years(kind: str) -> None:
    """Each period begins where the one before it ends, also over month ends, a leap day and two new years."""
    period = period_ending(digest_kind(kind), kst("2028-12-31T23:00"))
    while period.begins > kst("2026-12-01T00:00"):
        earlier_one = previous_period(digest_kind(kind), period)
        assert earlier_one.ends == period.begins
        period = earlier_one


def test_a_day_names_the_period_it_lies_in() -> None:
    """Thursday 31 December lies in the week from the 28th and in December; the last shift of a day ends at 24:00."""
    day = date(2026, 12, 31)
    assert period_of_day(digest_kind("weekly"), day) == Period(kst("2026-12-28T00:00"), kst("2027-01-04T00:00"))
    assert period_of_day(digest_kind("monthly"), day) == Period(kst("2026-12-01T00:00"), kst("2027-01-01T00:00"))
    assert period_of_day(digest_kind("daily"), day) == Period(kst("2026-12-31T00:00"), kst("2027-01-01T00:00"))
    assert period_of_day(digest_kind("shift"), day) == Period(kst("2026-12-31T16:00"), kst("2027-01-01T00:00"))


def test_what_was_missed_is_caught_up_oldest_first_and_not_without_end() -> None:
    """After two days off both days are due; after a year only the newest seven; with none before, the newest."""
    now = kst("2026-11-25T09:00")
    two = missed_periods(digest_kind("daily"), now, kst("2026-11-23T00:00"))
    assert [one.ends for one in two] == [kst("2026-11-24T00:00"), kst("2026-11-25T00:00")]
    assert len(missed_periods(digest_kind("daily"), now, kst("2025-11-25T00:00"))) == 7
    assert [one.ends for one in missed_periods(digest_kind("daily"), now, None)] == [kst("2026-11-25T00:00")]
    assert missed_periods(digest_kind("daily"), now, kst("2026-11-25T00:00")) == ()


def test_a_shift_is_compared_with_the_same_shift_of_other_days() -> None:
    """The 28 comparable periods of a night shift are night shifts."""
    period = period_ending(digest_kind("shift"), kst("2026-11-25T08:10"))
    compared = comparable_periods(digest_kind("shift"), period)
    assert len(compared) == 28
    assert {one.begins.astimezone(KST).hour for one in compared} == {0}
    assert compared[-1].ends == period.ends - timedelta(days=1)


@pytest.mark.parametrize(
    ("now", "begins", "ends"),
    [
        ("2026-11-25T08:00", "2026-07-01T00:00", "2026-10-01T00:00"),
        ("2027-01-01T00:00", "2026-10-01T00:00", "2027-01-01T00:00"),
        ("2028-03-31T23:59", "2027-10-01T00:00", "2028-01-01T00:00"),
    ],
)
def test_a_calendar_can_have_quarters(now: str, begins: str, ends: str) -> None:
    """Quarters begin in January, April, July and October; each is compared with the quarters before it."""
    quarterly = DigestKind("quarterly", Months(3), Audience.CENTRE, ("types",), catch_up=1, compare_with=4)
    period = period_ending(quarterly, kst(now))
    assert period == Period(kst(begins), kst(ends))
    compared = comparable_periods(quarterly, period)
    assert len(compared) == 4
    assert compared[-1] == previous_period(quarterly, period)
    assert all(earlier.ends == later.begins for earlier, later in pairwise(compared))


def test_an_unknown_kind_is_an_error() -> None:
    """It is never taken for a month, and the message lists the kinds."""
    with pytest.raises(UsageError, match="digest fortnight does not exist: choose from shift, daily, weekly"):
        digest_kind("fortnight")


def test_every_section_of_every_kind_can_be_written() -> None:
    """The table names no section that has no writer, and no writer is left unused."""
    assert {name for kind in DIGEST_KINDS.values() for name in kind.sections} == SECTIONS.keys()
