"""Alerts at the desk: moves, owners, closing classes, merging, and two operators at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from secmon.alerts import queries as alert_queries
from secmon.alerts import suppression, workflow
from secmon.alerts.queries import AlertSearch
from secmon.alerts.triage import FoundGroup, triage
from secmon.alerts.workflow import Closure
from secmon.db.audit_log import Actor, audit_entries, verify_audit_log
from secmon.db.database import Database
from secmon.db.models import Alert, AlertStatus
from secmon.db.transaction import Change
from secmon.errors import ConflictError, IllegalMove, NotFoundError
from secmon.sites.scope import EVERYTHING, Scope

pytest_plugins = "database_fixtures"
NOW = datetime(2026, 11, 25, 1, tzinfo=UTC)
KIM, LEE = Actor("operator1", "127.0.0.1"), Actor("operator2", "127.0.0.2")
MINUTE = timedelta(minutes=1)
GROUP = FoundGroup(
    rule_id="rule-1",
    site="11110",
    actor="203.0.113.9",
    correlated=False,
    severity=4,
    attack_type="malware",
    group_uid="",
    site_count=1,
    findings=1,
    events=1,
    first_time=NOW,
    last_time=NOW,
)


def opened(db: Database, *sites: str, rule: str = "rule-1") -> list[int]:
    """New alerts of one rule at these sites; their ids."""
    for site in sites:
        place = FoundGroup(rule, site, GROUP.actor, False, 4, "malware", "", 1, 1, 1, NOW, NOW)
        triage(db, [place], [], quiet=timedelta(hours=6), now=NOW)
    return [alert.id for alert in reversed(alert_queries.alerts_page(db, EVERYTHING, limit=len(sites)))]


def test_the_way_of_an_alert(db: Database) -> None:
    """New, acknowledged, in progress, closed; each time is kept, and the audit log tells who did what."""
    [number] = opened(db, "11110")
    workflow.acknowledge_alerts(Change(db, EVERYTHING, KIM, NOW + MINUTE), [number])
    workflow.start_alerts(Change(db, EVERYTHING, KIM, NOW + 2 * MINUTE), [number], note="calling the city")
    workflow.close_alerts(
        Change(db, EVERYTHING, LEE, NOW + 3 * MINUTE), [number], Closure.TRUE_POSITIVE, note="cleaned"
    )
    alert = alert_queries.get_alert(db, EVERYTHING, number)
    assert (alert.status, alert.owner, alert.closure, alert.note) == ("closed", "operator1", "true_positive", "cleaned")
    assert (alert.acknowledged_at, alert.started_at, alert.closed_at) == tuple(NOW + n * MINUTE for n in (1, 2, 3))
    told = [(one.actor, one.action) for one in audit_entries(db, EVERYTHING, limit=9, subject=f"alert:{number}")]
    assert told == [
        ("operator2", "alert.closed"),
        ("operator1", "alert.in_progress"),
        ("operator1", "alert.acknowledged"),
    ]
    assert verify_audit_log(db) is None


@pytest.mark.parametrize("note", ["", "  \n"])
def test_closing_needs_a_note(db: Database, note: str) -> None:
    """Without one nothing is closed."""
    [number] = opened(db, "11110")
    with pytest.raises(IllegalMove, match="the note on closing is missing"):
        workflow.close_alerts(Change(db, EVERYTHING, KIM, NOW), [number], Closure.BENIGN, note=note)
    assert alert_queries.get_alert(db, EVERYTHING, number).status == "new"


def test_illegal_moves_say_what_is_legal(db: Database) -> None:
    """An alert cannot be acknowledged twice, begun after its end, closed twice, nor reopened while open."""
    [number] = opened(db, "11110")
    with pytest.raises(IllegalMove, match="only a closed alert can be reopened"):
        workflow.reopen_alerts(Change(db, EVERYTHING, KIM, NOW), [number], note="again")
    workflow.acknowledge_alerts(Change(db, EVERYTHING, KIM, NOW), [number])
    with pytest.raises(IllegalMove, match=r"acknowledged and cannot become acknowledged; .* closed, in progress"):
        workflow.acknowledge_alerts(Change(db, EVERYTHING, LEE, NOW), [number])
    workflow.close_alerts(Change(db, EVERYTHING, KIM, NOW), [number], Closure.BENIGN, note="a test")
    moves: tuple[Callable[[], object], ...] = (
        lambda: workflow.start_alerts(Change(db, EVERYTHING, KIM, NOW), [number]),
        lambda: workflow.close_alerts(Change(db, EVERYTHING, KIM, NOW), [number], Closure.BENIGN, note="n"),
        lambda: workflow.assign_alerts(Change(db, EVERYTHING, KIM, NOW), [number], "operator3"),
    )
    for move in moves:
        with pytest.raises(IllegalMove, match=f"alert {number} is closed"):
            move()


def test_many_are_closed_with_one_note_or_none_is(db: Database) -> None:
    """When one of them cannot move, none does."""
    ids = opened(db, "11110", "11140", "26110")
    workflow.close_alerts(Change(db, EVERYTHING, KIM, NOW), ids[:1], Closure.BENIGN, note="early")
    with pytest.raises(IllegalMove):
        workflow.close_alerts(Change(db, EVERYTHING, KIM, NOW), ids[::-1], Closure.FALSE_POSITIVE, note="scanner")
    assert alert_queries.count_matching_alerts(db, EVERYTHING, AlertSearch(status=("new",))) == 2
    workflow.close_alerts(Change(db, EVERYTHING, KIM, NOW), ids[1:], Closure.FALSE_POSITIVE, note="scanner")
    closed = alert_queries.search_alerts(db, EVERYTHING, AlertSearch(closure="false_positive"), limit=9)
    assert {(alert.id, alert.note) for alert in closed} == {(ids[1], "scanner"), (ids[2], "scanner")}


def test_two_operators_at_once_are_told(db: Database) -> None:
    """Whoever decides on an old view is told who was faster, and when; nothing is overwritten."""
    [number] = opened(db, "11110")
    seen = alert_queries.get_alert(db, EVERYTHING, number).version
    workflow.assign_alerts(Change(db, EVERYTHING, KIM, NOW), [number], "operator1", versions={number: seen})
    with pytest.raises(ConflictError, match="changed by operator1 at 2026-11-25 01:00:00 UTC") as told:
        workflow.assign_alerts(Change(db, EVERYTHING, LEE, NOW), [number], "operator2", versions={number: seen})
    assert (told.value.by, told.value.at) == ("operator1", NOW)
    assert alert_queries.get_alert(db, EVERYTHING, number).owner == "operator1"


def test_of_eight_at_the_same_moment_one_wins(db: Database) -> None:
    """On threads: one acknowledges, the others are refused, the chain holds."""
    [number] = opened(db, "11110")
    seen = alert_queries.get_alert(db, EVERYTHING, number).version

    def race(n: int) -> str:
        try:
            workflow.acknowledge_alerts(
                Change(db, EVERYTHING, Actor(f"operator{n}"), NOW), [number], versions={number: seen}
            )
        except ConflictError:
            return "told"
        return "won"

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(race, range(8))) == ["told"] * 7 + ["won"]
    assert alert_queries.get_alert(db, EVERYTHING, number).version == seen + 1
    assert verify_audit_log(db) is None


def test_findings_do_not_disturb_an_operator(db: Database) -> None:
    """What the machine adds to an alert is no change by somebody else."""
    [number] = opened(db, "11110")
    seen = alert_queries.get_alert(db, EVERYTHING, number).version
    triage(db, [GROUP], [], quiet=timedelta(hours=6), now=NOW + MINUTE)
    workflow.acknowledge_alerts(Change(db, EVERYTHING, KIM, NOW + MINUTE), [number], versions={number: seen})
    assert alert_queries.get_alert(db, EVERYTHING, number).findings == 2


def test_what_lies_outside_the_scope_does_not_exist(db: Database) -> None:
    """For reading and for changing, and the two are not told apart."""
    [here, there] = opened(db, "11110", "26110")
    seoul = Scope.of_sites(["11110"])
    assert [alert.id for alert in alert_queries.search_alerts(db, seoul, limit=9)] == [here]
    for number in (there, 999):
        with pytest.raises(NotFoundError, match=f"alert {number} does not exist, or is outside"):
            alert_queries.get_alert(db, seoul, number)
        with pytest.raises(NotFoundError, match=f"alert {number} does not exist, or is outside"):
            workflow.acknowledge_alerts(Change(db, seoul, KIM, NOW), [here, number])
    assert alert_queries.get_alert(db, EVERYTHING, here).status == "new"


def test_a_reopened_alert_keeps_its_first_times(db: Database) -> None:
    """Closing class and closing time go; when it was first acknowledged stays."""
    [number] = opened(db, "11110")
    workflow.close_alerts(Change(db, EVERYTHING, KIM, NOW + MINUTE), [number], Closure.BENIGN, note="a test")
    workflow.reopen_alerts(Change(db, EVERYTHING, LEE, NOW + 2 * MINUTE), [number], note="no test after all")
    alert = alert_queries.get_alert(db, EVERYTHING, number)
    assert (alert.status, alert.closure, alert.closed_at) == ("acknowledged", "", None)
    assert (alert.acknowledged_at, alert.note) == (NOW + MINUTE, "no test after all")


def test_of_a_reopened_and_a_newer_alert_one_gathers(db: Database) -> None:
    """After the closing a new alert opened; the reopened one takes no findings in, and the database stays content."""
    [first] = opened(db, "11110")
    workflow.close_alerts(Change(db, EVERYTHING, KIM, NOW), [first], Closure.BENIGN, note="a test")
    [second] = opened(db, "11110")
    workflow.reopen_alerts(Change(db, EVERYTHING, KIM, NOW), [first], note="look again")
    triage(db, [GROUP], [], quiet=timedelta(hours=6), now=NOW + MINUTE)
    assert [alert_queries.get_alert(db, EVERYTHING, number).findings for number in (first, second)] == [1, 2]
    workflow.close_alerts(Change(db, EVERYTHING, KIM, NOW), [second], Closure.BENIGN, note="a test")
    workflow.reopen_alerts(Change(db, EVERYTHING, KIM, NOW), [second], note="look again")
    assert alert_queries.get_alert(db, EVERYTHING, second).gathering


def test_merged_alerts_hide_and_come_back(db: Database) -> None:
    """They leave queue and counts, close with their parent as duplicates, and are open again when unmerged."""
    parent, child, other = opened(db, "11110", "11140", "26110")
    workflow.merge_alerts(Change(db, EVERYTHING, KIM, NOW), [child], parent, note="same campaign")
    assert [alert.id for alert in alert_queries.search_alerts(db, EVERYTHING, limit=9, order="oldest")] == [
        parent,
        other,
    ]
    assert set(alert_queries.open_by_site(db, NOW)) == {"11110", "26110"}
    assert [alert.id for alert in alert_queries.merged_into(db, EVERYTHING, parent)] == [child]
    with pytest.raises(IllegalMove, match=f"merged into alert {parent}: act there, or unmerge it"):
        workflow.acknowledge_alerts(Change(db, EVERYTHING, KIM, NOW), [child])
    workflow.close_alerts(Change(db, EVERYTHING, KIM, NOW), [parent], Closure.TRUE_POSITIVE, note="done")
    assert alert_queries.get_alert(db, EVERYTHING, child).closure == "duplicate"
    workflow.unmerge_alerts(Change(db, EVERYTHING, LEE, NOW), [child])
    back = alert_queries.get_alert(db, EVERYTHING, child)
    assert (back.status, back.merged_into, back.closure) == ("acknowledged", None, "")
    with pytest.raises(IllegalMove, match="is not merged into another alert"):
        workflow.unmerge_alerts(Change(db, EVERYTHING, LEE, NOW), [child])


def test_merging_that_makes_no_sense_is_refused(db: Database) -> None:
    """Into itself, into a closed one, and chains."""
    one, two, three = opened(db, "11110", "11140", "26110")
    refused: list[tuple[int, int, str]] = [(one, one, "into itself")]
    workflow.merge_alerts(Change(db, EVERYTHING, KIM, NOW), [two], one)
    refused += [(one, three, "other alerts are merged into"), (three, two, "is merged into alert")]
    for number, into, why in refused:
        with pytest.raises(IllegalMove, match=why):
            workflow.merge_alerts(Change(db, EVERYTHING, KIM, NOW), [number], into)
    workflow.close_alerts(Change(db, EVERYTHING, KIM, NOW), [three], Closure.BENIGN, note="n")
    with pytest.raises(IllegalMove, match="must both be open"):
        workflow.merge_alerts(Change(db, EVERYTHING, KIM, NOW), [three], one)


def test_suppressed_findings_open_nothing_until_the_end(db: Database) -> None:
    """They are counted; others, and later ones, open alerts as usual."""
    [number] = opened(db, "11110")
    end = NOW + timedelta(days=1)
    row = suppression.suppress_alert(Change(db, EVERYTHING, KIM, NOW), number, until=end, reason="known probe")
    assert alert_queries.get_alert(db, EVERYTHING, number).closure == "benign"

    def run(at: datetime, site: str = "11110") -> int:
        group = FoundGroup("rule-1", site, GROUP.actor, False, 4, "malware", "", 1, 1, 1, at, at)
        return triage(db, [group], [], quiet=timedelta(hours=6), now=at).opened

    assert [run(NOW + MINUTE), run(NOW + 2 * MINUTE), run(NOW + MINUTE, "11140"), run(end)] == [0, 0, 1, 1]
    [kept] = suppression.suppressions(db, EVERYTHING)
    assert (kept.suppressed, kept.last_time) == (2, NOW + 2 * MINUTE)
    assert suppression.suppressed_since(db, EVERYTHING, NOW) == 2
    assert suppression.suppressions(db, Scope.of_sites(["11140"])) == []
    with pytest.raises(IllegalMove, match="ended at"):
        suppression.lift_suppression(Change(db, EVERYTHING, KIM, end), row.id)


def test_a_lifted_suppression_ends(db: Database) -> None:
    """From then on alerts open again; a suppression that ends before it begins, or says no reason, is none."""
    [number] = opened(db, "11110")
    end = NOW + timedelta(days=1)
    wrong: tuple[tuple[datetime, str], ...] = ((NOW, "reason"), (end, " "))
    for until, reason in wrong:
        with pytest.raises(IllegalMove):
            suppression.suppress_alert(Change(db, EVERYTHING, KIM, NOW), number, until=until, reason=reason)
    row = suppression.suppress_alert(Change(db, EVERYTHING, KIM, NOW), number, until=end, reason="known")
    assert len(suppression.suppressions(db, EVERYTHING, now=NOW)) == 1
    suppression.lift_suppression(Change(db, EVERYTHING, LEE, NOW + MINUTE), row.id)
    assert suppression.suppressions(db, EVERYTHING, now=NOW + MINUTE) == []
    assert triage(db, [GROUP], [], quiet=timedelta(hours=6), now=NOW + MINUTE).opened == 1


SEARCHES: tuple[tuple[Callable[[], AlertSearch], int], ...] = (
    (lambda: AlertSearch(sites=("11110", "26110")), 2),
    (lambda: AlertSearch(least=5), 0),
    (lambda: AlertSearch(text="203.0.113.9"), 3),
    (lambda: AlertSearch(text="%"), 0),
    (lambda: AlertSearch(rule_id="rule-1", attack_type="malware", owner=""), 3),
    (lambda: AlertSearch(owner="operator1"), 0),
    (lambda: AlertSearch(since=NOW + MINUTE), 0),
    (lambda: AlertSearch(until=NOW), 0),
    (lambda: AlertSearch(incident_id=1), 0),
)


@pytest.mark.parametrize("number", range(len(SEARCHES)))
def test_searching_alerts(db: Database, number: int) -> None:
    """Each condition narrows; a wildcard of the database is a letter like others."""
    opened(db, "11110", "11140", "26110")
    wanted, hits = SEARCHES[number]
    assert (
        alert_queries.count_matching_alerts(db, EVERYTHING, wanted())
        == len(alert_queries.search_alerts(db, EVERYTHING, wanted(), limit=9))
        == hits
    )


def test_reading_on_is_not_disturbed_by_findings(db: Database) -> None:
    """Pages go by falling id."""
    ids = opened(db, "11110", "11140", "26110")
    first = alert_queries.alerts_page(db, EVERYTHING, limit=2)
    with db.begin() as session:
        session.execute(update(Alert).values(last_time=NOW + MINUTE, status=AlertStatus.NEW))
    second = alert_queries.alerts_page(db, EVERYTHING, limit=2, before=first[-1].id)
    assert [alert.id for alert in (*first, *second)] == ids[::-1]
