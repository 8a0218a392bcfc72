"""What the crash test kills: a process that collects, loads and detects over a data folder."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle
from multiprocessing.connection import Connection
from typing import Any

import structlog
from simulated_sites import STORED, journalled

from secmon.alerts import queries as alert_queries
from secmon.db.database import Database
from secmon.detection.sigma.ruleset import load_rules
from secmon.ingest import batch_journal
from secmon.ingest.circuit_breaker import BreakerLimits
from secmon.ingest.transports.page import FeedAddress
from secmon.ingest.transports.registry import Transport
from secmon.pipeline.collect import Collector, Pace, SpoolLimits
from secmon.pipeline.detect import Detector
from secmon.pipeline.load import Loader
from secmon.runtime.data_folder_lock import Instance
from secmon.settings import Settings
from secmon.store.client import Store
from secmon.store.migrate import migrate
from secmon.store.repair import uneven_days

PACE = Pace(retry=BreakerLimits(0.0, 0.0))
_FEEDS, _PAGE = 75, 1_000  # feeds asked together and lines of each: batches that take the store a while


@dataclass(frozen=True, slots=True)
class Account:
    """What a data folder holds in the end; by (site, feed) where it is a dict."""

    taken: dict[tuple[str, str], int]
    intake: dict[tuple[str, str], int]
    stored: dict[tuple[str, str], tuple[int, int]]
    rows_twice: int
    backlog: batch_journal.Backlog
    uneven_days: tuple[str, ...]
    totals: list[Any]
    totals_counted: list[Any]
    alerts: list[tuple[str, str, str, int, int]]


@dataclass(frozen=True, slots=True)
class Jobs:
    """The jobs of a centre that this process has open."""

    store: Store
    db: Database
    collector: Collector
    loader: Loader
    detector: Detector


def work(settings: Settings, addresses: tuple[FeedAddress, ...], told: Connection, life: int) -> None:
    """Rounds until killed, each life begins with other feeds; says 'opening', and 'collecting' at the first round."""
    _quiet()
    told.send("opening")
    with _jobs(settings, addresses) as jobs:
        shares = [addresses[start : start + _FEEDS] for start in range(0, len(addresses), _FEEDS)]
        first = life % len(shares)
        told.send("collecting")
        asyncio.run(_rounds(jobs, settings, shares[first:] + shares[:first]))


def finish(settings: Settings, addresses: tuple[FeedAddress, ...], told: Connection) -> None:
    """One clean run until nothing is left, and the account of everything."""
    _quiet()
    with _jobs(settings, addresses) as jobs:
        asyncio.run(_drain(jobs, settings))
        told.send(_account(jobs))


@contextmanager
def _jobs(settings: Settings, addresses: tuple[FeedAddress, ...]) -> Iterator[Jobs]:
    """As `secmon.runtime.centre.open_centre`, without the web side, which takes seconds to import."""
    with Instance(settings.data):
        store, db = Store(settings.store_dsn), Database(settings.desk_dsn)
        migrate(store)
        db.migrate()
        loader = Loader(store, db, settings.spool, _now)
        loader.recover()
        yield Jobs(
            store,
            db,
            Collector(addresses, db, settings.spool, SpoolLimits(settings.batch_lines, 40, 1 << 30), _now, PACE),
            loader,
            Detector(store, db, load_rules(), timedelta(hours=6), _now),
        )
        store.close()
        db.close()


async def _rounds(jobs: Jobs, settings: Settings, shares: Sequence[Sequence[FeedAddress]]) -> None:
    """Forever, as the server does: one batch is fetched while the one before is loaded and the rules run over it."""
    transport = Transport(_now, settings.collect_timeout, gzip=False)
    for share in cycle(shares):
        loading = asyncio.create_task(asyncio.to_thread(_load, jobs))
        await jobs.collector.ask(transport, share, _PAGE)
        await loading


def _load(jobs: Jobs) -> None:
    jobs.loader.drain()
    jobs.detector.run()


async def _drain(jobs: Jobs, settings: Settings) -> None:
    more = 1
    transport = Transport(_now, settings.collect_timeout, gzip=False)
    while more:
        asked = await jobs.collector.ask(transport, jobs.collector.addresses, 5_000)
        more = asked.more + asked.paused + asked.failed + asked.under_way
        await asyncio.to_thread(jobs.loader.drain)
    await jobs.collector.close()
    await transport.close()
    await asyncio.to_thread(jobs.detector.run)


def _account(jobs: Jobs) -> Account:
    store = jobs.store
    columns = "slot, site, feed, attack_type, severity_id"
    ((twice,),) = store.rows(
        "SELECT count() - uniqExact(batch_id, seq) FROM"
        " (SELECT batch_id, seq FROM events UNION ALL SELECT batch_id, seq FROM quarantine)"
    )
    return Account(
        taken={key: lines for key, lines in journalled(jobs.db).items() if lines},
        intake={
            (site, feed): lines
            for site, feed, lines in store.rows(
                "SELECT site, feed, sum(events) + sum(quarantined) FROM intake GROUP BY site, feed"
            )
        },
        stored={(site, feed): (count, total) for site, feed, count, total in store.rows(STORED)},
        rows_twice=int(twice),
        backlog=batch_journal.backlog(jobs.db),
        uneven_days=uneven_days(store),
        totals=store.rows(f"SELECT {columns}, sum(events) FROM events_15m GROUP BY {columns} ORDER BY ALL"),
        totals_counted=store.rows(
            "SELECT toStartOfFifteenMinutes(time) AS slot, site, feed, attack_type, severity_id, count() FROM events"
            f" GROUP BY {columns} ORDER BY ALL"
        ),
        alerts=[
            (one.rule_id, one.site, one.actor, one.findings, one.events)
            for one in alert_queries.newest_alerts(jobs.db, 10_000)
        ],
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _quiet() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
