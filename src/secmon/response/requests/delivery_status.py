"""Delivery receipts: senders report here after each attempt, and the result is stored with the request."""

from datetime import datetime

from secmon.db.audit_log import CENTRE
from secmon.db.database import Database
from secmon.db.transaction import serialised_transaction
from secmon.notifications import outbox
from secmon.response.requests import request
from secmon.response.requests.request import Request, RequestState

_LETTERS = 500


def mark_delivered(db: Database, number: int, now: datetime, detail: str = "") -> bool:
    """Record that a message was sent (`detail`: the other side's answer); its request counts as delivered.

    False when it was already known.
    """
    with serialised_transaction(db) as session:
        letter = outbox.mark_sent(session, number, now)
        row = session.get(Request, letter.request_id) if letter and letter.request_id else None
        if letter is None or row is None:
            return letter is not None
        if row.state == RequestState.REQUESTED:
            row.delivered_at = now
            request.transition(
                session, row, RequestState.DELIVERED, CENTRE, now, detail=detail[:_LETTERS], channel=letter.channel
            )
        else:
            request.add_receipt(session, row, "sent", CENTRE, now, detail=detail[:_LETTERS], channel=letter.channel)
        return True


def mark_undelivered(db: Database, number: int, error: str, now: datetime, *, final: bool = False) -> bool:
    """Record a failed delivery, which is retried later; False when the message was already sent or is given up now.

    `final`: the other side will never accept it, so it is not retried.
    """
    with serialised_transaction(db) as session:
        letter = outbox.mark_failed(session, number, error, now, final=final)
        row = session.get(Request, letter.request_id) if letter and letter.request_id else None
        if letter is not None and row is not None:
            request.add_receipt(session, row, "failed", CENTRE, now, detail=error, channel=letter.channel)
        return letter is not None and letter.state == outbox.LetterState.WAITING
