"""Pipeline: collect, load, detect and publish, with the last result of each."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from secmon.alerts.triage import Triage
from secmon.detection import rule_states
from secmon.ingest import batch_journal
from secmon.ingest.transports.registry import Transport
from secmon.ingest.transports.syslog_server import Reception
from secmon.live.context import CentreContext
from secmon.live.expected_band import ExpectedBands
from secmon.live.pipeline_port import BacktestResult, CollectionResult, ImportResult
from secmon.live.snapshot import Rates, compose, encode
from secmon.pipeline.backtest import backtest
from secmon.pipeline.collect import Collector, Round
from secmon.pipeline.detect import Detector
from secmon.pipeline.load import Loader
from secmon.pipeline.manual_import import spool_lines
from secmon.pipeline.receive import Receiver
from secmon.pipeline.rule_reload import RuleReloader
from secmon.sites.scope import EVERYTHING, Scope
from secmon.store import sql

_log = structlog.get_logger(__name__)
_RATE_WINDOW = timedelta(seconds=60)
_SNAPSHOT_AGE = timedelta(seconds=5)


@dataclass
class Pipeline:
    """The jobs of one centre; each method is one scheduled job."""

    collector: Collector
    loader: Loader
    detector: Detector
    rule_reloader: RuleReloader
    context: CentreContext
    clock: Callable[[], datetime]
    transport: Transport
    receiver: Receiver
    reception: Reception
    ports: tuple[int, ...] = ()
    beat: int = 0
    last_round: Round | None = None
    collected_at: datetime | None = None
    published_at: datetime | None = None
    failures: dict[str, str] = field(default_factory=dict)
    _recent: deque[tuple[datetime, int]] = field(default_factory=deque)
    _loading: asyncio.Lock = field(default_factory=asyncio.Lock)
    _detecting: asyncio.Lock = field(default_factory=asyncio.Lock)
    _collecting: asyncio.Lock = field(default_factory=asyncio.Lock)
    _receiving: asyncio.Lock = field(default_factory=asyncio.Lock)
    _news: bool = True
    usual: ExpectedBands = field(init=False)

    def __post_init__(self) -> None:
        """Learn the usual values from the console's store."""
        self.usual = ExpectedBands(self.context.store)

    async def collect(self) -> Round:
        """Run one collection round over all due feeds."""
        async with self._collecting:
            self.last_round = done = await self.collector.round(self.transport)
        if not done.paused:
            self.collected_at = self.clock()
            self._recent.append((self.collected_at, done.lines))
        self._news = True
        return done

    async def collect_once(self) -> CollectionResult:
        """Run one collection round, load its lines and run the rules, for the command and the API."""
        done = await self.collect()
        await self.load()
        events, quarantined = await self._loaded(done.batch_id)
        return CollectionResult(
            sites=done.sites,
            feeds=done.feeds,
            failed_feeds=done.failed,
            lines=done.lines,
            events=events,
            quarantined=quarantined,
            more=done.more,
            paused=done.paused,
            seconds=round(done.seconds, 3),
        )

    async def import_lines(self, site: str, feed: str, format_name: str, body: bytes) -> ImportResult:
        """Load the lines of `body` by hand, and run the rules over them.

        Raises UsageError when there is no line, or no matching format.
        """
        spooled = await asyncio.to_thread(spool_lines, self.loader, site, feed, format_name, body, self.clock())
        await self.load()
        events, quarantined = await self._loaded(spooled.batch_id)
        return ImportResult(spooled.format, spooled.lines, events, quarantined)

    async def receive(self) -> int:
        """Spool the lines that senders pushed; returns their number."""
        async with self._receiving:
            lines = await self.receiver.run()
        if lines:
            self._recent.append((self.clock(), lines))
            self._news = True
        return lines

    async def load(self) -> int:
        """Load spooled batches into the store and run the rules over them; returns the number of lines."""
        lines = await self.load_only()
        await self.detect()
        return lines

    async def load_only(self) -> int:
        """Load spooled batches into the store; returns the number of lines."""
        async with self._loading:
            lines = await asyncio.to_thread(self.loader.drain)
        self._news = self._news or lines > 0
        return lines

    async def detect(self) -> Triage:
        """Run the rules over batches that are loaded and not yet processed."""
        done = Triage(0, 0)
        # The lock is released after each pass. Where rules are slower than the collection, there is always another
        # pass to make, and a backtest or changed rules would wait for ever.
        while one := await self._detect_pass():
            done = done.plus(one)
        self._news = self._news or done != Triage(0, 0)
        return done

    async def _detect_pass(self) -> Triage | None:
        async with self._detecting:
            return await asyncio.to_thread(self.detector.run_pass)

    async def rerun(self, rule: str, begins: datetime, ends: datetime) -> BacktestResult:
        """Run one rule, by its name or id, over past events, between two runs of all rules."""
        async with self._detecting:
            done = await asyncio.to_thread(backtest, self.detector, rule, begins, ends)
        self._news = True
        return done

    async def _loaded(self, batch_id: str) -> tuple[int, int]:
        """Return the numbers of events and of quarantined lines of a loaded batch."""
        query, parameters = sql.query("batch_totals"), {"batch_id": batch_id}
        ((events, quarantined),) = await asyncio.to_thread(self.context.store.rows, query, parameters)
        return int(events), int(quarantined)

    async def reload_rules(self) -> None:
        """Apply new, removed or changed rule files; a run under way ends with the rules it began with."""
        rules = await asyncio.to_thread(self.rule_reloader.changed)
        if rules is None:
            return
        async with self._detecting:
            self.detector = replace(self.detector, rules=rules)
        # titles of removed rules stay, since their alerts are still there
        signatures = {rule.id: rule for rule in rules.signatures}
        self.context.rules.update(signatures)
        await asyncio.to_thread(rule_states.enable_repaired_rules, self.context.db, signatures)
        self._news = True

    async def publish(self) -> None:
        """Compose the snapshot and share it with every viewer, when there is news or the last snapshot is old."""
        now = self.clock()
        self.context.hub.narrow = self.snapshot
        if not self._news and self.published_at is not None and now - self.published_at < _SNAPSHOT_AGE:
            return
        self._news = False
        self.context.hub.publish(await asyncio.to_thread(self.snapshot))
        self.published_at = now

    def snapshot(self, scope: Scope = EVERYTHING) -> bytes:
        """Return the current snapshot of the wall for a user with this scope, encoded for sending."""
        now = self.clock()
        context = self.context
        body = compose(
            context.store,
            context.db,
            context.sites,
            context.reports(),
            context.rules,
            self.rates(now),
            now,
            scope,
            self.usual,
        )
        if context.staged:  # its clock may be stopped; the counter shows viewers that it is alive
            self.beat += 1
            body = {**body, "staged": self.beat}
        return encode(body)

    def rates(self, now: datetime) -> Rates:
        """Return lines per second over the last minute of rounds."""
        while self._recent and now - self._recent[0][0] > _RATE_WINDOW:
            self._recent.popleft()
        seconds = self.last_round.seconds if self.last_round else 0.0
        span = (self._recent[-1][0] - self._recent[0][0]).total_seconds() if self._recent else 0.0
        lines = sum(number for _, number in list(self._recent)[1:])
        return Rates(lines / span if span else None, seconds, self.collected_at)

    @asynccontextmanager
    async def still(self) -> AsyncIterator[None]:
        """Pause collection, loading and detection meanwhile; senders and sites hold their lines."""
        async with self._collecting, self._receiving, self._loading, self._detecting:
            yield

    async def close(self) -> None:
        """Close the connections to the sites; the pipeline may continue afterwards, also on another event loop."""
        await self.collector.close()
        await self.transport.close()
        self._collecting, self._loading, self._detecting = asyncio.Lock(), asyncio.Lock(), asyncio.Lock()
        self._receiving = asyncio.Lock()

    def healthy(self) -> dict[str, str]:
        """Return problems by part, for /healthz; empty when all is well."""
        problems = dict(self.failures)
        waiting = batch_journal.backlog(self.context.db)
        if waiting.error:
            problems["load"] = f"a batch could not be loaded ({waiting.failed} are parked): {waiting.error}"
        if self.last_round is not None and self.last_round.paused:
            problems["collect"] = f"paused: {waiting.spooled} batches wait for the store"
        return problems
