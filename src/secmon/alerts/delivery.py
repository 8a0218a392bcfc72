"""What became of a letter, kept with the request it belongs to: senders report here after each attempt."""

from datetime import datetime

from secmon.alerts import outbox, request
from secmon.alerts.audit import CENTRE
from secmon.alerts.change import changing
from secmon.alerts.desk import Desk
from secmon.alerts.request import Request, RequestState

_LETTERS = 500


def sent(desk: Desk, number: int, now: datetime, detail: str = "") -> bool:
    """A letter went out (`detail`: the other side's answer); its request counts as delivered. False: known already."""
    with changing(desk) as session:
        letter = outbox.mark_sent(session, number, now)
        row = session.get(Request, letter.request_id) if letter and letter.request_id else None
        if letter is None or row is None:
            return letter is not None
        if row.state == RequestState.REQUESTED:
            row.delivered_at = now
            request.go(
                session, row, RequestState.DELIVERED, CENTRE, now, detail=detail[:_LETTERS], channel=letter.channel
            )
        else:
            request.receipt(session, row, "sent", CENTRE, now, detail=detail[:_LETTERS], channel=letter.channel)
        return True


def failed(desk: Desk, number: int, error: str, now: datetime, *, final: bool = False) -> bool:
    """A letter did not go out and is tried again later; False when it had gone out before or is given up now.

    `final`: the other side will never take it, so it is not tried again.
    """
    with changing(desk) as session:
        letter = outbox.mark_failed(session, number, error[:_LETTERS], now, final=final)
        row = session.get(Request, letter.request_id) if letter and letter.request_id else None
        if letter is not None and row is not None:
            request.receipt(session, row, "failed", CENTRE, now, detail=error[:_LETTERS], channel=letter.channel)
        return letter is not None and letter.state == outbox.LetterState.WAITING
