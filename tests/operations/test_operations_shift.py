"""Shifts: the roster, and a handover that is drafted from how things stand and signed by both leads."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from alert_cases import HOUR, KIM, LEE, MINUTE, NOW, alerts_at, incident_at
from secmon.alerts import workflow
from secmon.alerts.workflow import Closure
from secmon.db.audit_log import CENTRE, Actor, verify_audit_log
from secmon.db.database import Database
from secmon.db.transaction import Change
from secmon.errors import ConflictError, IllegalMove, NotFoundError
from secmon.operations import crisis_level, roster, shift_handover
from secmon.operations.crisis_level import CrisisLevel, Declaration
from secmon.operations.roster import PlannedShift
from secmon.operations.shift_handover import SilentFeed
from secmon.response.blocklist import workflow as block_workflow
from secmon.response.blocklist.workflow import Proposal
from secmon.response.requests import workflow as request_workflow
from secmon.response.requests.advice import RequestText
from secmon.response.requests.workflow import RequestDraft
from secmon.sites.scope import EVERYTHING

pytest_plugins = "database_fixtures"
DAY_LEAD, NIGHT_LEAD = Actor("lead1", "127.0.0.1"), Actor("lead2", "127.0.0.1")


def test_a_handover_is_drafted_from_how_things_stand(db: Database) -> None:
    """Level, open alerts and incidents with their clocks, overdue requests, blocks on their way, silent feeds, and what
    was done since the last one."""
    crisis_level.declare_level(Change(db, EVERYTHING, CENTRE, NOW), Declaration(CrisisLevel.CAUTION, "NCSC", "r", NOW))
    first, second, _ = alerts_at(db, ["11110", "26110", "41110"])
    workflow.close_alerts(Change(db, EVERYTHING, KIM, NOW), [second], Closure.BENIGN, note="n")
    case = incident_at(db, [], alerts=[first], severity=5)
    words = RequestText("가", "Block", "나", "Please")
    [late] = request_workflow.create_requests(
        Change(db, EVERYTHING, KIM, NOW), RequestDraft(("11110",), 5, words, case.id)
    )
    block_workflow.propose_block(Change(db, EVERYTHING, KIM, NOW), Proposal("203.0.113.9", "scan", NOW + 9 * HOUR))
    silent = [SilentFeed("26110", "ids", NOW - HOUR)]
    facts = shift_handover.draft_handover(Change(db, EVERYTHING, DAY_LEAD, NOW + 8 * HOUR), silent).content
    assert facts["level"]["level"] == "caution"
    assert facts["alerts"] == {"4": 2}
    [told] = facts["incidents"]
    assert (told["id"], told["owner"], told["overdue"]) == (case.id, "operator1", True)
    assert told["due"] == (NOW + 4 * HOUR).isoformat()
    assert [one["id"] for one in facts["requests"]["overdue"]] == [late.id]
    assert [one["value"] for one in facts["blocks"]["waiting"]] == ["203.0.113.9"]
    assert facts["silent"] == [{"site": "26110", "feed": "ids", "last": (NOW - HOUR).isoformat()}]
    assert facts["changes"]["alert.closed"] == 1
    assert facts["changes"]["incident.opened"] == 1


def test_both_leads_sign(db: Database) -> None:
    """Two people, the outgoing first; from then on nothing is changed; the next one begins where this one ended."""
    number = shift_handover.draft_handover(Change(db, EVERYTHING, DAY_LEAD, NOW), []).id
    with pytest.raises(IllegalMove, match=f"handover {number} is not complete yet"):
        shift_handover.draft_handover(Change(db, EVERYTHING, NIGHT_LEAD, NOW), [])
    shift_handover.edit_handover(Change(db, EVERYTHING, DAY_LEAD, NOW + MINUTE), number, "서울시 회신 대기")
    row = shift_handover.refresh_handover(Change(db, EVERYTHING, DAY_LEAD, NOW + HOUR), number, [])
    assert (row.notes, row.ends, row.state) == ("서울시 회신 대기", NOW + HOUR, "draft")
    assert shift_handover.sign_handover(Change(db, EVERYTHING, DAY_LEAD, NOW + HOUR), number).state == "signed"
    with pytest.raises(IllegalMove, match=r"signed handover .* as the outgoing lead: now the incoming lead signs"):
        shift_handover.sign_handover(Change(db, EVERYTHING, DAY_LEAD, NOW + HOUR), number)
    changes: tuple[Callable[[], object], ...] = (
        lambda: shift_handover.edit_handover(Change(db, EVERYTHING, NIGHT_LEAD, NOW), number, "x"),
        lambda: shift_handover.refresh_handover(Change(db, EVERYTHING, NIGHT_LEAD, NOW), number, []),
    )
    for change in changes:
        with pytest.raises(IllegalMove, match="was signed by lead1 and can no longer be changed"):
            change()
    row = shift_handover.sign_handover(Change(db, EVERYTHING, NIGHT_LEAD, NOW + HOUR + MINUTE), number)
    assert (row.state, row.outgoing, row.incoming) == ("handed_over", "lead1", "lead2")
    with pytest.raises(IllegalMove, match="and is complete"):
        shift_handover.sign_handover(Change(db, EVERYTHING, Actor("lead3"), NOW + HOUR), number)
    following = shift_handover.draft_handover(Change(db, EVERYTHING, NIGHT_LEAD, NOW + 9 * HOUR), [])
    assert following.begins == NOW + HOUR
    assert following.content["changes"] == {"handover.sign": 1}
    assert [one.id for one in shift_handover.handovers(db, 9)] == [following.id, number]
    assert verify_audit_log(db) is None


def test_two_editors_at_once_are_told(db: Database) -> None:
    """The second edits what the first left, after looking again; a lead signs what it has read."""
    row = shift_handover.draft_handover(Change(db, EVERYTHING, DAY_LEAD, NOW), [])
    shift_handover.edit_handover(Change(db, EVERYTHING, KIM, NOW), row.id, "one", version=row.version)
    acts: tuple[Callable[[], object], ...] = (
        lambda: shift_handover.edit_handover(Change(db, EVERYTHING, LEE, NOW), row.id, "two", version=row.version),
        lambda: shift_handover.sign_handover(Change(db, EVERYTHING, DAY_LEAD, NOW), row.id, version=row.version),
    )
    for act in acts:
        with pytest.raises(ConflictError, match="changed by operator1"):
            act()
    assert shift_handover.get_handover(db, row.id).notes == "one"
    with pytest.raises(NotFoundError):
        shift_handover.get_handover(db, 99)


def test_the_roster_says_who_is_on_duty(db: Database) -> None:
    """By time; a lead leads one shift at a time; what has begun stays."""
    day = PlannedShift("주간", NOW, NOW + 9 * HOUR, "lead1", ("operator1", "operator2", "lead1", " "))
    night = PlannedShift("야간", NOW + 9 * HOUR, NOW + 24 * HOUR, "lead2")
    first = roster.plan_shift(Change(db, EVERYTHING, KIM, NOW - HOUR), day)
    second = roster.plan_shift(Change(db, EVERYTHING, KIM, NOW - HOUR), night)
    assert first.people == ("lead1", "operator1", "operator2")
    assert [one.lead for one in roster.on_duty(db, NOW + HOUR)] == ["lead1"]
    assert [one.lead for one in roster.on_duty(db, NOW + 9 * HOUR)] == ["lead2"]
    assert [one.id for one in roster.shifts_between(db, NOW, NOW + timedelta(days=1))] == [first.id, second.id]
    wrong = (
        (PlannedShift("x", NOW, NOW, "lead3"), "end before it starts"),
        (PlannedShift("x", NOW, NOW + HOUR, " "), "the lead of the shift is missing"),
        (PlannedShift("x", NOW + 8 * HOUR, NOW + 10 * HOUR, "lead1"), "leads the shift 주간"),
    )
    for planned, why in wrong:
        with pytest.raises(IllegalMove, match=why):
            roster.plan_shift(Change(db, EVERYTHING, KIM, NOW), planned)
    with pytest.raises(IllegalMove, match="has started"):
        roster.cancel_shift(Change(db, EVERYTHING, KIM, NOW), first.id)
    roster.cancel_shift(Change(db, EVERYTHING, KIM, NOW), second.id)
    assert roster.on_duty(db, NOW + 9 * HOUR) == []
