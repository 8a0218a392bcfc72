"""A running centre without its web side: an open data folder, both databases, and the jobs that use them."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

from secmon.alerts.flood_control import FloodLimits
from secmon.db.database import Database
from secmon.detection.anomaly.builtin import builtin
from secmon.errors import UsageError
from secmon.feed_health.health import HealthLimits
from secmon.ingest.circuit_breaker import BreakerLimits
from secmon.ingest.configured_feeds import feed_addresses, in_shard, known_senders, listen_addresses
from secmon.ingest.transports.inbox import Inbox
from secmon.ingest.transports.page import FeedAddress
from secmon.ingest.transports.registry import Transport
from secmon.ingest.transports.syslog_server import Reception
from secmon.live.context import CentreContext
from secmon.live.pipeline_port import BackupManifest
from secmon.pipeline.collect import Collector, Pace, SpoolLimits
from secmon.pipeline.detect import Detector
from secmon.pipeline.load import Loader
from secmon.pipeline.pipeline import Pipeline
from secmon.pipeline.receive import Receiver
from secmon.pipeline.rule_reload import RuleReloader
from secmon.runtime.backup import make_backup
from secmon.runtime.data_folder_lock import Instance
from secmon.settings import Settings
from secmon.sites.registry import load_provinces, load_sites
from secmon.store.client import Store
from secmon.store.formats import recognise
from secmon.store.migrate import migrate


@dataclass(frozen=True, slots=True)
class Centre:
    """A data folder opened by this process, with its databases and jobs."""

    settings: Settings
    instance: Instance
    store: Store
    db: Database
    pipeline: Pipeline

    async def back_up(self) -> BackupManifest:
        """Write a backup into a new folder beside the data while collection, loading and detection are paused."""
        clock = self.pipeline.clock
        folder = self.settings.data / "backups" / f"{clock():%Y%m%dT%H%M%S}"
        async with self.pipeline.still():
            return await asyncio.to_thread(make_backup, self.settings, self.store, self.db, folder, clock())


def utc_now() -> datetime:
    """Return the current time in UTC: the default clock."""
    return datetime.now(UTC)


@contextmanager
def open_centre(
    settings: Settings,
    *,
    instance: Instance | None = None,
    simulated: bool = False,
    shard: tuple[int, int] = (1, 1),
    clock: Callable[[], datetime] = utc_now,
    database: str = "secmon",
) -> Iterator[Centre]:
    """Open the data folder, migrate both databases and repair what a crash left half done.

    `instance` is the lock of the folder if the caller holds it already; `shard` (k, n) limits collection to share
    k of n of the sites; `clock` returns aware times and differs from real time only when a simulated day is run;
    `database` is the database of the event store to use.
    """
    missing = [folder for folder in settings.rules if not folder.is_dir()]
    if missing:
        raise UsageError.literal(f"rules: there is no folder {missing[0]}; make it, or take it out of the settings")
    addresses = tuple(address for address in feed_addresses(settings) if in_shard(address.site, shard))
    with contextlib.ExitStack() as stack:
        instance = instance or stack.enter_context(Instance(settings.data))
        store, db = Store(settings.store_dsn, database), Database(settings.desk_dsn)
        stack.callback(store.close)
        stack.callback(db.close)
        migrate(store)
        db.migrate()
        pipeline = _watch(settings, store, db, addresses, clock, simulated=simulated)
        pipeline.loader.recover()
        yield Centre(settings, instance, store, db, pipeline)


def _watch(
    settings: Settings,
    store: Store,
    db: Database,
    addresses: Sequence[FeedAddress],
    clock: Callable[[], datetime],
    *,
    simulated: bool,
) -> Pipeline:
    rule_reloader = RuleReloader(settings.rules, settings.placeholders)
    rules = rule_reloader.read()
    limits = SpoolLimits(settings.batch_lines, settings.spool_batches, settings.spool_megabytes * 1_000_000)
    senders = known_senders(settings)
    pushed = {(site, at.feed): at.format for site in sorted(senders.sites()) for at in listen_addresses(settings)}
    inbox = Inbox(settings.inbox_megabytes * 1_000_000, clock)
    context = CentreContext(
        store=store,
        db=db,
        sites=load_sites(),
        provinces=load_provinces(),
        rules={rule.id: rule for rule in (*rules.signatures, *builtin().values())},
        feeds=(
            *((address.site, address.feed, address.format) for address in addresses),
            *((site, feed, name) for (site, feed), name in pushed.items()),
        ),
        limits=HealthLimits(settings.late_after, settings.silent_after),
        clock=clock,
        language=settings.language,
        simulated=simulated,
        staged=store.database != "secmon",
        settings=settings,
    )
    return Pipeline(
        collector=Collector(
            addresses,
            db,
            settings.spool,
            limits,
            clock,
            Pace(
                settings.collect_parallel,
                settings.collect_seconds / 2,
                BreakerLimits(settings.retry_first, settings.retry_longest),
            ),
        ),
        receiver=Receiver(inbox, db, settings.spool, limits, clock),
        reception=Reception(inbox, senders, recognise),
        loader=Loader(store, db, settings.spool, clock),
        rule_reloader=rule_reloader,
        detector=Detector(
            store,
            db,
            rules,
            timedelta(hours=settings.quiet_hours),
            clock,
            FloodLimits(settings.flood_site, settings.flood_rule),
            context.reports,
        ),
        context=context,
        clock=clock,
        transport=Transport(clock, settings.collect_timeout, gzip=settings.collect_gzip),
    )


def assets_folder() -> Path:
    """Return the folder of browser assets: inside the package in a wheel, beside `src` in a checkout."""
    package = Path(str(files("secmon")))
    inside = package / "assets"
    return inside if inside.is_dir() else package.parents[1] / "assets"
