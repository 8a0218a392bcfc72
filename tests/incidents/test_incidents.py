"""Incidents: from alerts to closing, with timeline, evidence, tasks, clocks and escalation."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from alert_cases import HOUR, KIM, LEE, MINUTE, NOW, alerts_at, incident_at, line_at
from secmon.alerts import queries as alert_queries
from secmon.alerts import workflow as alert_workflow
from secmon.alerts.workflow import Closure
from secmon.db.audit_log import verify_audit_log
from secmon.db.database import Database
from secmon.db.transaction import Change
from secmon.errors import ConflictError, IllegalMove, NotFoundError
from secmon.incidents import deadlines, evidence, incident, members, playbook, sla, timeline
from secmon.incidents import workflow as incident_workflow
from secmon.incidents.incident import IncidentState
from secmon.incidents.playbook import TaskState
from secmon.incidents.sla import SlaTargets
from secmon.incidents.workflow import IncidentChanges, IncidentDraft
from secmon.notifications import outbox
from secmon.sites.scope import EVERYTHING, Scope
from secmon.store.client import Store
from secmon.taxonomy import AttackType, Severity, Tlp

pytest_plugins = "database_fixtures"
SEOUL = Scope.of_sites(["11110"])
FORWARD = (IncidentState.ANALYSED, IncidentState.CONTAINED, IncidentState.ERADICATED, IncidentState.RECOVERED)


def test_the_way_of_an_incident(db: Database) -> None:
    """From alerts to closing: every state with its time, the alerts closed with it, and everything told."""
    ids = alerts_at(db, ["11110", "26110"], first=NOW - HOUR)
    case = incident_at(db, ["41110"], alerts=ids)
    assert incident.sites_of_incidents(db, EVERYTHING, [case.id]) == {case.id: ("11110", "26110", "41110")}
    assert (case.owner, case.evidence_at, case.techniques) == ("operator1", NOW - HOUR, ("T1595.002",))
    assert {alert.status for alert in incident.alerts_of_incident(db, EVERYTHING, case.id)} == {"in_progress"}
    for number, state in enumerate(FORWARD, start=1):
        incident_workflow.move_incident(Change(db, EVERYTHING, LEE, NOW + number * MINUTE), case.id, state)
    done = incident_workflow.close_incident(
        Change(db, EVERYTHING, LEE, NOW + 5 * MINUTE), case.id, Closure.TRUE_POSITIVE, summary="blocked everywhere"
    )
    times = [done.reached(state) for state in IncidentState]
    assert times == [NOW + n * MINUTE for n in range(6)]
    assert {(a.status, a.closure) for a in incident.alerts_of_incident(db, EVERYTHING, case.id)} == {
        ("closed", "true_positive")
    }
    kinds = [entry.kind for entry in timeline.timeline_of_incident(db, EVERYTHING, case.id)]
    assert kinds == ["opened", "state", "state", "state", "state", "state"]
    assert verify_audit_log(db) is None


def test_illegal_moves_of_incidents(db: Database) -> None:
    """No state is jumped over, a true incident is not closed before it is recovered, and ends need their words."""
    case = incident_at(db, ["11110"])
    with pytest.raises(IllegalMove, match=r"is detected and cannot become contained; it can become analysed, closed"):
        incident_workflow.move_incident(Change(db, EVERYTHING, KIM, NOW), case.id, IncidentState.CONTAINED)
    with pytest.raises(IllegalMove, match="can be closed only after recovery"):
        incident_workflow.close_incident(Change(db, EVERYTHING, KIM, NOW), case.id, Closure.TRUE_POSITIVE, summary="s")
    with pytest.raises(IllegalMove, match="the summary of the incident is missing"):
        incident_workflow.close_incident(Change(db, EVERYTHING, KIM, NOW), case.id, Closure.BENIGN, summary=" ")
    with pytest.raises(IllegalMove, match="are separate actions"):
        incident_workflow.move_incident(Change(db, EVERYTHING, KIM, NOW), case.id, IncidentState.CLOSED)
    incident_workflow.close_incident(
        Change(db, EVERYTHING, KIM, NOW), case.id, Closure.FALSE_POSITIVE, summary="a test"
    )
    with pytest.raises(IllegalMove, match="is closed: reopen it first"):
        members.add_sites_to_incident(Change(db, EVERYTHING, KIM, NOW), case.id, ["26110"])
    again = incident_workflow.reopen_incident(Change(db, EVERYTHING, LEE, NOW + HOUR), case.id, note="it was none")
    assert (again.state, again.closure, again.closed_at) == ("analysed", "", None)
    assert again.contain_due == NOW + HOUR + timedelta(hours=8)


def test_an_incident_needs_a_site_and_a_title(db: Database) -> None:
    """Nothing is kept of one without."""
    with pytest.raises(IllegalMove, match="needs at least one site"):
        incident_at(db, [])
    with pytest.raises(IllegalMove, match="the title of the incident is missing"):
        incident_workflow.open_incident(Change(db, EVERYTHING, KIM, NOW), IncidentDraft(" ", 3, sites=("11110",)), [])
    assert incident.search_incidents(db, EVERYTHING, limit=9) == []


def test_alerts_come_along_and_go_back(db: Database) -> None:
    """An alert belongs to one incident; taken out it is an open alert like others."""
    first, second, third = alerts_at(db, ["11110", "26110", "41110"])
    case = incident_at(db, [], alerts=[first])
    with pytest.raises(IllegalMove, match=f"alert {first} already belongs to incident {case.id}"):
        incident_at(db, [], alerts=[first])
    members.add_alerts_to_incident(Change(db, EVERYTHING, KIM, NOW), case.id, [second])
    assert incident.sites_of_incidents(db, EVERYTHING, [case.id])[case.id] == ("11110", "26110")
    members.remove_alerts(Change(db, EVERYTHING, KIM, NOW), case.id, [first])
    assert alert_queries.get_alert(db, EVERYTHING, first).incident_id is None
    with pytest.raises(IllegalMove, match=f"alert {third} does not belong"):
        members.remove_alerts(Change(db, EVERYTHING, KIM, NOW), case.id, [third])
    alert_workflow.close_alerts(Change(db, EVERYTHING, KIM, NOW), [third], Closure.BENIGN, note="n")
    with pytest.raises(IllegalMove, match=f"alert {third} is closed: reopen it first"):
        members.add_alerts_to_incident(Change(db, EVERYTHING, KIM, NOW), case.id, [third])


def test_who_sees_one_site_sees_its_part(db: Database) -> None:
    """Another municipality's alerts, evidence and comments of the same incident stay hidden; changing is refused."""
    ids = alerts_at(db, ["11110", "26110"])
    case = incident_at(db, [], alerts=ids)
    evidence.add_evidence(Change(db, EVERYTHING, KIM, NOW), case.id, [line_at("11110"), line_at("26110", 2)])
    incident_workflow.comment_incident(Change(db, EVERYTHING, KIM, NOW), case.id, "Busan is down", site="26110")
    incident_workflow.comment_incident(Change(db, EVERYTHING, KIM, NOW), case.id, "Jongno answered", site="11110")
    incident_workflow.comment_incident(Change(db, EVERYTHING, KIM, NOW), case.id, "for us only")
    assert incident.sites_of_incidents(db, SEOUL, [case.id]) == {case.id: ("11110",)}
    assert [alert.site for alert in incident.alerts_of_incident(db, SEOUL, case.id)] == ["11110"]
    assert [row.site for row in evidence.evidence_of_incident(db, SEOUL, case.id)] == ["11110"]
    told = [(entry.kind, entry.text) for entry in timeline.timeline_of_incident(db, SEOUL, case.id)]
    assert told == [("opened", ""), ("comment", "Jongno answered")]
    assert playbook.tasks_of_incident(db, SEOUL, case.id) == ()
    with pytest.raises(NotFoundError):
        incident_workflow.comment_incident(Change(db, SEOUL, KIM, NOW), case.id, "hello")
    daegu = Scope.of_sites(["27110"])
    with pytest.raises(NotFoundError):
        incident.get_incident(db, daegu, case.id)
    assert incident.open_incidents(db, daegu) == []


def test_two_at_once_are_told_at_incidents(db: Database) -> None:
    """A change that was decided on an old view is refused."""
    case = incident_at(db, ["11110"])
    incident_workflow.change_incident(
        Change(db, EVERYTHING, LEE, NOW), case.id, IncidentChanges(owner="operator2"), version=case.version
    )
    with pytest.raises(ConflictError, match=f"incident {case.id} was changed by operator2"):
        incident_workflow.move_incident(
            Change(db, EVERYTHING, KIM, NOW), case.id, IncidentState.ANALYSED, version=case.version
        )
    assert incident.get_incident(db, EVERYTHING, case.id).state == "detected"


def test_corrections_are_told_with_before_and_after(db: Database) -> None:
    """Only what was changed is in the entry."""
    case = incident_at(db, ["11110"])
    changes = IncidentChanges(title="Worse than thought", tlp=Tlp.RED, attack_uids=("T1190", "T1505.003"))
    changed = incident_workflow.change_incident(Change(db, EVERYTHING, LEE, NOW), case.id, changes)
    assert (changed.title, changed.tlp, changed.techniques) == ("Worse than thought", "red", ("T1190", "T1505.003"))
    last = timeline.timeline_of_incident(db, EVERYTHING, case.id)[-1]
    assert last.details["before"] == {"title": "Sweep scan", "tlp": "amber", "attack_uids": "T1595.002"}


# ------------------------------------------------------------------------------------------------------------- clocks


def test_clocks_run_by_severity_and_stop(db: Database) -> None:
    """The first move is the response, containment stops the second; the seconds left are kept."""
    case = incident_at(db, ["11110"], severity=Severity.CRITICAL)
    respond, contain = deadlines.clocks_of_incident(case, NOW + 10 * MINUTE)
    assert (respond.left, contain.left, respond.overdue) == (300, 3 * 3600 + 3000, False)
    incident_workflow.move_incident(Change(db, EVERYTHING, KIM, NOW + 20 * MINUTE), case.id, IncidentState.ANALYSED)
    case = incident_workflow.move_incident(Change(db, EVERYTHING, KIM, NOW + HOUR), case.id, IncidentState.CONTAINED)
    respond, contain = deadlines.clocks_of_incident(case, NOW + timedelta(days=1))
    assert (respond.overdue, respond.left, contain.overdue, contain.left) == (True, -300, False, 3 * 3600)


def test_a_paused_clock_stands_still(db: Database) -> None:
    """With its reason; what it stood is added to the due times, and pausing twice is refused."""
    case = incident_at(db, ["11110"], severity=Severity.CRITICAL)
    case = deadlines.pause_clocks(Change(db, EVERYTHING, KIM, NOW + MINUTE), case.id, reason="the vendor is on the way")
    assert [one.left for one in deadlines.clocks_of_incident(case, NOW + HOUR)] == [14 * 60, 4 * 3600 - 60]
    assert deadlines.clocks_of_incident(case, NOW)[0].paused
    with pytest.raises(IllegalMove, match="has been paused since 01:01 UTC"):
        deadlines.pause_clocks(Change(db, EVERYTHING, KIM, NOW + 2 * MINUTE), case.id, reason="again")
    assert deadlines.escalate_overdue(db, NOW + timedelta(days=1)) == []
    case = deadlines.resume_incident(Change(db, EVERYTHING, KIM, NOW + HOUR), case.id)
    assert case.respond_due == NOW + 15 * MINUTE + 59 * MINUTE
    assert (case.paused_seconds, case.pause_reason) == (59 * 60, "")
    with pytest.raises(IllegalMove, match="is not paused"):
        deadlines.resume_incident(Change(db, EVERYTHING, KIM, NOW + HOUR), case.id)


def test_another_severity_sets_the_running_clocks(db: Database) -> None:
    """Counted from the opening, with the pauses so far."""
    case = incident_at(db, ["11110"], severity=Severity.LOW)
    deadlines.pause_clocks(Change(db, EVERYTHING, KIM, NOW), case.id, reason="vendor")
    deadlines.resume_incident(Change(db, EVERYTHING, KIM, NOW + HOUR), case.id)
    case = incident_workflow.change_incident(
        Change(db, EVERYTHING, KIM, NOW + HOUR), case.id, IncidentChanges(severity=5)
    )
    assert (case.respond_due, case.contain_due) == (NOW + HOUR + 15 * MINUTE, NOW + 5 * HOUR)


def test_targets_are_set_for_what_is_opened_later(db: Database) -> None:
    """The shipped ones hold until then; zero is none."""
    assert sla.sla_targets(db) == sla.DEFAULTS
    wanted = SlaTargets(60, 120, 60, 180)
    sla.set_sla_targets(Change(db, EVERYTHING, KIM, NOW), Severity.HIGH, wanted)
    assert sla.sla_targets(db)[Severity.HIGH] == wanted
    assert incident_at(db, ["11110"]).contain_due == NOW + 2 * MINUTE
    for severity, targets in ((Severity.HIGH, SlaTargets(0, 1, 1, 1)), (Severity.UNKNOWN, wanted)):
        with pytest.raises(IllegalMove):
            sla.set_sla_targets(Change(db, EVERYTHING, KIM, NOW), severity, targets)


def test_an_overdue_incident_is_escalated_once_a_clock(db: Database) -> None:
    """The supervisors get a letter, the timeline an entry; not again at the next run."""
    case = incident_at(db, ["11110"], severity=Severity.CRITICAL)
    assert deadlines.escalate_overdue(db, NOW + 15 * MINUTE) == []
    assert deadlines.escalate_overdue(db, NOW + 16 * MINUTE) == [case.id]
    assert deadlines.escalate_overdue(db, NOW + 17 * MINUTE) == []
    assert deadlines.escalate_overdue(db, NOW + 5 * HOUR) == [case.id]
    letters = outbox.claim_letters(db, "sender", limit=9, now=NOW + 5 * HOUR)
    assert [(one.letter.recipient, one.letter.content["clock"]) for one in letters] == [
        ("role:supervisor", "respond"),
        ("role:supervisor", "contain"),
    ]
    last = timeline.timeline_of_incident(db, EVERYTHING, case.id)[-1]
    assert (last.kind, last.actor, last.details["after"]["owner"]) == ("escalated", "secmon", "operator1")
    assert deadlines.has_overdue_clock(incident.get_incident(db, EVERYTHING, case.id), NOW + 5 * HOUR)


# ------------------------------------------------------------------------------------------------- evidence and tasks


def test_evidence_is_kept_once_with_its_hash(db: Database) -> None:
    """The same line is not kept twice; hostile bytes stay as they are; tampering is found by the hash."""
    case = incident_at(db, ["11110"])
    lines = [line_at("11110", 1, "가 \x1b[31m<script>alert(1)</script>"), line_at("11110", 2)]
    assert evidence.add_evidence(Change(db, EVERYTHING, KIM, NOW), case.id, lines) == 2
    assert evidence.add_evidence(Change(db, EVERYTHING, KIM, NOW), case.id, [*lines, line_at("11110", 3)]) == 1
    rows = evidence.evidence_of_incident(db, EVERYTHING, case.id)
    assert (rows[0].line, rows[0].sha256) == (lines[0].line, lines[0].sha256)
    assert evidence.damaged_evidence(db, EVERYTHING, case.id) == ()
    with db.begin() as session:
        session.execute(text("UPDATE evidence SET line = 'harmless' WHERE seq = 2"))
    assert evidence.damaged_evidence(db, EVERYTHING, case.id) == (rows[1].id,)
    with pytest.raises(IllegalMove, match="does not affect site 26110: add the site first"):
        evidence.add_evidence(Change(db, EVERYTHING, KIM, NOW), case.id, [line_at("26110", 9)])


@pytest.mark.store
def test_lines_behind_an_alert_are_read_from_the_store(db: Database, store: Store) -> None:
    """Those its findings name, from its site, as they were received; another alert's lines are not among them."""
    [number] = alerts_at(db, ["11110"])
    for seq, site, line in ((1, "11110", "first <b>"), (2, "11110", "second"), (3, "11110", "else"), (4, "26110", "x")):
        store.command(
            "INSERT INTO events (time, received_at, site, feed, batch_id, seq, raw_data) VALUES "
            "(fromUnixTimestamp64Milli({at:Int64}), fromUnixTimestamp64Milli({at:Int64}), {site:String}, 'ids', 'b1', "
            "{seq:UInt32}, {line:String})",
            {"at": int(NOW.timestamp() * 1000) + seq, "site": site, "seq": seq, "line": line},
        )
    for uid, rule, seqs in (("f1", "rule-1", (1, 2, 4)), ("f2", "rule-2", (3,))):
        store.command(
            "INSERT INTO findings"
            " (finding_uid, rule_id, site, actor, time, last_time, received_at, detected_at, evidence)"
            " SELECT {uid:String}, {rule:String}, '11110', '203.0.113.9', t, t, t, t,"
            " arrayMap(seq -> ('b1', toUInt32(seq)), {seqs:Array(UInt32)})"
            " FROM (SELECT fromUnixTimestamp64Milli({at:Int64}) AS t)",
            {"uid": uid, "rule": rule, "seqs": list(seqs), "at": int(NOW.timestamp() * 1000)},
        )
    lines = evidence.alert_lines(store, alert_queries.get_alert(db, EVERYTHING, number))
    assert [(line.seq, line.line, line.feed) for line in lines] == [(1, "first <b>", "ids"), (2, "second", "ids")]
    case = incident_at(db, ["11110"])
    assert evidence.add_evidence(Change(db, EVERYTHING, KIM, NOW), case.id, lines, alert_id=number) == 2


@pytest.mark.parametrize("kind", list(AttackType))
def test_each_attack_type_has_a_playbook_in_two_languages(kind: str) -> None:
    """With something to do in every phase, in the order of the phases, and no key twice."""
    steps = playbook.tasks_for(kind)
    assert [step.phase for step in steps] == sorted(
        (IncidentState(step.phase) for step in steps), key=lambda phase: list(IncidentState).index(phase)
    )
    assert {step.phase for step in steps} == {"analysed", "contained", "eradicated", "recovered", "closed"}
    assert len({step.key for step in steps}) == len(steps)
    assert all(any("가" <= letter <= "힣" for letter in step.ko) and step.en.isascii() for step in steps)


def test_tasks_are_done_left_out_and_added(db: Database) -> None:
    """Each with who and when; leaving out needs a reason, and doing twice is refused."""
    case = incident_at(db, ["11110"])
    tasks = playbook.tasks_of_incident(db, EVERYTHING, case.id)
    assert [task.key for task in tasks] == [step.key for step in playbook.tasks_for("information_gathering")]
    one, two = tasks[0].id, tasks[1].id
    done = playbook.complete_task(Change(db, EVERYTHING, LEE, NOW + MINUTE), one, note="nothing answered")
    assert (done.state, done.done_by, done.done_at) == (TaskState.DONE, "operator2", NOW + MINUTE)
    with pytest.raises(IllegalMove, match="is already done"):
        playbook.complete_task(Change(db, EVERYTHING, KIM, NOW), one)
    with pytest.raises(IllegalMove, match="the reason for skipping the task is missing"):
        playbook.skip_task(Change(db, EVERYTHING, KIM, NOW), two, reason="")
    assert playbook.skip_task(Change(db, EVERYTHING, KIM, NOW), two, reason="no scan").note == "no scan"
    assert playbook.reopen_task(Change(db, EVERYTHING, KIM, NOW), two).done_at is None
    assert playbook.assign_task(Change(db, EVERYTHING, KIM, NOW), two, "operator2").owner == "operator2"
    own = playbook.add_task(Change(db, EVERYTHING, KIM, NOW), case.id, "서울시 담당자 통화")
    assert [task.id for task in playbook.tasks_of_incident(db, EVERYTHING, case.id)][-1] == own.id
    assert [e.kind for e in timeline.timeline_of_incident(db, EVERYTHING, case.id)] == ["opened", *["task"] * 5]


def test_open_incidents_come_worst_first(db: Database) -> None:
    """Closed ones are left out; the search finds them by state, owner, site and time."""
    low = incident_at(db, ["11110"], severity=Severity.LOW)
    worst = incident_at(db, ["26110"], severity=Severity.CRITICAL, at=NOW + MINUTE)
    shut = incident_at(db, ["26110"], severity=Severity.CRITICAL)
    incident_workflow.close_incident(Change(db, EVERYTHING, KIM, NOW), shut.id, Closure.BENIGN, summary="s")
    assert [one.id for one in incident.open_incidents(db, EVERYTHING)] == [worst.id, low.id]
    assert [one.id for one in incident.search_incidents(db, EVERYTHING, limit=9, states=[IncidentState.CLOSED])] == [
        shut.id
    ]
    assert [one.id for one in incident.search_incidents(db, EVERYTHING, limit=9, site="11110", owner="operator1")] == [
        low.id
    ]
    assert [one.id for one in incident.search_incidents(db, EVERYTHING, limit=9, since=NOW + MINUTE)] == [worst.id]
    assert [
        one.id for one in incident.search_incidents(db, EVERYTHING, limit=9, until=NOW + MINUTE, before=shut.id)
    ] == [low.id]
