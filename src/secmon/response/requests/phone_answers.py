"""Phone answers of municipalities: an operator records who said what."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from secmon.db.audit_log import Actor
from secmon.db.transaction import Change, require_text, serialised_transaction
from secmon.errors import IllegalMove, Term
from secmon.response.requests.request import Request, RequestState, load_for_update, transition

CHANNEL = "phone"
ANSWERS = (RequestState.ACKNOWLEDGED, RequestState.DONE, RequestState.REFUSED)
"""Answers that a municipality can give."""


@dataclass(frozen=True, slots=True)
class PhoneAnswer:
    """A phone answer: one of ANSWERS, its text, and the person who gave it."""

    state: RequestState
    words: str
    said_by: str


def record_phone_answer(change: Change, number: int, call: PhoneAnswer, *, version: int | None = None) -> Request:
    """Record an answer given by `call.said_by`; the actor who recorded it cannot verify it.

    An answer that it is done implies that the request was read: the same call acknowledges it. Raises IllegalMove
    without the person who answered, or without text where something was done or refused.
    """
    with serialised_transaction(change.db) as session:
        row = load_for_update(session, change.scope, number, version)
        told = PhoneAnswer(call.state, _words(call), require_text(call.said_by, "person_who_answered"))
        if call.state == RequestState.DONE and row.state in {RequestState.REQUESTED, RequestState.DELIVERED}:
            _answered(session, row, PhoneAnswer(RequestState.ACKNOWLEDGED, "", told.said_by), change.actor, change.now)
        _answered(session, row, told, change.actor, change.now)
        return row


def _words(call: PhoneAnswer) -> str:
    if call.state not in ANSWERS:
        raise IllegalMove("request.answer_not_valid", answer=Term.of(call.state), answers=Term.of(*ANSWERS))
    needed = {RequestState.DONE: "what_was_done", RequestState.REFUSED: "reason_for_refusing"}.get(call.state)
    return require_text(call.words, needed) if needed else call.words.strip()


def _answered(session: Session, row: Request, call: PhoneAnswer, actor: Actor, now: datetime) -> None:
    transition(session, row, call.state, actor, now, detail=call.words, channel=CHANNEL, said_by=call.said_by)
    row.answer = call.words or row.answer
    row.delivered_at = row.delivered_at or now
    if call.state == RequestState.ACKNOWLEDGED:
        row.acknowledged_at, row.acknowledged_by = now, actor.name[:128]
    elif call.state == RequestState.DONE:
        row.done_at, row.done_by = now, actor.name[:128]
    else:
        row.refused_at = now
