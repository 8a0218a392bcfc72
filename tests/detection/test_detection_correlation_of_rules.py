"""Correlations of several rules: together, in order, and one inside another."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import product
from pathlib import Path
from random import Random

import pytest
from writing_rules import DETECTED, FROM, START, TO, accepted_login, failed_login, ruleset, write_company

from secmon.detection.correlation.engine import correlate
from secmon.detection.engine.batches import Batches
from secmon.detection.sigma.ruleset import RuleSet
from secmon.store.client import Store
from secmon.store.load import Lines, insert_lines

Logins = Sequence[tuple[float, bool]]
"""Seconds and whether the login was accepted."""


def company(folder: Path, kind: str, rules: list[str], by: Sequence[str] = ("site", "src_ip")) -> RuleSet:
    """A correlation over these rules within a minute."""
    about = {"type": kind, "rules": rules, "group-by": list(by), "timespan": "60s"}
    read = ruleset(write_company(folder, "company", about))
    assert not read.rejected
    return RuleSet((), tuple(one for one in read.correlations if one.title_en == "company"), ())


def load(store: Store, batch_id: str, logins: Logins, source: str = "203.0.113.9", site: str = "11110") -> None:
    """Logins of one source at one site as a batch."""
    load_all(store, batch_id, {source: logins}, site)


def load_all(store: Store, batch_id: str, logins: Mapping[str, Logins], site: str = "11110") -> None:
    """Logins of several sources at one site as a batch."""
    lines = [
        (accepted_login if accepted else failed_login)(second, source)
        for source, several in logins.items()
        for second, accepted in several
    ]
    insert_lines(store, batch_id, [Lines(site, "linux", "rfc5424", START + timedelta(minutes=30), lines)])


def run(store: Store, rules: RuleSet, *batch_ids: str) -> int:
    """Findings written over these batches."""
    report = correlate(store, rules, Batches.of(batch_ids, FROM, TO), DETECTED)
    assert not report.errors
    return report.findings


def spans(store: Store) -> list[tuple[int, int, int]]:
    """First and last second and events of every finding."""
    return store.rows(
        "SELECT dateDiff('second', {start:DateTime('UTC')}, time),"
        " dateDiff('second', {start:DateTime('UTC')}, last_time), event_count FROM findings FINAL ORDER BY time",
        {"start": START.replace(tzinfo=None)},
    )


@pytest.mark.store
@pytest.mark.parametrize(
    ("logins", "together", "ordered"),
    [
        ([(0, False), (30, True)], [(0, 30, 2)], [(0, 30, 2)]),
        ([(0, True), (30, False)], [(0, 30, 2)], []),
        ([(0, False), (60, True)], [], []),
        ([(5, True), (5, False)], [(5, 5, 2)], [(5, 5, 2)]),
        ([(0, False), (40, False), (70, True)], [(40, 70, 2)], [(40, 70, 2)]),
        ([(0, False), (10, True), (200, False), (220, True)], [(0, 10, 2), (200, 220, 2)], [(0, 10, 2), (200, 220, 2)]),
        ([(0, False), (10, False)], [], []),
    ],
)
def test_rules_match_together_or_in_order(
    store: Store,
    tmp_path: Path,
    logins: Logins,
    together: list[tuple[int, int, int]],
    ordered: list[tuple[int, int, int]],
) -> None:
    """All rules within the timespan; in order, each one not before the one named before it."""
    load(store, "b1", logins)
    for kind, expected in (("temporal", together), ("temporal_ordered", ordered)):
        run(store, company(tmp_path, kind, ["failed", "accepted"]), "b1")
        assert spans(store) == expected
        store.command("TRUNCATE TABLE findings")


@pytest.mark.store
def test_a_late_first_step_completes_the_order(store: Store, tmp_path: Path) -> None:
    """The failure that arrives after the login which followed it."""
    rules = company(tmp_path, "temporal_ordered", ["failed", "accepted"])
    load(store, "b1", [(30, True)])
    assert run(store, rules, "b1") == 0
    load(store, "b2", [(10, False)])
    assert run(store, rules, "b2") == 1
    assert run(store, rules, "b1", "b2") == 0
    assert spans(store) == [(10, 30, 2)]


@pytest.mark.store
def test_groups_are_kept_apart(store: Store, tmp_path: Path) -> None:
    """A failure of one source and a login of another are no company, nor are two sites unless the group says so."""
    load(store, "b1", [(0, False)])
    load(store, "b2", [(10, True)], source="203.0.113.10")
    load(store, "b3", [(20, True)], site="11140")
    assert run(store, company(tmp_path, "temporal", ["failed", "accepted"]), "b1", "b2", "b3") == 0
    assert run(store, company(tmp_path, "temporal", ["failed", "accepted"], by=["src_ip"]), "b1", "b2", "b3") == 2


@pytest.mark.store
@pytest.mark.parametrize(
    ("logins", "expected"),
    [
        ([(0, False), (10, False), (20, False), (50, True)], 1),
        ([(0, False), (10, False), (50, True)], 0),
        ([(0, True), (10, False), (20, False), (30, False)], 0),
        ([(0, False), (10, False), (65, False), (70, True)], 0),  # never three within a minute
        ([(0, False), (10, False), (20, False), (90, True)], 0),  # a minute after the third there is nothing to follow
    ],
)
def test_a_correlation_can_be_a_step(store: Store, tmp_path: Path, logins: Logins, expected: int) -> None:
    """A burst of failures, then a login: the burst counts from the event at which it was one."""
    load(store, "b1", logins)
    assert run(store, company(tmp_path, "temporal_ordered", ["guessing", "accepted"]), "b1") == expected


@pytest.mark.store
def test_a_step_may_be_in_an_earlier_batch(store: Store, tmp_path: Path) -> None:
    """The burst was loaded before the login, by lines older than the look-back of the outer correlation."""
    rules = company(tmp_path, "temporal_ordered", ["guessing", "accepted"])
    load(store, "b1", [(0, False), (30, False), (59, False)])
    assert run(store, rules, "b1") == 0
    load(store, "b2", [(110, True)])
    assert run(store, rules, "b2") == 1
    assert spans(store) == [(59, 110, 2)]


@pytest.mark.store
def test_order_is_exact_for_any_sequence(store: Store, tmp_path: Path) -> None:
    """Against a plain search over every pair, for 120 sources with random logins."""
    random = Random(226)
    expected, every = set(), {}
    for number in range(120):
        logins = sorted((random.randrange(0, 600), random.random() < 0.3) for _ in range(random.randrange(1, 9)))
        source = f"203.0.113.{number}"
        every[source] = logins
        pairs = product(logins, logins)
        if any(not a[1] and b[1] and 0 <= b[0] - a[0] < 60 for a, b in pairs):
            expected.add(source)
    load_all(store, "b1", every)
    run(store, company(tmp_path, "temporal_ordered", ["failed", "accepted"]), "b1")
    assert {actor for (actor,) in store.rows("SELECT DISTINCT actor FROM findings")} == expected
    assert 20 < len(expected) < 100
