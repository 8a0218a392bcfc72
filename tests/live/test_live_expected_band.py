"""The band beside the wall's trend: learnt from earlier weeks, else from days of the same kind, else not told."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from secmon.live.expected_band import ExpectedBands
from secmon.sites.scope import EVERYTHING, Scope
from secmon.store.client import Store

SLOT = datetime(2026, 11, 25, 1, 15, tzinfo=UTC)
"""A Wednesday, 10:15 in Korea."""
WEEK, DAY = timedelta(weeks=1), timedelta(days=1)
SITE, OTHER = "11110", "11140"


def keep(store: Store, attempts: Mapping[datetime, int], site: str = SITE, attack_type: str = "malware") -> None:
    """Quarter hours of the totals."""
    rows = sorted(attempts.items())
    store.insert(
        "events_15m",
        pa.table(
            {
                "slot": pa.array([at for at, _ in rows], pa.timestamp("s", "UTC")),
                "site": [site] * len(rows),
                "feed": ["ids"] * len(rows),
                "attack_type": [attack_type] * len(rows),
                "severity_id": pa.array([1] * len(rows), pa.uint8()),
                "events": pa.array([number for _, number in rows], pa.uint64()),
            }
        ),
    )


def band(store: Store, scope: Scope = EVERYTHING, slot: datetime = SLOT) -> tuple[float, float] | None:
    """The band of one quarter hour, learnt anew."""
    return ExpectedBands(store).bands([slot], scope)[0]


@pytest.mark.store
def test_nothing_is_usual_while_little_is_known(store: Store) -> None:
    """Four days of the same kind are too few, and an empty store is no reason to fail."""
    assert band(store) is None
    keep(store, {SLOT - DAY * back: 10 for back in (1, 2, 5, 6)})
    assert band(store) is None


@pytest.mark.store
def test_days_of_the_same_kind_stand_in_for_weeks(store: Store) -> None:
    """Five working days are enough; a weekend between them, however wild, is not compared with."""
    keep(
        store,
        {SLOT - DAY * back: 10 * back for back in (1, 2, 5, 6, 7)} | {SLOT - DAY * 3: 9_000, SLOT - DAY * 4: 9_000},
    )
    assert band(store) == pytest.approx((14.0, 66.0))


@pytest.mark.store
def test_weeks_count_first(store: Store) -> None:
    """With four weeks the same hour of the week is compared with, days no more; a week without attempts is a zero."""
    keep(store, {SLOT - WEEK * 5: 1} | {SLOT - WEEK * back: 100 for back in (1, 2, 4)} | {SLOT - DAY: 5_000})
    assert band(store) == pytest.approx((0.4, 100.0))


@pytest.mark.store
def test_each_scope_has_its_own(store: Store) -> None:
    """Events without a type are no attempts, other sites' are not one's own."""
    keep(store, {SLOT - WEEK * back: 10 for back in range(1, 6)})
    keep(store, {SLOT - WEEK * back: 30 for back in range(1, 6)}, OTHER)
    keep(store, {SLOT - WEEK * back: 500 for back in range(1, 6)}, attack_type="")
    usual = ExpectedBands(store)
    mine = Scope.of_sites([OTHER])
    assert usual.bands([SLOT], EVERYTHING) == [(40.0, 40.0)]
    assert usual.bands([SLOT], mine) == [(30.0, 30.0)]


@pytest.mark.store
def test_a_band_is_kept_until_the_next_quarter_hour(store: Store) -> None:
    """Learnt once a quarter hour, however often the wall is drawn."""
    usual = ExpectedBands(store)
    assert usual.bands([SLOT], EVERYTHING) == [None]
    keep(store, {SLOT - WEEK * back: 10 for back in range(1, 6)})
    assert usual.bands([SLOT], EVERYTHING) == [None]
    later = SLOT + timedelta(minutes=15)
    keep(store, {later - WEEK * back: 20 for back in range(1, 6)})
    assert usual.bands([SLOT, later], EVERYTHING) == [(10.0, 10.0), (20.0, 20.0)]
