"""Scripted attacks and quiet hours, from the simulator to the alerts."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from simulated_sites import simulating, watching

from secmon.alerts import queries as alert_queries
from secmon.alerts.triage import triage
from secmon.db.database import Database
from secmon.db.models import BatchState
from secmon.detection.sigma.ruleset import load_rules
from secmon.ingest import batch_journal
from secmon.pipeline.backfill import backfill
from secmon.pipeline.pipeline import Pipeline
from secmon.pipeline.record_batch import spool_batch
from secmon.settings import load_settings
from secmon.store.client import Store
from secmon.store.load import Lines, table_of
from secmon.taxonomy import Severity

NOW = datetime.now(UTC)
NAMES = {rule.id: rule.name for rule in load_rules().signatures}


@pytest.fixture
def pipeline(store: Store, tmp_path: Path) -> Iterator[Pipeline]:
    """The jobs over a centre without feeds."""
    with watching(store, load_settings(data=tmp_path)) as pipeline:
        yield pipeline


def guess(pipeline: Pipeline, seconds: range) -> None:
    """Failed logins at these seconds after NOW, loaded as one batch."""
    lines = [
        f"<86>1 {(NOW + timedelta(seconds=second)).isoformat()} h sshd 1 - - "
        f"Failed password for root from 203.0.113.9 port 4200 ssh2".encode()
        for second in seconds
    ]
    rows = table_of([Lines("11110", "auth", "rfc5424", NOW, lines)])
    batch_journal.add_batch(pipeline.loader.db, spool_batch(pipeline.loader.spool, rows, datetime.now(UTC)))
    assert pipeline.loader.drain() == len(lines)


def told(db: Database) -> list[tuple[str, str, str, int, int]]:
    """Every alert as rule, site, actor, findings and events."""
    return sorted(
        (NAMES[alert.rule_id], alert.site, alert.actor, alert.findings, alert.events)
        for alert in alert_queries.newest_alerts(db, 1000)
    )


@pytest.mark.store
def test_a_backtest_waits_for_one_pass_only(pipeline: Pipeline) -> None:
    """While new batches keep arriving during each pass, a backtest runs between two passes."""
    arriving = iter(range(5))

    def clock() -> datetime:
        for second in arriving:
            guess(pipeline, range(second, second + 1))
            break
        return datetime.now(UTC)

    async def backtest_during_detection() -> bool:
        detection = asyncio.create_task(pipeline.detect())
        await asyncio.sleep(0)
        await pipeline.rerun("ssh_password_guessing", NOW - timedelta(hours=1), NOW + timedelta(hours=1))
        ended = detection.done()
        await detection
        return ended

    pipeline.detector = replace(pipeline.detector, clock=clock)
    guess(pipeline, range(10, 20))
    assert asyncio.run(backtest_during_detection()) is False
    assert batch_journal.batches(pipeline.loader.db, BatchState.LOADED) == []


@pytest.mark.store
def test_loaded_batches_are_looked_at_once(pipeline: Pipeline) -> None:
    """Findings become an alert, the batch is detected, and a run without new batches does nothing."""
    guess(pipeline, range(25))
    assert asyncio.run(pipeline.detect()).opened == 1
    assert told(pipeline.loader.db) == [("ssh_password_guessing", "11110", "203.0.113.9", 1, 25)]
    assert batch_journal.batches(pipeline.loader.db, BatchState.LOADED) == []
    assert asyncio.run(pipeline.detect()) == asyncio.run(pipeline.detect())
    guess(pipeline, range(30, 40))
    result = asyncio.run(pipeline.detect())
    assert (result.opened, result.extended) == (0, 1)
    assert told(pipeline.loader.db) == [("ssh_password_guessing", "11110", "203.0.113.9", 1, 35)]


@pytest.mark.store
def test_a_crash_between_findings_and_alerts_loses_and_doubles_nothing(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Findings are in the store, the alerts are not, the process dies: the next run opens every alert, once."""

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    guess(pipeline, range(25))
    monkeypatch.setattr("secmon.pipeline.detect.triage", die)
    with pytest.raises(KeyboardInterrupt):
        pipeline.detector.run()
    monkeypatch.undo()
    assert told(pipeline.loader.db) == []
    assert len(batch_journal.batches(pipeline.loader.db, BatchState.LOADED)) == 1
    assert pipeline.detector.run().opened == 1
    assert told(pipeline.loader.db) == [("ssh_password_guessing", "11110", "203.0.113.9", 1, 25)]


@pytest.mark.store
def test_a_crash_after_the_alerts_changes_nothing(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """Alerts and detected batches are one transaction: what was committed is not done again."""

    def finish_and_die(*arguments: Any, **more: Any) -> None:
        triage(*arguments, **more)
        raise KeyboardInterrupt

    guess(pipeline, range(25))
    monkeypatch.setattr("secmon.pipeline.detect.triage", finish_and_die)
    with pytest.raises(KeyboardInterrupt):
        pipeline.detector.run()
    monkeypatch.undo()
    before = told(pipeline.loader.db)
    assert pipeline.detector.run().opened == 0
    assert told(pipeline.loader.db) == before != []


@pytest.mark.store
def test_a_clock_that_was_set_back_hides_no_finding(pipeline: Pipeline) -> None:
    """What is found after the clock went back an hour opens its alert all the same."""
    guess(pipeline, range(25))
    pipeline.detector.run()
    guess(pipeline, range(7 * 3600, 7 * 3600 + 25))
    earlier = replace(pipeline.detector, clock=lambda: datetime.now(UTC) - timedelta(hours=1))
    assert earlier.run().opened == 1
    assert len(told(pipeline.loader.db)) == 2


@pytest.mark.store
def test_more_batches_than_one_pass_takes(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """An attack spread over many batches is one alert, however the passes cut it."""
    monkeypatch.setattr("secmon.pipeline.detect._TOGETHER", 2)
    for start in range(0, 50, 10):
        guess(pipeline, range(start, start + 10))
    pipeline.detector.run()
    assert batch_journal.batches(pipeline.loader.db, BatchState.LOADED) == []
    assert told(pipeline.loader.db) == [("ssh_password_guessing", "11110", "203.0.113.9", 1, 50)]


def truth(path: Path, scenario: str) -> tuple[str, set[str]]:
    """Source and sites of a scenario, as the simulator wrote them down."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    mine = [line for line in lines if line["scenario"] == scenario]
    [source] = {line["source"] for line in mine}
    return source, {line["site"] for line in mine}


@pytest.mark.store
@pytest.mark.slow
def test_both_scripted_attacks_are_found_in_the_history(store: Store, tmp_path: Path) -> None:
    """An SSH attack on one site and a scan over two dozen, an hour of everybody's logs around them."""
    scenarios = ("ssh-guessing@-20m", "sweep-scan@-40m")
    with (
        simulating(tmp_path / "simulator", history=timedelta(hours=1), scenarios=scenarios) as simulation,
        watching(store, simulation.settings(tmp_path / "data")) as pipeline,
    ):
        asyncio.run(backfill(pipeline, lambda _: None))
        alerts = told(pipeline.loader.db)
        intruder, [attacked] = truth(simulation.truth, "ssh-guessing")
        scanner, scanned = truth(simulation.truth, "sweep-scan")
    at_site = {(name, actor) for name, site, actor, _, _ in alerts if site == attacked}
    assert {("ssh_password_guessing", intruder), ("ssh_login_from_outside", intruder)} <= at_site
    assert {"sudo_root_shell", "sudo_account_change", "sudo_shadow_read"} <= {name for name, _ in at_site}
    swept = {site for name, site, actor, _, _ in alerts if (name, actor) == ("sweep_scan", scanner)}
    assert len(swept) >= 10
    assert swept <= scanned
    assert [events for name, _, actor, _, events in alerts if (name, actor) == ("ssh_password_guessing", intruder)] == [
        store.rows(
            "SELECT count() FROM events WHERE src_endpoint_ip = {ip:String} AND startsWith(message, 'Failed ')",
            {"ip": intruder},
        )[0][0]
    ]


@pytest.mark.store
@pytest.mark.slow
def test_a_quiet_hour_raises_nothing_above_low(store: Store, tmp_path: Path) -> None:
    """Without an attack nothing of medium severity or worse comes to the operators."""
    with (
        simulating(tmp_path / "simulator", history=timedelta(hours=1)) as simulation,
        watching(store, simulation.settings(tmp_path / "data")) as pipeline,
    ):
        assert asyncio.run(backfill(pipeline, lambda _: None)) > 10_000
        loud = alert_queries.newest_alerts(pipeline.loader.db, 100, least=Severity.LOW + 1)
        assert [(NAMES[alert.rule_id], alert.site, alert.actor) for alert in loud] == []
