"""A rule run again over the past, and what is excepted or switched off in a run of the watch."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from migrated_database import migrated_database
from secmon.alerts import queries as alert_queries
from secmon.db.database import Database
from secmon.detection import exceptions_registry, rule_states
from secmon.detection.sigma.rule_exception import RuleException
from secmon.detection.sigma.ruleset import RuleSet, load_rules
from secmon.errors import UsageError
from secmon.ingest import batch_journal
from secmon.pipeline.backtest import backtest
from secmon.pipeline.detect import Detector
from secmon.pipeline.load import Loader
from secmon.pipeline.record_batch import spool_batch
from secmon.store.client import Store
from secmon.store.load import Lines, table_of

NOW = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
HOUR = timedelta(hours=1)
SPAN = (NOW - HOUR, NOW + HOUR)
WANTED = ("ssh_login_from_outside", "ssh_password_guessing")
RULES = RuleSet(
    tuple(rule for rule in load_rules().rules if rule.name in WANTED),
    tuple(one for one in load_rules().correlations if one.name in WANTED),
    (),
)
IDS = {rule.name: rule.id for rule in RULES.signatures}


@pytest.fixture
def centre(store: Store, tmp_path: Path) -> Iterator[tuple[Loader, Detector]]:
    """Loading and detection over an empty store, with one rule and one correlation."""
    db = migrated_database(tmp_path / "desk.sqlite3")
    clock = lambda: datetime.now(UTC)  # noqa: E731
    yield Loader(store, db, tmp_path / "spool", clock), Detector(store, db, RULES, 6 * HOUR, clock)
    db.close()


def load(loader: Loader, *logins: tuple[str, str, int]) -> None:
    """Logins as (result, source, second), loaded as one batch."""
    lines = [
        f"<86>1 {(NOW + timedelta(seconds=second)).isoformat()} h sshd 1 - - "
        f"{result} password for root from {source} port 4200 ssh2".encode()
        for result, source, second in logins
    ]
    rows = table_of([Lines("11110", "auth", "rfc5424", NOW, lines)])
    batch_journal.add_batch(loader.db, spool_batch(loader.spool, rows, datetime.now(UTC)))
    assert loader.drain() == len(lines)


def told(db: Database) -> list[tuple[str, str, int]]:
    """Every alert as rule, actor and findings."""
    names = {number: name for name, number in IDS.items()}
    return sorted((names[alert.rule_id], alert.actor, alert.findings) for alert in alert_queries.newest_alerts(db, 100))


INTRUDER, TESTER = "203.0.113.9", "198.51.100.7"


@pytest.mark.store
def test_an_exception_leaves_out_what_it_names_and_counts_it(centre: tuple[Loader, Detector]) -> None:
    """One source excepted from a rule for an hour: no alert for it, the other source as ever, the matches counted."""
    loader, detector = centre
    wanted = RuleException(0, IDS["ssh_login_from_outside"], "11110", "src_ip|cidr", "198.51.100.0/24")
    now = datetime.now(UTC)
    number = exceptions_registry.add_rule_exception(
        loader.db, wanted, now - HOUR, now + HOUR, reason="pentest", author="lee"
    )
    load(loader, ("Accepted", INTRUDER, 0), ("Accepted", TESTER, 1), ("Accepted", TESTER, 2))
    detector.run()
    assert told(loader.db) == [("ssh_login_from_outside", INTRUDER, 1)]
    [kept] = exceptions_registry.all_rule_exceptions(loader.db)
    assert (kept.exemption.id, kept.suppressed) == (number, 2)
    assert kept.last_time == NOW + timedelta(seconds=2)


@pytest.mark.store
def test_an_exception_holds_for_a_correlation(centre: tuple[Loader, Detector]) -> None:
    """What is excepted is no step of it: twenty failures of the tester are no guessing, those of another are."""
    loader, detector = centre
    wanted = RuleException(0, IDS["ssh_password_guessing"], "", "src_ip", TESTER)
    now = datetime.now(UTC)
    exceptions_registry.add_rule_exception(loader.db, wanted, now - HOUR, now + HOUR, reason="pentest", author="lee")
    load(loader, *(("Failed", source, second) for source in (INTRUDER, TESTER) for second in range(25)))
    detector.run()
    assert told(loader.db) == [("ssh_password_guessing", INTRUDER, 1)]
    assert exceptions_registry.all_rule_exceptions(loader.db)[0].suppressed == 25


@pytest.mark.store
def test_a_rule_is_run_again_over_the_past(centre: tuple[Loader, Detector]) -> None:
    """What it missed while it was switched off is found and told, once; what was told stays as it is."""
    loader, detector = centre
    load(loader, ("Accepted", INTRUDER, 0))
    detector.run()
    rule_states.disable_rule(loader.db, IDS["ssh_login_from_outside"], reason="loud", author="lee", now=NOW)
    load(loader, ("Accepted", INTRUDER, 10), ("Accepted", TESTER, 11))
    detector.run()
    assert told(loader.db) == [("ssh_login_from_outside", INTRUDER, 1)]
    with pytest.raises(UsageError, match="no active rule has the name ssh_login_from_outside"):
        backtest(detector, "ssh_login_from_outside", *SPAN)
    rule_states.enable_rule(loader.db, IDS["ssh_login_from_outside"])
    done = backtest(detector, "ssh_login_from_outside", *SPAN)
    assert (done.batches, done.findings, done.opened, done.extended, done.error) == (2, 2, 1, 1, "")
    expected = [("ssh_login_from_outside", TESTER, 1), ("ssh_login_from_outside", INTRUDER, 2)]
    assert told(loader.db) == expected
    assert backtest(detector, "ssh_login_from_outside", *SPAN).findings == 0
    load(loader, ("Failed", INTRUDER, 20))
    detector.run()
    assert told(loader.db) == expected


@pytest.mark.store
def test_a_correlation_is_run_again_over_the_past(centre: tuple[Loader, Detector]) -> None:
    """It finds the episode that it missed, over batches that are looked at together."""
    loader, detector = centre
    rule_states.disable_rule(loader.db, IDS["ssh_password_guessing"], reason="loud", author="lee", now=NOW)
    for start in (0, 13):
        load(loader, *(("Failed", INTRUDER, start + second) for second in range(13)))
    detector.run()
    rule_states.enable_rule(loader.db, IDS["ssh_password_guessing"])
    done = backtest(detector, "ssh_password_guessing", *SPAN)
    assert (done.findings, done.opened) == (1, 1)
    assert backtest(detector, "ssh_password_guessing", *SPAN).findings == 0
    assert told(loader.db) == [("ssh_password_guessing", INTRUDER, 1)]


@pytest.mark.store
def test_a_span_that_ends_before_it_begins_is_refused(centre: tuple[Loader, Detector]) -> None:
    """With a sentence."""
    _, detector = centre
    with pytest.raises(UsageError, match="ends before it begins"):
        backtest(detector, "ssh_password_guessing", NOW, NOW - HOUR)
