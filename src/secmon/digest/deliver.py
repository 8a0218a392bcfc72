"""Takes letters from the outbox and sends them: as often as it takes, each marked once it is out.

Between the other side's taking a letter and its mark here lies one moment in which a crash leaves it unknown whether it
went out. It is then sent again with the same Message-ID or Idempotency-Key, by which the receiver knows it.
"""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from os import getpid

from secmon.alerts import delivery, outbox
from secmon.alerts.desk import Desk
from secmon.alerts.outbox import Claimed
from secmon.digest import archive, letters
from secmon.digest.channels import Channels, NotDelivered
from secmon.digest.message import Dispatch
from secmon.digest.recipients import Recipient, recipient, recipients
from secmon.errors import NotFoundError

BATCH = 20
_PARALLEL = 5


@dataclass(frozen=True, slots=True)
class Delivered:
    """Letters of one run: sent, to be tried again, and given up."""

    sent: int
    again: int
    given_up: int


async def deliver(
    desk: Desk, channels: Channels, now: datetime, *, tlp: str = "amber", simulated: bool = False
) -> Delivered:
    """Send what is due, a batch of it."""
    sender = f"{socket.gethostname()}:{getpid()}"
    claimed = await asyncio.to_thread(outbox.claim, desk, sender, limit=BATCH, now=now)
    gate = asyncio.Semaphore(_PARALLEL)

    async def one(letter: Claimed) -> str:
        async with gate:
            return await _one(desk, channels, letter, now, tlp, simulated=simulated)

    became = await asyncio.gather(*(one(letter) for letter in claimed))
    return Delivered(became.count("sent"), became.count("again"), became.count("given_up"))


async def _one(desk: Desk, channels: Channels, claimed: Claimed, now: datetime, tlp: str, *, simulated: bool) -> str:
    letter = claimed.letter
    try:
        if not letter.recipient.startswith("recipient:"):
            await asyncio.to_thread(_fan_out, desk, claimed, now)
            return "sent"
        to, dispatch = await asyncio.to_thread(_prepare, desk, claimed, tlp, simulated=simulated)
        answer = await channels.send(to.channel, to.address, dispatch, now)
    except (NotDelivered, NotFoundError) as error:
        final = isinstance(error, NotFoundError) or error.final
        more = await asyncio.to_thread(delivery.failed, desk, claimed.id, str(error), now, final=final)
        return "again" if more else "given_up"
    await asyncio.to_thread(delivery.sent, desk, claimed.id, now, answer)
    return "sent"


def _fan_out(desk: Desk, claimed: Claimed, now: datetime) -> None:
    """One letter to each recipient of a site or role, in the change that ends the letter to all of them.

    The letters go on belonging to the request: the first one that arrives counts as its delivery.
    """
    letter = claimed.letter
    to: Sequence[Recipient] = letters.addressed(letter, list(recipients(desk)))
    if not to:
        raise NotDelivered(f"nobody is entered for {letter.recipient} by {letter.channel}: add a recipient")
    with desk.begin() as session:
        for one in to:
            own = replace(letter, key=f"{letter.key}>{one.id}"[:128], recipient=f"recipient:{one.id}")
            outbox.enqueue(session, own, now)
        outbox.mark_sent(session, claimed.id, now)


def _prepare(desk: Desk, claimed: Claimed, tlp: str, *, simulated: bool) -> tuple[Recipient, Dispatch]:
    letter = claimed.letter
    to = recipient(desk, int(letter.recipient.partition(":")[2]))
    if not to.active:
        raise NotDelivered(f"recipient {to.name} is switched off", final=True)
    if letter.kind == "digest":
        return to, archive.dispatch(desk, letter)
    return to, letters.dispatch(letter, to, tlp, simulated=simulated)
