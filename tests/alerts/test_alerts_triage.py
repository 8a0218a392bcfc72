"""Findings become alerts: opened, extended, opened anew, and never counted twice."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import StatementError

from migrated_database import migrated_database
from secmon.alerts import queries as alert_queries
from secmon.alerts.queries import SiteAlerts
from secmon.alerts.triage import FoundGroup, Triage, triage
from secmon.db.database import Database
from secmon.db.models import Alert, AlertStatus, Batch, BatchState
from secmon.ingest import batch_journal

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
QUIET = timedelta(hours=6)
GROUP = FoundGroup(
    rule_id="rule-1",
    site="11110",
    actor="203.0.113.9",
    correlated=False,
    severity=3,
    attack_type="malware",
    group_uid="",
    site_count=1,
    findings=2,
    events=2,
    first_time=NOW,
    last_time=NOW + timedelta(minutes=5),
)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A desk of its own, up to date."""
    db = migrated_database(tmp_path / "desk.sqlite3")
    yield db
    db.close()


def run(db: Database, *groups: FoundGroup, batches: Sequence[str] = ()) -> Triage:
    """One run of triage over these groups."""
    return triage(db, groups, batches, quiet=QUIET, now=NOW + timedelta(hours=1))


def later(group: FoundGroup, **difference: float) -> FoundGroup:
    """The same findings again, so much later."""
    by = timedelta(**difference)
    return replace(group, first_time=group.first_time + by, last_time=group.last_time + by)


def alerts(db: Database) -> list[Alert]:
    """All alerts in the order they were opened."""
    return sorted(alert_queries.newest_alerts(db, 100), key=lambda alert: alert.id)


def close(db: Database) -> None:
    """Close every alert, as an operator does."""
    with db.begin() as session:
        session.execute(update(Alert).values(status=AlertStatus.CLOSED))


def test_a_first_finding_opens_an_alert(db: Database) -> None:
    """The alert says what, where, who, how bad, how often and since when."""
    assert run(db, GROUP) == Triage(opened=1, extended=0)
    [alert] = alerts(db)
    assert (alert.rule_id, alert.site, alert.actor, alert.severity) == ("rule-1", "11110", "203.0.113.9", 3)
    assert (alert.status, alert.findings, alert.events, alert.site_count) == ("new", 2, 2, 1)
    assert (alert.first_time, alert.last_time) == (GROUP.first_time, GROUP.last_time)
    assert alert.opened_at == alert.updated_at == NOW + timedelta(hours=1)


def test_further_findings_extend_it(db: Database) -> None:
    """Counts add up, the span grows both ways, and the severity only rises."""
    run(db, GROUP)
    assert run(db, replace(later(GROUP, hours=1), severity=5)) == Triage(opened=0, extended=1)
    run(db, replace(later(GROUP, hours=-1), severity=2))
    [alert] = alerts(db)
    assert (alert.findings, alert.events, alert.severity) == (6, 6, 5)
    assert (alert.first_time, alert.last_time) == (NOW - timedelta(hours=1), NOW + timedelta(hours=1, minutes=5))


@pytest.mark.parametrize("field", ["rule_id", "site", "actor"])
def test_another_rule_site_or_actor_is_another_alert(db: Database, field: str) -> None:
    """What an operator triages is one rule on one site and actor."""
    difference: dict[str, Any] = {field: "99999"}
    other = replace(GROUP, **difference)
    assert run(db, GROUP, other) == Triage(opened=2, extended=0)
    assert len(alerts(db)) == 2


def test_after_a_quiet_period_a_new_alert_is_opened(db: Database) -> None:
    """Up to the quiet hours after the last finding it is the same alert; after that the old one gathers no more."""
    run(db, GROUP)
    again = later(GROUP, hours=6, minutes=5)
    assert run(db, again) == Triage(opened=0, extended=1)
    assert run(db, later(again, hours=6, minutes=5, seconds=1)) == Triage(opened=1, extended=0)
    assert [(alert.findings, alert.gathering) for alert in alerts(db)] == [(4, False), (2, True)]
    run(db, later(again, hours=7))
    assert [alert.findings for alert in alerts(db)] == [4, 4]


def test_a_closed_alert_is_not_reopened(db: Database) -> None:
    """A finding after the closing opens a new alert at once."""
    run(db, GROUP)
    close(db)
    assert run(db, later(GROUP, minutes=1)) == Triage(opened=1, extended=0)
    assert [(alert.status, alert.findings) for alert in alerts(db)] == [("closed", 2), ("new", 2)]


def test_a_continued_correlation_is_not_counted_twice(db: Database) -> None:
    """It is found again from its first event each time: the newest count replaces the one before."""
    group = replace(GROUP, correlated=True, group_uid="g1", findings=1, events=20)
    run(db, group)
    run(db, replace(group, events=35, site_count=4, last_time=NOW + timedelta(minutes=9)))
    [alert] = alerts(db)
    assert (alert.findings, alert.events, alert.site_count) == (1, 35, 4)
    assert alert.last_time == NOW + timedelta(minutes=9)


def test_another_episode_of_a_correlation_adds_to_the_alert(db: Database) -> None:
    """A new group of the same rule, site and actor within the quiet hours is more of the same."""
    group = replace(GROUP, correlated=True, group_uid="g1", findings=1, events=20)
    run(db, group)
    run(db, replace(later(group, hours=2), group_uid="g2", events=30))
    [alert] = alerts(db)
    assert (alert.findings, alert.events, alert.group_uid) == (2, 50, "g2")


def test_batches_are_marked_with_their_alerts(db: Database) -> None:
    """Only the batches of this run are detected afterwards."""
    for name in ("b1", "b2", "b3"):
        add(db, name)
    run(db, GROUP, batches=["b1", "b3"])
    assert [one.id for one in batch_journal.batches(db, BatchState.LOADED)] == ["b2"]
    [first, _] = batch_journal.batches(db, BatchState.DETECTED)
    assert first.detected_at == NOW + timedelta(hours=1)


def test_a_failed_run_leaves_no_half(db: Database) -> None:
    """When one group cannot be kept, no alert is opened and no batch is detected; the repeat does all of it, once."""
    add(db, "b1")
    broken = replace(GROUP, site="11140", first_time=NOW.replace(tzinfo=None))
    with pytest.raises((StatementError, TypeError)):
        run(db, GROUP, broken, batches=["b1"])
    assert alerts(db) == []
    assert [one.id for one in batch_journal.batches(db, BatchState.LOADED)] == ["b1"]
    assert run(db, GROUP, batches=["b1"]) == Triage(opened=1, extended=0)
    assert [alert.findings for alert in alerts(db)] == [2]


def add(db: Database, name: str) -> None:
    """A loaded batch."""
    batch_journal.add_batch(
        db,
        Batch(
            id=name,
            state=BatchState.LOADED,
            created_at=NOW,
            received_from=NOW,
            received_to=NOW,
            lines=1,
            bytes=1,
            digest="d",
            attempts=1,
            events=1,
            quarantined=0,
            error="",
        ),
    )


def test_open_alerts_are_counted_by_site_and_severity(db: Database) -> None:
    """Closed alerts and those whose last finding is older are left out."""
    run(db, GROUP, replace(GROUP, rule_id="rule-2", severity=5), replace(GROUP, site="11140"))
    run(db, later(replace(GROUP, site="11170"), days=-2))
    assert alert_queries.open_by_site(db, NOW) == {"11110": SiteAlerts(2, 5), "11140": SiteAlerts(1, 3)}
    assert alert_queries.open_by_severity(db, NOW) == {3: 2, 5: 1}
    assert alert_queries.count_alerts(db) == 4
    close(db)
    assert alert_queries.open_by_site(db, NOW) == {}
    assert alert_queries.count_alerts(db) == 4


def test_alerts_are_listed_newest_first(db: Database) -> None:
    """By their newest finding; of one site, of a least severity, and since a time where asked."""
    run(db, GROUP, later(replace(GROUP, rule_id="rule-2", severity=5), hours=2), replace(GROUP, site="11140"))
    assert [alert.rule_id for alert in alert_queries.newest_alerts(db, 1)] == ["rule-2"]
    assert {alert.site for alert in alert_queries.newest_alerts(db, 9, site="11140")} == {"11140"}
    assert [alert.rule_id for alert in alert_queries.newest_alerts(db, 9, least=4)] == ["rule-2"]
    assert [alert.rule_id for alert in alert_queries.newest_alerts(db, 9, since=NOW + timedelta(hours=1))] == ["rule-2"]
