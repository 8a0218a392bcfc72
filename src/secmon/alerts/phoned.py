"""Answers of municipalities that came by phone: somebody at the centre writes down who said what."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from secmon.alerts.audit import Actor
from secmon.alerts.change import changing, said
from secmon.alerts.desk import Desk
from secmon.alerts.request import Request, RequestState, go, of
from secmon.errors import IllegalMove
from secmon.sites.scope import Scope

CHANNEL = "phone"
ANSWERS = (RequestState.ACKNOWLEDGED, RequestState.DONE, RequestState.REFUSED)
"""What a municipality can say."""


@dataclass(frozen=True, slots=True)
class Call:
    """What was said on the phone: one of ANSWERS, in which words, and by whom."""

    state: RequestState
    words: str
    said_by: str


def write_down(
    desk: Desk, scope: Scope, number: int, call: Call, *, actor: Actor, now: datetime, version: int | None = None
) -> Request:
    """Keep an answer as given by `call.said_by` and written down by the actor, who then cannot verify it.

    Whoever says it is done has read the request: it is acknowledged by the same call. IllegalMove without who said
    it, or without words where something was done or refused.
    """
    with changing(desk) as session:
        row = of(session, scope, number, version)
        told = Call(call.state, _words(call), said(call.said_by, "who answered"))
        if call.state == RequestState.DONE and row.state in {RequestState.REQUESTED, RequestState.DELIVERED}:
            _answered(session, row, Call(RequestState.ACKNOWLEDGED, "", told.said_by), actor, now)
        _answered(session, row, told, actor, now)
        return row


def _words(call: Call) -> str:
    if call.state not in ANSWERS:
        raise IllegalMove(f"{call.state} is nothing a municipality says; choose one of {', '.join(ANSWERS)}")
    needed = {RequestState.DONE: "what was done", RequestState.REFUSED: "the reason of the refusal"}.get(call.state)
    return said(call.words, needed) if needed else call.words.strip()


def _answered(session: Session, row: Request, call: Call, actor: Actor, now: datetime) -> None:
    go(session, row, call.state, actor, now, detail=call.words, channel=CHANNEL, said_by=call.said_by)
    row.answer = call.words or row.answer
    row.delivered_at = row.delivered_at or now
    if call.state == RequestState.ACKNOWLEDGED:
        row.acknowledged_at, row.acknowledged_by = now, actor.name[:128]
    elif call.state == RequestState.DONE:
        row.done_at, row.done_by = now, actor.name[:128]
    else:
        row.refused_at = now
