"""Killed at any moment, the centre loses nothing and doubles nothing."""

import multiprocessing
import os
import random
import sqlite3
import time
from contextlib import closing
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import crash_child
import pytest
from simulated_sites import fingerprint, simulating
from unreliable_network import TROUBLES, unreliable

from secmon.detection.sigma.ruleset import load_rules
from secmon.ingest.configured_feeds import feed_addresses
from secmon.settings import Settings

KILLS = int(os.environ.get("SECMON_TEST_KILLS", "20"))
MOMENTS = ("any", "loading", "any", "loading", "opening")


@pytest.mark.store
@pytest.mark.slow
def test_kills_lose_and_double_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGKILL at random moments of opening, repairing, collecting, loading and detecting; a clean run makes it whole.

    Meanwhile a fifth of the answers are lost, refused, cut, late, or belong to another question.
    SECMON_TEST_KILLS sets how many kills (20).
    """
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))  # where the clean process finds crash_child
    chance = random.Random(226)
    scenarios = ("ssh-guessing@-20m", "sweep-scan@-40m")
    with (
        simulating(tmp_path / "sites", rate=100.0, history=timedelta(hours=1), scenarios=scenarios) as simulation,
        unreliable(simulation.port) as network,
    ):
        settings = simulation.settings(tmp_path / "data", port=network.port)
        settings = Settings.model_validate(settings.model_dump())  # a class that pickles
        given = (settings, feed_addresses(settings))
        left: list[str] = []
        for number in range(KILLS):
            _run_and_kill(given, number, MOMENTS[number % len(MOMENTS)], chance.random())
            left += _states(settings.data / "desk.sqlite3")
        network.share = 0.0
        account = _finish(given)
        sent = {key: fingerprint(lines) for key, lines in simulation.first_lines(account.taken).items()}
    assert set(network.suffered) == {"none", *TROUBLES}
    taken = account.taken
    assert sum(taken.values()) > 20_000
    assert left.count("in_flight") >= 3, f"hardly a kill came while a batch was loaded: {left}"
    assert sent == account.stored
    assert account.intake == taken == {key: count for key, (count, _) in account.stored.items()}
    assert account.rows_twice == 0
    assert (account.uneven_days, account.totals) == ((), account.totals_counted)
    backlog = account.backlog
    assert (backlog.spooled, backlog.undetected, backlog.failed, backlog.error) == (0, 0, 0, "")
    assert backlog.lines == backlog.events + backlog.quarantined == sum(taken.values())
    assert list(settings.spool.iterdir()) == []
    _assert_alerts(account)


def _states(path: Path) -> list[str]:
    """States of the batches that a killed process left unfinished."""
    if not path.exists():
        return []
    with closing(sqlite3.connect(path)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'batches'").fetchall():
            return []
        return [state for (state,) in connection.execute("SELECT state FROM batches WHERE state != 'detected'")]


def _assert_alerts(account: crash_child.Account) -> None:
    """Each attack is one alert at each site, found once."""
    names = {rule.id: rule.name for rule in load_rules().signatures}
    guessing = [alert for alert in account.alerts if names[alert[0]] == "ssh_password_guessing"]
    assert [findings for *_, findings, _ in guessing] == [1]
    swept = [(site, findings) for rule, site, _, findings, _ in account.alerts if names[rule] == "sweep_scan"]
    assert len(swept) >= 10
    assert len(dict(swept)) == len(swept)
    assert {findings for _, findings in swept} == {1}


def _start(target: Any, given: tuple[Any, ...], *more: int) -> tuple[Any, Connection]:
    """A process of its own from a clean, already imported one: an open store must not be forked."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pytest", "crash_child"])
    listen, told = context.Pipe(duplex=False)
    process = context.Process(target=target, args=(*given, told, *more))
    process.start()
    told.close()
    return process, listen


def _run_and_kill(given: tuple[Any, ...], life: int, moment: str, chance: float) -> None:
    """Let it open the folder, work, or begin to load a batch, and kill it a chance of a second or two later."""
    process, listen = _start(crash_child.work, given, life)
    try:
        assert listen.recv() == "opening"
        if moment == "opening":
            time.sleep(0.6 * chance)
        else:
            assert listen.recv() == "collecting"
            while (
                moment == "loading"
                and process.is_alive()
                and "in_flight" not in _states(given[0].data / "desk.sqlite3")
            ):
                time.sleep(0.01)
            time.sleep(0.2 * chance if moment == "loading" else 0.2 + 1.8 * chance)
        assert process.is_alive(), "it ended by itself"
    finally:
        process.kill()
        process.join()
        process.close()
        listen.close()


def _finish(given: tuple[Any, ...]) -> crash_child.Account:
    """The account after a clean run."""
    process, listen = _start(crash_child.finish, given)
    try:
        account = listen.recv()
        process.join()
        assert process.exitcode == 0
    finally:
        process.kill()
        process.join()
        process.close()
        listen.close()
    assert isinstance(account, crash_child.Account)
    return account
