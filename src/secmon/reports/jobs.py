"""Compose due digests and notices, and deliver the messages in the outbox."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from secmon.operations.period_summary import active_sites
from secmon.reports.compose import compose, last_end
from secmon.reports.content.kinds import DIGEST_KINDS, Audience, digest_kind
from secmon.reports.content.schedule import Due, missed_periods
from secmon.reports.content.sources import Sources
from secmon.reports.deliver import BATCH, Delivered, deliver
from secmon.reports.delivery.channels import Channels
from secmon.reports.delivery.recipients import recipients
from secmon.reports.notices import notify

_log = structlog.get_logger(__name__)
_SETTLE = timedelta(minutes=3)
"""Time that lines of a period's end have to arrive before its digest is composed."""


@dataclass
class Digests:
    """Composes and delivers for one centre; each method is one scheduled job."""

    sources: Sources
    channels: Channels
    clock: Callable[[], datetime]
    _composing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def compose(self) -> int:
        """Compose every digest that is due, also for missed periods; returns the number of new digests."""
        async with self._composing:
            return await asyncio.to_thread(self.compose_now, self.clock())

    def compose_now(self, now: datetime) -> int:
        """Compose the due digests in this thread."""
        sources, new = self.sources.fresh(), 0
        for due in self.due(now):
            if compose(sources, due, now).new:
                new += 1
                _log.info("digest composed", kind=due.kind, scope=due.scope, ends=due.period.ends.isoformat())
        return new

    def due(self, now: datetime) -> list[Due]:
        """Return the digests due at `now`: always the centre's own, and those of places with a recipient for them."""
        found = []
        everybody = recipients(self.sources.db)
        for kind in DIGEST_KINDS.values():
            subscribed = {one.scope for one in everybody if kind.name in one.kinds}
            for place in sorted({""} if kind.audience is Audience.CENTRE else subscribed):
                for period in missed_periods(kind, now - _SETTLE, last_end(self.sources.db, kind.name, place)):
                    found.append(Due(kind.name, place, period))  # noqa: PERF401  # three loops read better apart
        return [due for due in found if not digest_kind(due.kind).only_with_news or self._happened(due)]

    async def notify(self) -> int:
        """Compose immediate notices."""
        async with self._composing:
            return await asyncio.to_thread(notify, self.sources.fresh(), self.clock())

    async def deliver(self) -> Delivered:
        """Send waiting messages in batches, as long as all messages of a batch are sent."""
        sources, total = self.sources, Delivered(0, 0, 0)
        while True:
            done = await deliver(sources.db, self.channels, self.clock(), tlp=sources.tlp, simulated=sources.simulated)
            total = Delivered(total.sent + done.sent, total.again + done.again, total.given_up + done.given_up)
            if done.sent < BATCH:
                return total

    def _happened(self, due: Due) -> bool:
        """Test whether anything was opened, detected or requested at a place that day."""
        news = active_sites(self.sources.db, due.period)
        return bool({site for site in news if self.sources.scope(due.scope).covers(site)})
