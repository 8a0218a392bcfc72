"""Deliver letters from the outbox: retry until they are sent, and mark each letter once it is out.

A crash between the receiver's acceptance of a letter and the mark here leaves it unknown whether the letter was
sent. It is then sent again with the same Message-ID or Idempotency-Key, so that the receiver can recognise the
repetition.
"""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from os import getpid

from secmon.db.database import Database
from secmon.errors import NotFoundError, Term
from secmon.notifications import outbox
from secmon.notifications.outbox import Claimed
from secmon.reports import archive
from secmon.reports.delivery import letters
from secmon.reports.delivery.channels import Channels, NotDelivered
from secmon.reports.delivery.message import Dispatch
from secmon.reports.delivery.recipients import Recipient, recipient, recipients
from secmon.response.requests import delivery_status

BATCH = 20
_PARALLEL = 5


@dataclass(frozen=True, slots=True)
class Delivered:
    """Counts of one delivery run: sent, to be retried, and given up."""

    sent: int
    again: int
    given_up: int


async def deliver(
    db: Database, channels: Channels, now: datetime, *, tlp: str = "amber", simulated: bool = False
) -> Delivered:
    """Send one batch of due letters."""
    sender = f"{socket.gethostname()}:{getpid()}"
    claimed = await asyncio.to_thread(outbox.claim_letters, db, sender, limit=BATCH, now=now)
    gate = asyncio.Semaphore(_PARALLEL)

    async def one(letter: Claimed) -> str:
        async with gate:
            return await _one(db, channels, letter, now, tlp, simulated=simulated)

    became = await asyncio.gather(*(one(letter) for letter in claimed))
    return Delivered(became.count("sent"), became.count("again"), became.count("given_up"))


async def _one(db: Database, channels: Channels, claimed: Claimed, now: datetime, tlp: str, *, simulated: bool) -> str:
    letter = claimed.letter
    try:
        if not letter.recipient.startswith("recipient:"):
            await asyncio.to_thread(_fan_out, db, claimed, now)
            return "sent"
        to, dispatch = await asyncio.to_thread(_prepare, db, claimed, tlp, simulated=simulated)
        answer = await channels.send(to.channel, to.address, dispatch, now)
    except (NotDelivered, NotFoundError) as error:
        final = isinstance(error, NotFoundError) or error.final
        more = await asyncio.to_thread(
            delivery_status.mark_undelivered, db, claimed.id, error.stored(), now, final=final
        )
        return "again" if more else "given_up"
    await asyncio.to_thread(delivery_status.mark_delivered, db, claimed.id, now, answer)
    return "sent"


def _fan_out(db: Database, claimed: Claimed, now: datetime) -> None:
    """Replace a letter to a site or role by one letter per recipient, in a single transaction.

    The letters still belong to the request: the first to arrive counts as its delivery.
    """
    letter = claimed.letter
    to: Sequence[Recipient] = letters.addressed(letter, list(recipients(db)))
    if not to:
        raise NotDelivered("letter.no_recipient", recipient=letter.recipient, channel=Term.of(letter.channel))
    with db.begin() as session:
        for one in to:
            own = replace(letter, key=f"{letter.key}>{one.id}"[:128], recipient=f"recipient:{one.id}")
            outbox.enqueue(session, own, now)
        outbox.mark_sent(session, claimed.id, now)


def _prepare(db: Database, claimed: Claimed, tlp: str, *, simulated: bool) -> tuple[Recipient, Dispatch]:
    letter = claimed.letter
    to = recipient(db, int(letter.recipient.partition(":")[2]))
    if not to.active:
        raise NotDelivered("letter.recipient_disabled", final=True, name=to.name)
    if letter.kind == "digest":
        return to, archive.dispatch(db, letter)
    return to, letters.dispatch(letter, to, tlp, simulated=simulated)
