"""What the crash test kills: a process that collects, loads and detects over a data folder."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any

import structlog
from simulated_sites import STORED, journalled

from secmon.alerts import journal, queue
from secmon.alerts.desk import Desk
from secmon.feeds.http_pull import http_client
from secmon.feeds.page import FeedAddress
from secmon.instance import Instance
from secmon.jobs.collect import Collector
from secmon.jobs.detect import Detector
from secmon.jobs.load import Loader
from secmon.rules.ruleset import load_rules
from secmon.settings import Settings
from secmon.store.client import Store
from secmon.store.migrate import migrate
from secmon.store.repair import uneven_days

_PAGE = 400  # lines asked of a feed at a time: batches that take the store a while


@dataclass(frozen=True, slots=True)
class Account:
    """What a data folder holds in the end; by (site, feed) where it is a dict."""

    journal: dict[tuple[str, str], int]
    intake: dict[tuple[str, str], int]
    stored: dict[tuple[str, str], tuple[int, int]]
    rows_twice: int
    backlog: journal.Backlog
    uneven_days: tuple[str, ...]
    totals: list[Any]
    totals_counted: list[Any]
    alerts: list[tuple[str, str, str, int, int]]


@dataclass(frozen=True, slots=True)
class Jobs:
    """The jobs of a centre that this process has open."""

    store: Store
    desk: Desk
    collector: Collector
    loader: Loader
    detector: Detector


def work(settings: Settings, addresses: tuple[FeedAddress, ...], told: Connection) -> None:
    """Rounds until killed; says when it opens the folder and when it works."""
    _quiet()
    told.send("opening")
    with _jobs(settings, addresses) as jobs:
        told.send("working")
        asyncio.run(_rounds(jobs, settings, told))


def finish(settings: Settings, addresses: tuple[FeedAddress, ...], told: Connection) -> None:
    """One clean run until nothing is left, and the account of everything."""
    _quiet()
    with _jobs(settings, addresses) as jobs:
        asyncio.run(_rounds(jobs, settings, None))
        told.send(_account(jobs))


@contextmanager
def _jobs(settings: Settings, addresses: tuple[FeedAddress, ...]) -> Iterator[Jobs]:
    """As `secmon.app.open_centre`, without the web side, which takes seconds to import."""
    with Instance(settings.data):
        store, desk = Store(settings.store_dsn), Desk(settings.desk_dsn)
        migrate(store)
        desk.migrate()
        loader = Loader(store, desk, settings.spool, _now)
        loader.recover()
        yield Jobs(
            store,
            desk,
            Collector(addresses, desk, settings.spool, 32, settings.batch_lines, settings.spool_batches, _now),
            loader,
            Detector(store, desk, load_rules(), timedelta(hours=6), _now),
        )
        store.close()
        desk.close()


async def _rounds(jobs: Jobs, settings: Settings, told: Connection | None) -> None:
    """Forever when somebody is told, else until no site has more; one batch is fetched while one is loaded."""
    loading: asyncio.Task[int] | None = None
    more = 1
    async with http_client(32, settings.collect_timeout, gzip=False) as client:
        while more or told is not None:
            asked = await jobs.collector.ask(client, jobs.collector.addresses, _PAGE)
            more = asked.more + asked.paused
            if loading is not None:
                await loading
                await asyncio.to_thread(jobs.detector.run)
            loading = asyncio.create_task(asyncio.to_thread(jobs.loader.drain))
        if loading is not None:
            await loading
        await asyncio.to_thread(jobs.detector.run)


def _account(jobs: Jobs) -> Account:
    store = jobs.store
    columns = "slot, site, feed, attack_type, severity_id"
    ((twice,),) = store.rows(
        "SELECT count() - uniqExact(batch_id, seq) FROM"
        " (SELECT batch_id, seq FROM events UNION ALL SELECT batch_id, seq FROM quarantine)"
    )
    return Account(
        journal=journalled(jobs.desk),
        intake={
            (site, feed): lines
            for site, feed, lines in store.rows(
                "SELECT site, feed, sum(events) + sum(quarantined) FROM intake GROUP BY site, feed"
            )
        },
        stored={(site, feed): (count, total) for site, feed, count, total in store.rows(STORED)},
        rows_twice=int(twice),
        backlog=journal.backlog(jobs.desk),
        uneven_days=uneven_days(store),
        totals=store.rows(f"SELECT {columns}, sum(events) FROM events_15m GROUP BY {columns} ORDER BY ALL"),
        totals_counted=store.rows(
            "SELECT toStartOfFifteenMinutes(time) AS slot, site, feed, attack_type, severity_id, count() FROM events"
            f" GROUP BY {columns} ORDER BY ALL"
        ),
        alerts=[
            (one.rule_id, one.site, one.actor, one.findings, one.events) for one in queue.newest(jobs.desk, 10_000)
        ],
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _quiet() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
