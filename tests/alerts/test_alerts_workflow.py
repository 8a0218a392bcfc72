"""Alerts at the desk: moves, owners, closing classes, merging, and two operators at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from secmon.alerts import queries as queue
from secmon.alerts import suppression, workflow
from secmon.alerts.queries import Wanted
from secmon.alerts.triage import FoundGroup, triage
from secmon.alerts.workflow import Closure
from secmon.db.audit_log import Actor, entries, verify
from secmon.db.database import Desk
from secmon.db.models import Alert, AlertStatus
from secmon.errors import ConflictError, IllegalMove, NotFoundError
from secmon.sites.scope import EVERYTHING, Scope

pytest_plugins = "database_fixtures"
NOW = datetime(2026, 11, 25, 1, tzinfo=UTC)
KIM, LEE = Actor("operator1", "127.0.0.1"), Actor("operator2", "127.0.0.2")
MINUTE = timedelta(minutes=1)
GROUP = FoundGroup(
    rule_id="rule-1", site="11110", actor="203.0.113.9", correlated=False, severity=4, attack_type="malware",
    group_uid="", site_count=1, findings=1, events=1, first_time=NOW, last_time=NOW,
)  # fmt: skip


def opened(desk: Desk, *sites: str, rule: str = "rule-1") -> list[int]:
    """New alerts of one rule at these sites; their ids."""
    for site in sites:
        place = FoundGroup(rule, site, GROUP.actor, False, 4, "malware", "", 1, 1, 1, NOW, NOW)
        triage(desk, [place], [], quiet=timedelta(hours=6), now=NOW)
    return [alert.id for alert in reversed(queue.page(desk, EVERYTHING, limit=len(sites)))]


def test_the_way_of_an_alert(desk: Desk) -> None:
    """New, acknowledged, in progress, closed; each time is kept, and the audit log tells who did what."""
    [number] = opened(desk, "11110")
    workflow.acknowledge(desk, EVERYTHING, [number], actor=KIM, now=NOW + MINUTE)
    workflow.start(desk, EVERYTHING, [number], actor=KIM, now=NOW + 2 * MINUTE, note="calling the city")
    workflow.close(desk, EVERYTHING, [number], Closure.TRUE_POSITIVE, note="cleaned", actor=LEE, now=NOW + 3 * MINUTE)
    alert = queue.get(desk, EVERYTHING, number)
    assert (alert.status, alert.owner, alert.closure, alert.note) == ("closed", "operator1", "true_positive", "cleaned")
    assert (alert.acknowledged_at, alert.started_at, alert.closed_at) == tuple(NOW + n * MINUTE for n in (1, 2, 3))
    told = [(one.actor, one.action) for one in entries(desk, EVERYTHING, limit=9, subject=f"alert:{number}")]
    assert told == [
        ("operator2", "alert.closed"), ("operator1", "alert.in_progress"), ("operator1", "alert.acknowledged"),
    ]  # fmt: skip
    assert verify(desk) is None


@pytest.mark.parametrize("note", ["", "  \n"])
def test_closing_needs_a_note(desk: Desk, note: str) -> None:
    """Without one nothing is closed."""
    [number] = opened(desk, "11110")
    with pytest.raises(IllegalMove, match="the note to the closing of alert"):
        workflow.close(desk, EVERYTHING, [number], Closure.BENIGN, note=note, actor=KIM, now=NOW)
    assert queue.get(desk, EVERYTHING, number).status == "new"


def test_illegal_moves_say_what_is_legal(desk: Desk) -> None:
    """An alert cannot be acknowledged twice, begun after its end, closed twice, nor reopened while open."""
    [number] = opened(desk, "11110")
    with pytest.raises(IllegalMove, match="not closed: there is nothing to reopen"):
        workflow.reopen(desk, EVERYTHING, [number], note="again", actor=KIM, now=NOW)
    workflow.acknowledge(desk, EVERYTHING, [number], actor=KIM, now=NOW)
    with pytest.raises(IllegalMove, match=r"acknowledged and cannot become acknowledged; .* closed, in_progress"):
        workflow.acknowledge(desk, EVERYTHING, [number], actor=LEE, now=NOW)
    workflow.close(desk, EVERYTHING, [number], Closure.BENIGN, note="a test", actor=KIM, now=NOW)
    moves: tuple[Callable[[], object], ...] = (
        lambda: workflow.start(desk, EVERYTHING, [number], actor=KIM, now=NOW),
        lambda: workflow.close(desk, EVERYTHING, [number], Closure.BENIGN, note="n", actor=KIM, now=NOW),
        lambda: workflow.assign(desk, EVERYTHING, [number], "operator3", actor=KIM, now=NOW),
    )
    for move in moves:
        with pytest.raises(IllegalMove, match=f"alert {number} is closed"):
            move()


def test_many_are_closed_with_one_note_or_none_is(desk: Desk) -> None:
    """When one of them cannot move, none does."""
    ids = opened(desk, "11110", "11140", "26110")
    workflow.close(desk, EVERYTHING, ids[:1], Closure.BENIGN, note="early", actor=KIM, now=NOW)
    with pytest.raises(IllegalMove):
        workflow.close(desk, EVERYTHING, ids[::-1], Closure.FALSE_POSITIVE, note="scanner", actor=KIM, now=NOW)
    assert queue.number_of(desk, EVERYTHING, Wanted(status=("new",))) == 2
    workflow.close(desk, EVERYTHING, ids[1:], Closure.FALSE_POSITIVE, note="scanner", actor=KIM, now=NOW)
    closed = queue.search(desk, EVERYTHING, Wanted(closure="false_positive"), limit=9)
    assert {(alert.id, alert.note) for alert in closed} == {(ids[1], "scanner"), (ids[2], "scanner")}


def test_two_operators_at_once_are_told(desk: Desk) -> None:
    """Whoever decides on an old view is told who was faster, and when; nothing is overwritten."""
    [number] = opened(desk, "11110")
    seen = queue.get(desk, EVERYTHING, number).version
    workflow.assign(desk, EVERYTHING, [number], "operator1", actor=KIM, now=NOW, versions={number: seen})
    with pytest.raises(ConflictError, match="changed by operator1 at 2026-11-25 01:00:00 UTC") as told:
        workflow.assign(desk, EVERYTHING, [number], "operator2", actor=LEE, now=NOW, versions={number: seen})
    assert (told.value.by, told.value.at) == ("operator1", NOW)
    assert queue.get(desk, EVERYTHING, number).owner == "operator1"


def test_of_eight_at_the_same_moment_one_wins(desk: Desk) -> None:
    """On threads: one acknowledges, the others are refused, the chain holds."""
    [number] = opened(desk, "11110")
    seen = queue.get(desk, EVERYTHING, number).version

    def race(n: int) -> str:
        try:
            workflow.acknowledge(
                desk, EVERYTHING, [number], actor=Actor(f"operator{n}"), now=NOW, versions={number: seen}
            )
        except ConflictError:
            return "told"
        return "won"

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(race, range(8))) == ["told"] * 7 + ["won"]
    assert queue.get(desk, EVERYTHING, number).version == seen + 1
    assert verify(desk) is None


def test_findings_do_not_disturb_an_operator(desk: Desk) -> None:
    """What the machine adds to an alert is no change by somebody else."""
    [number] = opened(desk, "11110")
    seen = queue.get(desk, EVERYTHING, number).version
    triage(desk, [GROUP], [], quiet=timedelta(hours=6), now=NOW + MINUTE)
    workflow.acknowledge(desk, EVERYTHING, [number], actor=KIM, now=NOW + MINUTE, versions={number: seen})
    assert queue.get(desk, EVERYTHING, number).findings == 2


def test_what_lies_outside_the_scope_does_not_exist(desk: Desk) -> None:
    """For reading and for changing, and the two are not told apart."""
    [here, there] = opened(desk, "11110", "26110")
    seoul = Scope.of_sites(["11110"])
    assert [alert.id for alert in queue.search(desk, seoul, limit=9)] == [here]
    for number in (there, 999):
        with pytest.raises(NotFoundError, match=f"alert {number} does not exist, or lies outside"):
            queue.get(desk, seoul, number)
        with pytest.raises(NotFoundError, match=f"alert {number} does not exist, or lies outside"):
            workflow.acknowledge(desk, seoul, [here, number], actor=KIM, now=NOW)
    assert queue.get(desk, EVERYTHING, here).status == "new"


def test_a_reopened_alert_keeps_its_first_times(desk: Desk) -> None:
    """Closing class and closing time go; when it was first acknowledged stays."""
    [number] = opened(desk, "11110")
    workflow.close(desk, EVERYTHING, [number], Closure.BENIGN, note="a test", actor=KIM, now=NOW + MINUTE)
    workflow.reopen(desk, EVERYTHING, [number], note="no test after all", actor=LEE, now=NOW + 2 * MINUTE)
    alert = queue.get(desk, EVERYTHING, number)
    assert (alert.status, alert.closure, alert.closed_at) == ("acknowledged", "", None)
    assert (alert.acknowledged_at, alert.note) == (NOW + MINUTE, "no test after all")


def test_of_a_reopened_and_a_newer_alert_one_gathers(desk: Desk) -> None:
    """After the closing a new alert opened; the reopened one takes no findings in, and the database stays content."""
    [first] = opened(desk, "11110")
    workflow.close(desk, EVERYTHING, [first], Closure.BENIGN, note="a test", actor=KIM, now=NOW)
    [second] = opened(desk, "11110")
    workflow.reopen(desk, EVERYTHING, [first], note="look again", actor=KIM, now=NOW)
    triage(desk, [GROUP], [], quiet=timedelta(hours=6), now=NOW + MINUTE)
    assert [queue.get(desk, EVERYTHING, number).findings for number in (first, second)] == [1, 2]
    workflow.close(desk, EVERYTHING, [second], Closure.BENIGN, note="a test", actor=KIM, now=NOW)
    workflow.reopen(desk, EVERYTHING, [second], note="look again", actor=KIM, now=NOW)
    assert queue.get(desk, EVERYTHING, second).gathering


def test_merged_alerts_hide_and_come_back(desk: Desk) -> None:
    """They leave queue and counts, close with their parent as duplicates, and are open again when unmerged."""
    parent, child, other = opened(desk, "11110", "11140", "26110")
    workflow.merge(desk, EVERYTHING, [child], parent, note="same campaign", actor=KIM, now=NOW)
    assert [alert.id for alert in queue.search(desk, EVERYTHING, limit=9, order="oldest")] == [parent, other]
    assert set(queue.open_by_site(desk, NOW)) == {"11110", "26110"}
    assert [alert.id for alert in queue.merged_into(desk, EVERYTHING, parent)] == [child]
    with pytest.raises(IllegalMove, match=f"merged into alert {parent}: act there, or unmerge it"):
        workflow.acknowledge(desk, EVERYTHING, [child], actor=KIM, now=NOW)
    workflow.close(desk, EVERYTHING, [parent], Closure.TRUE_POSITIVE, note="done", actor=KIM, now=NOW)
    assert queue.get(desk, EVERYTHING, child).closure == "duplicate"
    workflow.unmerge(desk, EVERYTHING, [child], actor=LEE, now=NOW)
    back = queue.get(desk, EVERYTHING, child)
    assert (back.status, back.merged_into, back.closure) == ("acknowledged", None, "")
    with pytest.raises(IllegalMove, match="merged into no other"):
        workflow.unmerge(desk, EVERYTHING, [child], actor=LEE, now=NOW)


def test_merging_that_makes_no_sense_is_refused(desk: Desk) -> None:
    """Into itself, into a closed one, and chains."""
    one, two, three = opened(desk, "11110", "11140", "26110")
    refused: list[tuple[int, int, str]] = [(one, one, "into itself")]
    workflow.merge(desk, EVERYTHING, [two], one, actor=KIM, now=NOW)
    refused += [(one, three, "others are merged into"), (three, two, "is merged into alert")]
    for number, into, why in refused:
        with pytest.raises(IllegalMove, match=why):
            workflow.merge(desk, EVERYTHING, [number], into, actor=KIM, now=NOW)
    workflow.close(desk, EVERYTHING, [three], Closure.BENIGN, note="n", actor=KIM, now=NOW)
    with pytest.raises(IllegalMove, match="must both be open"):
        workflow.merge(desk, EVERYTHING, [three], one, actor=KIM, now=NOW)


def test_suppressed_findings_open_nothing_until_the_end(desk: Desk) -> None:
    """They are counted; others, and later ones, open alerts as usual."""
    [number] = opened(desk, "11110")
    end = NOW + timedelta(days=1)
    row = suppression.suppress(desk, EVERYTHING, number, until=end, reason="known probe", actor=KIM, now=NOW)
    assert queue.get(desk, EVERYTHING, number).closure == "benign"

    def run(at: datetime, site: str = "11110") -> int:
        group = FoundGroup("rule-1", site, GROUP.actor, False, 4, "malware", "", 1, 1, 1, at, at)
        return triage(desk, [group], [], quiet=timedelta(hours=6), now=at).opened

    assert [run(NOW + MINUTE), run(NOW + 2 * MINUTE), run(NOW + MINUTE, "11140"), run(end)] == [0, 0, 1, 1]
    [kept] = suppression.every(desk, EVERYTHING)
    assert (kept.suppressed, kept.last_time) == (2, NOW + 2 * MINUTE)
    assert suppression.suppressed_since(desk, EVERYTHING, NOW) == 2
    assert suppression.every(desk, Scope.of_sites(["11140"])) == []
    with pytest.raises(IllegalMove, match="ended at"):
        suppression.lift(desk, EVERYTHING, row.id, actor=KIM, now=end)


def test_a_lifted_suppression_ends(desk: Desk) -> None:
    """From then on alerts open again; a suppression that ends before it begins, or says no reason, is none."""
    [number] = opened(desk, "11110")
    end = NOW + timedelta(days=1)
    wrong: tuple[tuple[datetime, str], ...] = ((NOW, "reason"), (end, " "))
    for until, reason in wrong:
        with pytest.raises(IllegalMove):
            suppression.suppress(desk, EVERYTHING, number, until=until, reason=reason, actor=KIM, now=NOW)
    row = suppression.suppress(desk, EVERYTHING, number, until=end, reason="known", actor=KIM, now=NOW)
    assert len(suppression.every(desk, EVERYTHING, now=NOW)) == 1
    suppression.lift(desk, EVERYTHING, row.id, actor=LEE, now=NOW + MINUTE)
    assert suppression.every(desk, EVERYTHING, now=NOW + MINUTE) == []
    assert triage(desk, [GROUP], [], quiet=timedelta(hours=6), now=NOW + MINUTE).opened == 1


SEARCHES: tuple[tuple[Callable[[], Wanted], int], ...] = (
    (lambda: Wanted(sites=("11110", "26110")), 2),
    (lambda: Wanted(least=5), 0),
    (lambda: Wanted(text="203.0.113.9"), 3),
    (lambda: Wanted(text="%"), 0),
    (lambda: Wanted(rule_id="rule-1", attack_type="malware", owner=""), 3),
    (lambda: Wanted(owner="operator1"), 0),
    (lambda: Wanted(since=NOW + MINUTE), 0),
    (lambda: Wanted(until=NOW), 0),
    (lambda: Wanted(incident_id=1), 0),
)


@pytest.mark.parametrize("number", range(len(SEARCHES)))
def test_searching_alerts(desk: Desk, number: int) -> None:
    """Each condition narrows; a wildcard of the database is a letter like others."""
    opened(desk, "11110", "11140", "26110")
    wanted, hits = SEARCHES[number]
    assert queue.number_of(desk, EVERYTHING, wanted()) == len(queue.search(desk, EVERYTHING, wanted(), limit=9)) == hits


def test_reading_on_is_not_disturbed_by_findings(desk: Desk) -> None:
    """Pages go by falling id."""
    ids = opened(desk, "11110", "11140", "26110")
    first = queue.page(desk, EVERYTHING, limit=2)
    with desk.begin() as session:
        session.execute(update(Alert).values(last_time=NOW + MINUTE, status=AlertStatus.NEW))
    second = queue.page(desk, EVERYTHING, limit=2, before=first[-1].id)
    assert [alert.id for alert in (*first, *second)] == ids[::-1]
