"""What is usual for a feed, what is missing, and announced work."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import isnan
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from migrated_database import migrated_database
from secmon.db.database import Database
from secmon.errors import UsageError
from secmon.feed_health import maintenance
from secmon.feed_health.baseline import SHOWN, WEEKS, Baseline, baseline_start, hours_until, learn_baseline
from secmon.feed_health.health import FeedEvidence, Health, HealthLimits, feed_reports
from secmon.feed_health.maintenance import MaintenanceWindow
from secmon.ingest import batch_journal
from secmon.ingest.batch_journal import FeedResult

NOW = datetime(2026, 11, 24, 3, 30, tzinfo=UTC)  # a Tuesday, half past noon in Korea
IDS = ("11110", "ids")
LIMITS = HealthLimits(late_after=3600, silent_after=7200)


def frame(
    days: int, *feeds: tuple[str, str], night: int = 10, office: int = 100, until: datetime = NOW
) -> pd.DataFrame:
    """Hours of the last days: few events at night and on weekends, many in office hours."""
    rows = []
    hour = until.replace(minute=0) - timedelta(days=days)
    while hour <= until:
        korea = hour + timedelta(hours=9)
        events = 100 if korea.weekday() < 5 and 9 <= korea.hour < 18 else 10
        rows += [(site, feed, hour, events) for site, feed in feeds]
        hour += timedelta(hours=1)
    return pd.DataFrame(rows, columns=["site", "feed", "hour", "events"])


def test_an_hour_is_like_the_same_hour_of_days_of_its_kind() -> None:
    """Office hours are expected to be busy, nights and weekends are not; the running hour is expected whole."""
    baseline = learn_baseline(frame(21, IDS), NOW)
    assert baseline.hours == hours_until(NOW)
    assert len(baseline.expected[IDS]) == SHOWN + 1
    korea = [(hour + timedelta(hours=9)).hour for hour in baseline.hours]
    assert [int(value) for value in baseline.expected[IDS]] == [100 if 9 <= hour < 18 else 10 for hour in korea]
    monday = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)  # the day before was a Sunday
    assert learn_baseline(frame(21, IDS, until=monday), monday).expected[IDS][0] == 10


def test_one_outage_and_one_flood_change_nothing() -> None:
    """The median of the weeks decides."""
    rows = frame(21, IDS)
    noon = (rows["hour"] + timedelta(hours=9)).dt.hour == 12
    rows.loc[rows[noon].index[3], "events"] = 0
    rows.loc[rows[noon].index[4], "events"] = 100_000
    assert learn_baseline(rows, NOW).expected[IDS][-1] == 100


def test_a_young_feed_is_compared_with_its_peers() -> None:
    """On the first day a site's share of all sites' events of that kind, hour by hour, is what is expected of it."""
    rows = frame(1, *((str(site), "ids") for site in range(10)))
    rows = rows[rows["hour"] > NOW - timedelta(hours=20)]
    gone = (rows["site"] == "3") & (rows["hour"] >= NOW - timedelta(hours=4))
    rows.loc[gone, "events"] = 0
    baseline = learn_baseline(rows, NOW)
    whole = baseline.completeness([("1", "ids")])
    assert {share for share in whole[-10:] if share is not None} == {1.0}
    shares = baseline.completeness([("3", "ids")])
    assert all(share is not None and share < 0.6 for share in shares[-3:])
    assert all(share is not None and share > 0.95 for share in shares[-10:-5])


def test_nothing_is_known_of_a_feed_that_never_sent() -> None:
    """Not even a guess: completeness is unknown, and not whole."""
    baseline = learn_baseline(frame(3, IDS), NOW)
    assert isnan(baseline.missed(("11140", "ids"), NOW - timedelta(hours=3), NOW))
    assert baseline.completeness([("11140", "ids")]) == [None] * SHOWN
    assert learn_baseline(pd.DataFrame(columns=["site", "feed", "hour", "events"]), NOW).expected == {}


def test_missing_events_are_counted_over_the_hours() -> None:
    """A hundred in an hour of the day; a gap longer than the shown hours counts on at their mean."""
    baseline = learn_baseline(frame(21, IDS), NOW)
    assert baseline.missed(IDS, NOW - timedelta(hours=1), NOW) == pytest.approx(100)
    assert baseline.missed(IDS, NOW - timedelta(minutes=6), NOW) == pytest.approx(10)
    assert baseline.missed(IDS, NOW - timedelta(days=3), NOW) > 2 * baseline.missed(IDS, NOW - timedelta(days=1), NOW)


def test_completeness_is_not_made_up_for_by_another_feed() -> None:
    """A flood of one feed does not hide the silence of the other; what chance explains is no shortfall."""
    both = [IDS, ("11110", "auth")]
    rows = frame(21, *both)
    last = rows["hour"] == NOW.replace(minute=0) - timedelta(hours=1)
    rows.loc[last & (rows["feed"] == "auth"), "events"] = 0
    rows.loc[last & (rows["feed"] == "ids"), "events"] = 5_000
    shares = learn_baseline(rows, NOW).completeness(both)
    assert shares[-1] is not None
    assert 0.5 < shares[-1] < 0.75
    assert shares[-2] == 1.0


def test_the_baseline_needs_four_weeks() -> None:
    """What is read of the store begins four weeks before the first shown hour."""
    assert NOW - baseline_start(NOW) > timedelta(weeks=WEEKS, hours=SHOWN)


# --------------------------------------------------------------------------------------------------- health and work


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A desk that has one feed, whose last line came at NOW."""
    db = migrated_database(tmp_path / "desk.sqlite3")
    batch_journal.record_round(db, None, [FeedResult(*IDS, "suricata_eve", NOW, cursor="c", lines=3)])
    yield db
    db.close()


def health(db: Database, minutes: float, rate: float | None) -> Health:
    """The feed's state so many minutes after its last line, if so many events an hour are usual."""
    now = NOW + timedelta(minutes=minutes)
    hours = hours_until(now)
    expected = {} if rate is None else {IDS: np.full(len(hours), rate)}
    evidence = FeedEvidence(Baseline(hours, expected, {}))
    [report] = feed_reports(db, [(*IDS, "suricata_eve")], LIMITS, now, evidence)
    return report.health


@pytest.mark.parametrize(
    ("rate", "minutes", "state"),
    [
        (600.0, 1, Health.HEALTHY),  # ten a minute: a minute is nothing
        (600.0, 3, Health.LATE),
        (600.0, 20, Health.SILENT),
        (60.0, 15, Health.HEALTHY),
        (60.0, 30, Health.LATE),
        (60.0, 90, Health.SILENT),
        (1.0, 600, Health.HEALTHY),  # a feed of one line an hour may well be quiet for half a day
        (1.0, 1500, Health.LATE),
        (None, 50, Health.HEALTHY),  # still being learnt: the fixed limits
        (None, 90, Health.LATE),
        (None, 180, Health.SILENT),
    ],
)
def test_a_feed_is_judged_by_its_own_usual_volume(db: Database, rate: float, minutes: float, state: Health) -> None:
    """The same silence is an alarm for one feed and nothing for another."""
    assert health(db, minutes, rate) is state


def test_announced_work_is_said_and_ends(db: Database) -> None:
    """Silence during announced work is neither healthy nor an alarm; before, after, and elsewhere it counts."""
    window = MaintenanceWindow("11110", "", NOW + timedelta(hours=1), NOW + timedelta(hours=4), "power")
    maintenance.announce_maintenance(db, window)
    assert [health(db, minutes, 60.0) for minutes in (10, 50, 90, 239, 241)] == [
        Health.HEALTHY,
        Health.LATE,
        Health.MAINTENANCE,
        Health.MAINTENANCE,
        Health.SILENT,
    ]
    assert maintenance.running_maintenance(db, NOW + timedelta(hours=2)) == [window]
    assert maintenance.window_for_feed([window], "11110", "ids") == window
    assert maintenance.window_for_feed([window], "11140", "ids") is None
    assert maintenance.end_maintenance(db, "11110", "", NOW + timedelta(hours=2)) == 1
    assert health(db, 121, 60.0) is Health.SILENT


@pytest.mark.parametrize(("hours", "reason"), [(-1, "power"), (0, "power"), (1, "  ")])
def test_work_that_makes_no_sense_is_refused(db: Database, hours: int, reason: str) -> None:
    """It ends after it begins, and says why."""
    with pytest.raises(UsageError, match="maintenance of 11110"):
        maintenance.announce_maintenance(db, MaintenanceWindow("11110", "", NOW, NOW + timedelta(hours=hours), reason))
    assert maintenance.running_maintenance(db, NOW + timedelta(minutes=1)) == []
