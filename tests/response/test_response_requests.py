"""Requests to municipalities: texts, answers, receipts, due times, reminders, and letters that survive a crash."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from alert_cases import HOUR, KIM, LEE, MINUTE, NOW, alerts_at, incident_at, line_at
from secmon.alerts import queries as alert_queries
from secmon.db.audit_log import Actor, audit_entries, verify_audit_log
from secmon.db.database import Database
from secmon.db.transaction import Change
from secmon.detection.sigma.ruleset import read_rules, shipped_rules
from secmon.errors import ConflictError, IllegalMove, NotFoundError
from secmon.incidents import incident, timeline
from secmon.notifications import outbox
from secmon.notifications.outbox import Claimed
from secmon.response.requests import advice, delivery_status, phone_answers, request
from secmon.response.requests import workflow as request_workflow
from secmon.response.requests.advice import RequestText
from secmon.response.requests.phone_answers import PhoneAnswer
from secmon.response.requests.request import Request, RequestCounts, RequestState
from secmon.response.requests.workflow import RequestDraft
from secmon.sites.scope import EVERYTHING, Scope
from secmon.taxonomy import Severity

pytest_plugins = "database_fixtures"
JONGNO = Actor("jongno", "192.0.2.1")
HERE = Scope.of_sites(["11110"])
WORDS = RequestText("[조치 요청] 차단", "[Action request] Block", "막아 주십시오.", "Please block it.")


def asked(db: Database, *, severity: int = Severity.CRITICAL, channels: tuple[str, ...] = ("mail",)) -> Request:
    """A request to one site."""
    [row] = request_workflow.create_requests(
        Change(db, EVERYTHING, KIM, NOW),
        RequestDraft(("11110",), severity, WORDS, channels=channels),
        [line_at("11110")],
    )
    return row


def sent(db: Database, at: int = 1) -> list[Claimed]:
    """Every waiting letter goes out, so many minutes after NOW."""
    letters = list(outbox.claim_letters(db, "sender", limit=99, now=NOW + at * MINUTE))
    for one in letters:
        assert delivery_status.mark_delivered(db, one.id, NOW + at * MINUTE, "250 ok")
    return letters


def test_the_way_of_a_request(db: Database) -> None:
    """Asked, delivered, acknowledged, done, verified by somebody else; each step has its time and its receipt."""
    number = asked(db).id
    sent(db)
    request_workflow.acknowledge_request(Change(db, HERE, JONGNO, NOW + 2 * MINUTE), number)
    request_workflow.complete_request(Change(db, HERE, JONGNO, NOW + 3 * MINUTE), number, answer="차단 완료")
    with pytest.raises(IllegalMove, match="reported as done by jongno: another person verifies it"):
        request_workflow.verify_request(Change(db, EVERYTHING, JONGNO, NOW), number)
    row = request_workflow.verify_request(Change(db, EVERYTHING, LEE, NOW + 4 * MINUTE), number)
    times = (row.delivered_at, row.acknowledged_at, row.done_at, row.verified_at)
    assert times == tuple(NOW + n * MINUTE for n in (1, 2, 3, 4))
    assert (row.state, row.acknowledged_by, row.answer) == ("verified", "jongno", "차단 완료")
    told = [(one.kind, one.actor, one.detail) for one in request.receipts_of_request(db, HERE, number)]
    assert told == [
        ("requested", "operator1", ""),
        ("delivered", "secmon", "250 ok"),
        ("acknowledged", "jongno", ""),
        ("done", "jongno", "차단 완료"),
        ("verified", "operator2", ""),
    ]
    with pytest.raises(IllegalMove, match="is verified and cannot become withdrawn: verified is its final state"):
        request_workflow.withdraw_request(Change(db, EVERYTHING, KIM, NOW), number, reason="r")
    assert verify_audit_log(db) is None


def test_illegal_moves_of_requests(db: Database) -> None:
    """Nothing is done that was not acknowledged, verified that was not done, or refused without a reason."""
    number = asked(db).id
    with pytest.raises(IllegalMove, match="is requested and cannot become done; it can become acknowledged, delivered"):
        request_workflow.complete_request(Change(db, EVERYTHING, JONGNO, NOW), number, answer="a")
    with pytest.raises(IllegalMove, match="cannot become verified"):
        request_workflow.verify_request(Change(db, EVERYTHING, KIM, NOW), number)
    with pytest.raises(IllegalMove, match="the reason why it cannot be done is missing"):
        request_workflow.refuse_request(Change(db, HERE, JONGNO, NOW), number, reason="")
    with pytest.raises(IllegalMove, match="needs at least one site"):
        request_workflow.create_requests(Change(db, EVERYTHING, KIM, NOW), RequestDraft((), 3, WORDS))
    seen = request.get_request(db, EVERYTHING, number).version
    request_workflow.acknowledge_request(Change(db, HERE, JONGNO, NOW), number)
    with pytest.raises(ConflictError, match="changed by jongno"):
        request_workflow.withdraw_request(Change(db, EVERYTHING, KIM, NOW), number, reason="r", version=seen)


def test_an_answer_that_is_not_accepted_goes_back(db: Database) -> None:
    """With the reason, a new due time and another letter, both when it was refused and when it was done badly."""
    number = asked(db).id
    request_workflow.refuse_request(Change(db, HERE, JONGNO, NOW), number, reason="위탁업체 부재")
    row = request_workflow.return_request(Change(db, EVERYTHING, KIM, NOW + HOUR), number, reason="call them")
    assert (row.state, row.acknowledge_due, row.refused_at) == ("delivered", NOW + HOUR + 15 * MINUTE, None)
    request_workflow.acknowledge_request(Change(db, HERE, JONGNO, NOW + HOUR), number)
    request_workflow.complete_request(Change(db, HERE, JONGNO, NOW + HOUR), number, answer="blocked")
    row = request_workflow.return_request(Change(db, EVERYTHING, KIM, NOW + 2 * HOUR), number, reason="still open")
    assert (row.state, row.act_due, row.done_at) == ("acknowledged", NOW + 6 * HOUR, None)
    letters = outbox.claim_letters(db, "sender", limit=9, now=NOW + 2 * HOUR)
    assert len({one.letter.key for one in letters}) == 3


def test_a_municipality_sees_and_answers_its_own_only(db: Database) -> None:
    """A request to another site does not exist for it; each gets its own lines."""
    lines = [line_at("11110"), line_at("26110", 2)]
    rows = request_workflow.create_requests(
        Change(db, EVERYTHING, KIM, NOW), RequestDraft(("26110", "11110"), 4, WORDS), lines
    )
    assert [(row.site, [line["seq"] for line in row.lines]) for row in rows] == [("11110", [1]), ("26110", [2])]
    assert [row.site for row in request.search_requests(db, HERE, limit=9)] == ["11110"]
    other = rows[1].id
    with pytest.raises(NotFoundError):
        request.get_request(db, HERE, other)
    with pytest.raises(NotFoundError):
        request.receipts_of_request(db, HERE, other)
    with pytest.raises(NotFoundError):
        request_workflow.acknowledge_request(Change(db, HERE, JONGNO, NOW), other)
    with pytest.raises(NotFoundError):
        request_workflow.create_requests(Change(db, HERE, KIM, NOW), RequestDraft(("26110",), 4, WORDS))


def test_a_request_of_an_incident_is_its_first_response(db: Database) -> None:
    """Told in its timeline under the site; sites it does not touch are refused; the time to notify counts from when
    the site was known to be concerned."""
    [first] = alerts_at(db, ["11110"])
    case = incident_at(db, ["26110"], alerts=[first], at=NOW + MINUTE)
    with pytest.raises(IllegalMove, match="does not affect site 41110"):
        request_workflow.create_requests(Change(db, EVERYTHING, KIM, NOW), RequestDraft(("41110",), 4, WORDS, case.id))
    rows = request_workflow.create_requests(
        Change(db, EVERYTHING, KIM, NOW + 5 * MINUTE), RequestDraft(("11110", "26110"), 4, WORDS, case.id)
    )
    assert {row.since for row in rows} == {NOW + MINUTE}
    assert incident.get_incident(db, EVERYTHING, case.id).responded_at == NOW + 5 * MINUTE
    told = [(one.kind, one.site) for one in timeline.timeline_of_incident(db, HERE, case.id)]
    assert told == [("opened", ""), ("request", "11110")]
    assert [row.id for row in request.search_requests(db, EVERYTHING, incident_id=case.id, site="26110", limit=9)] == [
        rows[1].id
    ]


def test_a_request_of_an_alert_begins_its_work(db: Database) -> None:
    """The alert is in progress, and the time to notify counts from its opening."""
    [number] = alerts_at(db, ["11110"])
    [row] = request_workflow.create_requests(
        Change(db, EVERYTHING, KIM, NOW + 5 * MINUTE), RequestDraft(("11110",), 4, WORDS, alert_id=number)
    )
    assert (row.since, alert_queries.get_alert(db, EVERYTHING, number).status) == (NOW, "in_progress")


def test_late_answers_are_listed_and_reminded(db: Database) -> None:
    """By severity; again after as much time as they had; the second reminder also tells the supervisors."""
    number = asked(db).id
    calm = asked(db, severity=Severity.LOW).id
    sent(db)
    assert request.request_counts(db, EVERYTHING, NOW + 16 * MINUTE) == RequestCounts(2, 1, 0, 0)
    assert [row.id for row in request.awaiting_requests(db, EVERYTHING, NOW)] == [number, calm]
    assert [row.id for row in request.overdue_requests(db, HERE, NOW + 16 * MINUTE)] == [number]
    times = (15, 16, 17, 30, 31, 47)
    assert [len(request_workflow.remind_overdue(db, NOW + at * MINUTE)) for at in times] == [0, 1, 0, 0, 1, 1]
    letters = outbox.claim_letters(db, "sender", limit=9, now=NOW + HOUR)
    told = sorted((one.letter.kind, one.letter.recipient) for one in letters)
    assert told == [("escalation", "role:supervisor"), *[("reminder", "site:11110")] * 3]
    kinds = [one.kind for one in request.receipts_of_request(db, EVERYTHING, number)]
    assert kinds == ["requested", "delivered", *["reminder"] * 3]
    request_workflow.acknowledge_request(Change(db, HERE, JONGNO, NOW + HOUR), number)
    assert request.overdue_requests(db, EVERYTHING, NOW + HOUR) == []
    assert [row.id for row in request.overdue_requests(db, EVERYTHING, NOW + 5 * HOUR)] == [number]


def test_the_text_is_made_of_the_rule_in_two_languages() -> None:
    """Title, what was found, by whom, and the rule's next steps; control characters of a log do not get in."""
    path = shipped_rules() / "correlation"
    found = read_rules(sorted(path.glob("*.yml"))[:1])
    rule = found.signatures[0]
    made = advice.compose_text(rule, "203.0.113.9\x1b[2J\nBcc: all@example.com", 1234)
    assert (made.title_ko, made.title_en) == (f"[조치 요청] {rule.title_ko}", f"[Action request] {rule.title_en}")
    for number, step in enumerate(rule.next_steps_ko, start=1):
        assert f"{number}. {step}" in made.text_ko.splitlines()
    assert all(step in made.text_en for step in rule.next_steps_en)
    assert "By: 203.0.113.9 [2J Bcc: all@example.com (1,234 events)" in made.text_en.splitlines()
    with pytest.raises(IllegalMove, match="needs a title and a text"):
        advice.free_text("t", " ")


def test_attached_lines_are_few_and_whole_in_their_hash() -> None:
    """Twenty at most, long ones cut; the hash is of the whole line."""
    long = line_at("11110", 1, "x" * 5000)
    row = Request(evidence=advice.evidence_lines([long, *(line_at("11110", n) for n in range(2, 40))], "11110"))
    assert len(row.lines) == 20
    assert (len(row.lines[0]["line"]), row.lines[0]["sha256"]) == (2000, long.sha256)


# ------------------------------------------------------------------------------------------------------------- outbox


def test_a_letter_goes_to_one_sender_at_a_time(db: Database) -> None:
    """Claimed by many at the same moment, each letter is in one pair of hands."""
    asked(db, channels=("mail", "webhook"))
    asked(db, channels=("mail", "webhook"))

    def take(number: int) -> list[int]:
        return [one.id for one in outbox.claim_letters(db, f"sender{number}", limit=2, now=NOW)]

    with ThreadPoolExecutor(4) as pool:
        taken = [number for numbers in pool.map(take, range(4)) for number in numbers]
    rest = [one.id for one in outbox.claim_letters(db, "last", limit=9, now=NOW)]
    assert sorted(taken + rest) == sorted(set(taken + rest))
    assert len(taken + rest) == 4
    assert outbox.letters_by_state(db) == {"claimed": 4}


def test_a_dead_senders_letters_come_back(db: Database) -> None:
    """After the lease, not before; a letter that was sent never comes back, though its sender is slow to say so."""
    asked(db)
    [one] = outbox.claim_letters(db, "dies", limit=9, now=NOW, channel="mail")
    assert outbox.claim_letters(db, "next", limit=9, now=NOW + outbox.LEASE - MINUTE) == []
    assert outbox.claim_letters(db, "next", limit=9, now=NOW + outbox.LEASE, channel="webhook") == []
    [again] = outbox.claim_letters(db, "next", limit=9, now=NOW + outbox.LEASE)
    assert again.letter.key == one.letter.key
    assert delivery_status.mark_delivered(db, again.id, NOW + outbox.LEASE)
    assert not delivery_status.mark_delivered(db, one.id, NOW + HOUR)
    assert not delivery_status.mark_undelivered(db, one.id, "timeout", NOW + HOUR)
    assert outbox.claim_letters(db, "next", limit=9, now=NOW + timedelta(days=1)) == []
    assert outbox.letters_by_state(db) == {"sent": 1}


def test_failed_letters_are_tried_again_and_given_up(db: Database) -> None:
    """With longer pauses, every attempt with a receipt; the request stays undelivered."""
    number = asked(db).id
    now, attempts = NOW, 0
    while letters := outbox.claim_letters(db, "sender", limit=9, now=now):
        [one] = letters
        attempts += 1
        assert one.attempt == attempts
        again = delivery_status.mark_undelivered(db, one.id, f"refused {attempts}", now)
        now += outbox.retry_pause(attempts)
        assert again == (attempts < outbox.ATTEMPTS)
    assert attempts == outbox.ATTEMPTS
    assert timedelta(hours=4) < now - NOW < timedelta(hours=6)
    kept = request.receipts_of_request(db, EVERYTHING, number)
    assert [one.detail for one in kept if one.kind == "failed"] == [f"refused {n + 1}" for n in range(attempts)]
    assert request.get_request(db, EVERYTHING, number).state == RequestState.REQUESTED
    assert outbox.letters_by_state(db) == {"given_up": 1}


def test_a_second_channel_is_a_receipt_no_second_delivery(db: Database) -> None:
    """Delivered counts from the first; what comes after an answer changes nothing."""
    number = asked(db, channels=("mail", "webhook")).id
    mail, webhook = outbox.claim_letters(db, "sender", limit=9, now=NOW)
    delivery_status.mark_delivered(db, mail.id, NOW + MINUTE)
    request_workflow.acknowledge_request(Change(db, HERE, JONGNO, NOW + 2 * MINUTE), number)
    delivery_status.mark_delivered(db, webhook.id, NOW + 3 * MINUTE, "200")
    row = request.get_request(db, EVERYTHING, number)
    assert (row.state, row.delivered_at) == ("acknowledged", NOW + MINUTE)
    last = request.receipts_of_request(db, EVERYTHING, number)[-1]
    assert (last.kind, last.channel, last.detail) == ("sent", "webhook", "200")


def test_a_letter_is_kept_once_for_its_key(db: Database) -> None:
    """The second with the same key is none."""
    letter = outbox.Letter("digest:2026-11-25", "digest", "mail", "role:supervisor", content={"가": 1})
    with db.begin() as session:
        assert [outbox.enqueue(session, letter, NOW) for _ in range(2)] == [True, False]
    [one] = outbox.claim_letters(db, "sender", limit=9, now=NOW)
    assert one.letter == letter
    assert delivery_status.mark_delivered(db, one.id, NOW)


def test_an_answer_by_phone_is_written_down(db: Database) -> None:
    """One call acknowledges and reports what was done; receipts and audit log say by phone, who spoke and who wrote;
    whoever wrote it down cannot verify it."""
    number = asked(db).id
    call = PhoneAnswer(RequestState.DONE, " 방화벽에서 차단 ", " 당직실 ")
    row = phone_answers.record_phone_answer(Change(db, EVERYTHING, KIM, NOW + MINUTE), number, call)
    times = (row.delivered_at, row.acknowledged_at, row.done_at)
    assert (row.state, row.answer, row.done_by, times) == ("done", "방화벽에서 차단", "operator1", (NOW + MINUTE,) * 3)
    told = [(one.kind, one.channel, one.actor, one.detail) for one in request.receipts_of_request(db, HERE, number)]
    assert told[1:] == [
        ("acknowledged", "phone", "operator1", "당직실"),
        ("done", "phone", "operator1", "당직실: 방화벽에서 차단"),
    ]
    [entry] = audit_entries(db, EVERYTHING, limit=9, action="request.done")
    after = {"state": "done", "detail": "방화벽에서 차단", "source": "phone", "said_by": "당직실"}
    assert (entry.actor, entry.site, json.loads(entry.after)) == ("operator1", "11110", after)
    with pytest.raises(IllegalMove, match="reported as done by operator1: another person verifies it"):
        request_workflow.verify_request(Change(db, EVERYTHING, KIM, NOW), number)
    assert request_workflow.verify_request(Change(db, EVERYTHING, LEE, NOW), number).state == "verified"
    assert verify_audit_log(db) is None


def test_a_refusal_by_phone_needs_who_and_why(db: Database) -> None:
    """Without a name, a reason, or with what no municipality says, nothing is written; with them it is refused."""
    number = asked(db).id
    for call, missing in (
        (PhoneAnswer(RequestState.REFUSED, "no contract", " "), "who answered is missing"),
        (PhoneAnswer(RequestState.REFUSED, "", "duty desk"), "the reason why it cannot be done is missing"),
        (PhoneAnswer(RequestState.DONE, "", "duty desk"), "what was done is missing"),
        (PhoneAnswer(RequestState.VERIFIED, "x", "duty desk"), "verified is not a valid answer of a municipality"),
    ):
        with pytest.raises(IllegalMove, match=missing):
            phone_answers.record_phone_answer(Change(db, EVERYTHING, KIM, NOW), number, call)
    row = phone_answers.record_phone_answer(
        Change(db, HERE, KIM, NOW), number, PhoneAnswer(RequestState.ACKNOWLEDGED, "", "duty desk")
    )
    assert (row.state, row.acknowledged_at, row.answer) == ("acknowledged", NOW, "")
    with pytest.raises(ConflictError, match="changed by operator1"):
        phone_answers.record_phone_answer(
            Change(db, HERE, LEE, NOW), number, PhoneAnswer(RequestState.REFUSED, "x", "y"), version=row.version - 1
        )
    row = phone_answers.record_phone_answer(
        Change(db, HERE, KIM, NOW), number, PhoneAnswer(RequestState.REFUSED, "no contract", "duty desk")
    )
    assert (row.state, row.refused_at, row.answer) == ("refused", NOW, "no contract")
    elsewhere = Scope.of_sites(["26110"])
    with pytest.raises(NotFoundError):
        phone_answers.record_phone_answer(
            Change(db, elsewhere, KIM, NOW), number, PhoneAnswer(RequestState.DONE, "x", "y")
        )
