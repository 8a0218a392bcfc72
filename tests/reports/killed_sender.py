"""What the crash test kills: a process that composes digests and notices and delivers them, step by step."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from digest_centre import FEEDS, NOW

from secmon.db.database import Database
from secmon.notifications import outbox
from secmon.operations.metric_samples import Period
from secmon.reports import compose, deliver
from secmon.reports.compose import Composed, letter_to, store_digest, subscribed
from secmon.reports.content.facts import Facts
from secmon.reports.content.schedule import Due
from secmon.reports.delivery.channels import Channels
from secmon.reports.rendering.render import render_documents
from secmon.response.requests import delivery_status
from secmon.settings import MailServer

DUE = Due("daily", "", Period(NOW - timedelta(days=1), NOW))


def work(data: Path, server: MailServer, told: Connection, stop_at: int) -> None:
    """Compose and deliver; say so before each step and wait there at the one to be killed in."""
    db = Database(f"sqlite:///{data / 'desk.sqlite3'}")
    steps = _Steps(told, stop_at)
    steps("begun")
    one_digest(db, NOW, steps)
    steps("composed")
    for target, name, step in ((outbox, "claim_letters", "claim"), (delivery_status, "mark_delivered", "sent")):
        setattr(target, name, steps.around(step, getattr(target, name)))
    now = NOW
    for _ in range(2):
        deliver_once(db, server, now)
        now += outbox.LEASE
    steps("done")
    told.send("finished")


def one_digest(db: Database, now: datetime, steps: Callable[[str], None]) -> Composed:
    """A digest kept with its letters in one transaction, as compose does it, without a store."""
    known = compose.find_digest(db, DUE.key)
    if known is not None:
        return Composed(known, DUE, new=False)
    to = subscribed(db, DUE.kind, DUE.scope)
    facts = Facts(
        kind="notice",
        scope="",
        begins=now.isoformat(),
        ends=now.isoformat(),
        composed_at=now.isoformat(),
        late=False,
        simulated=True,
        tlp="amber",
        notice={"topic": "silent", "number": len(FEEDS), "sites": 226, "list": []},
    )
    made = {"ko": render_documents(facts, "ko")}
    with db.begin() as session:
        number = store_digest(session, DUE, facts, made, now)
        steps("kept, not committed")
        for one in to:
            outbox.enqueue(session, letter_to(number, one), now)
        steps("letters, not committed")
    return Composed(number, DUE, new=True)


def deliver_once(db: Database, server: MailServer, now: datetime) -> None:
    """One run of delivery."""
    asyncio.run(deliver.deliver(db, Channels(server), now))


class _Steps:
    def __init__(self, told: Connection, stop_at: int) -> None:
        self._told, self._stop_at, self._count = told, stop_at, 0

    def __call__(self, name: str) -> None:
        self._count += 1
        if self._count == self._stop_at:
            self._told.send(name)
            self._told.recv()  # never answered: the process is killed here

    def around(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*args: Any, **named: Any) -> Any:
            self(f"before {name}")
            answer = call(*args, **named)
            self(f"after {name}")
            return answer

        return stepped
