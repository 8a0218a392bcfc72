"""Killed at any moment, the centre loses nothing and doubles nothing."""

import multiprocessing
import random
import time
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import crash_child
import pytest
from simulated_sites import fingerprint, simulating

from secmon.app import feed_addresses
from secmon.rules.ruleset import load_rules

KILLS = 20


@pytest.mark.store
@pytest.mark.slow
def test_twenty_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    """SIGKILL at random moments of opening, collecting, loading and detecting; then one clean run makes it whole."""
    chance = random.Random(226)
    scenarios = ("ssh-guessing@-20m", "sweep-scan@-40m")
    with simulating(tmp_path / "sites", rate=150.0, history=timedelta(hours=1), scenarios=scenarios) as simulation:
        settings = simulation.settings(tmp_path / "data")
        given = (settings, feed_addresses(settings))
        states: list[str] = []
        for number in range(KILLS):
            opening = number % 5 == 4  # every fifth dies while it opens the folder and repairs
            _run_and_kill(given, chance.uniform(0, 0.6) if opening else chance.uniform(0.2, 2), opening=opening)
            states += [path.suffix for path in settings.spool.glob("*")]
        account = _finish(given)
        sent = {key: fingerprint(lines) for key, lines in simulation.first_lines(account.journal).items()}
    taken = {key: lines for key, lines in account.journal.items() if lines}
    assert sum(taken.values()) > 20_000
    assert states, "no kill ever left a batch behind: the test is too gentle"
    assert {key: value for key, value in sent.items() if value[0]} == account.stored
    assert account.intake == taken == {key: count for key, (count, _) in account.stored.items()}
    assert account.rows_twice == 0
    assert (account.uneven_days, account.totals) == ((), account.totals_counted)
    backlog = account.backlog
    assert (backlog.spooled, backlog.undetected, backlog.failed, backlog.error) == (0, 0, 0, "")
    assert backlog.lines == backlog.events + backlog.quarantined == sum(taken.values())
    assert list(settings.spool.iterdir()) == []
    _assert_alerts(account)


def _assert_alerts(account: crash_child.Account) -> None:
    """Each attack is one alert at each site, found once."""
    names = {rule.id: rule.name for rule in load_rules().signatures}
    guessing = [alert for alert in account.alerts if names[alert[0]] == "ssh_password_guessing"]
    assert [findings for *_, findings, _ in guessing] == [1]
    swept = [(site, findings) for rule, site, _, findings, _ in account.alerts if names[rule] == "sweep_scan"]
    assert len(swept) >= 10
    assert len(dict(swept)) == len(swept)
    assert {findings for _, findings in swept} == {1}


def _start(target: Any, given: tuple[Any, ...]) -> tuple[Any, Connection]:
    """A process of its own from a clean, already imported one: an open store must not be forked."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pytest", "crash_child"])
    listen, told = context.Pipe(duplex=False)
    process = context.Process(target=target, args=(*given, told))
    process.start()
    told.close()
    return process, listen


def _run_and_kill(given: tuple[Any, ...], seconds: float, *, opening: bool) -> None:
    """Let it work (or open the folder) for so long, then kill it."""
    process, listen = _start(crash_child.work, given)
    try:
        assert listen.recv() == "opening"
        if not opening:
            assert listen.recv() == "working"
        time.sleep(seconds)
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
