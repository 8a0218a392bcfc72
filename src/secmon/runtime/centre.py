"""A running centre without its web side: an open data folder, both databases, and the jobs that use them."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from secmon.alerts.flood_control import FloodLimits
from secmon.db.database import Desk
from secmon.detection.anomaly.builtin import builtin
from secmon.errors import UsageError
from secmon.feed_health.health import HealthLimits
from secmon.ingest.circuit_breaker import Patience
from secmon.ingest.configured_feeds import feed_addresses, in_shard, known_senders, listen_addresses
from secmon.ingest.transports.inbox import Inbox
from secmon.ingest.transports.page import FeedAddress
from secmon.ingest.transports.registry import Transport
from secmon.ingest.transports.syslog_server import Reception
from secmon.live.context import Console
from secmon.pipeline.collect import Collector, Pace, SpoolLimits
from secmon.pipeline.detect import Detector
from secmon.pipeline.load import Loader
from secmon.pipeline.pipeline import Watch
from secmon.pipeline.receive import Receiver
from secmon.pipeline.rule_reload import Rulebook
from secmon.reports.setup import sources_of
from secmon.reports.shelf import Shelf
from secmon.runtime.data_folder_lock import Instance
from secmon.settings import Settings
from secmon.sites.registry import load_provinces, load_sites
from secmon.store import sql
from secmon.store.client import Store
from secmon.store.formats import recognise
from secmon.store.migrate import migrate


@dataclass(frozen=True, slots=True)
class Centre:
    """A data folder opened by this process, with its databases and jobs."""

    settings: Settings
    instance: Instance
    store: Store
    desk: Desk
    watch: Watch


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
        raise UsageError(f"rules: there is no folder {missing[0]}; make it, or take it out of the settings")
    addresses = tuple(address for address in feed_addresses(settings) if in_shard(address.site, shard))
    with contextlib.ExitStack() as stack:
        instance = instance or stack.enter_context(Instance(settings.data))
        store, desk = Store(settings.store_dsn, database), Desk(settings.desk_dsn)
        stack.callback(store.close)
        stack.callback(desk.close)
        migrate(store)
        desk.migrate()
        watch = _watch(settings, store, desk, addresses, clock, simulated=simulated)
        watch.loader.recover()
        yield Centre(settings, instance, store, desk, watch)


def _watch(
    settings: Settings,
    store: Store,
    desk: Desk,
    addresses: Sequence[FeedAddress],
    clock: Callable[[], datetime],
    *,
    simulated: bool,
) -> Watch:
    rulebook = Rulebook(settings.rules, settings.placeholders)
    rules = rulebook.read()
    limits = SpoolLimits(settings.batch_lines, settings.spool_batches, settings.spool_megabytes * 1_000_000)
    senders = known_senders(settings)
    pushed = {(site, at.feed): at.format for site in sorted(senders.sites()) for at in listen_addresses(settings)}
    inbox = Inbox(settings.inbox_megabytes * 1_000_000, clock)
    console = Console(
        store=store,
        desk=desk,
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
    if not console.staged:
        console = replace(console, shelf=Shelf(sources_of(settings, console, assets_folder())))
    return Watch(
        collector=Collector(
            addresses,
            desk,
            settings.spool,
            limits,
            clock,
            Pace(
                settings.collect_parallel,
                settings.collect_seconds / 2,
                Patience(settings.retry_first, settings.retry_longest),
            ),
        ),
        receiver=Receiver(inbox, desk, settings.spool, limits, clock),
        reception=Reception(inbox, senders, recognise),
        loader=Loader(store, desk, settings.spool, clock),
        rulebook=rulebook,
        detector=Detector(
            store,
            desk,
            rules,
            timedelta(hours=settings.quiet_hours),
            clock,
            FloodLimits(settings.flood_site, settings.flood_rule),
            console.reports,
        ),
        console=console,
        clock=clock,
        transport=Transport(clock, settings.collect_timeout, gzip=settings.collect_gzip),
    )


async def collect_once(centre: Centre) -> dict[str, Any]:
    """Run one collection round, load it and run detection; return what `secmon collect --once --json` prints."""
    watch = centre.watch
    done = await watch.collect()
    await watch.load()
    ((events, quarantined),) = centre.store.rows(sql.query("batch_totals"), {"batch_id": done.batch_id})
    return {
        "sites": done.sites,
        "feeds": done.feeds,
        "failed_feeds": done.failed,
        "lines": done.lines,
        "events": int(events),
        "quarantined": int(quarantined),
        "more": done.more,
        "paused": done.paused,
        "seconds": round(done.seconds, 3),
    }


def assets_folder() -> Path:
    """Return the folder of browser assets: inside the package in a wheel, beside `src` in a checkout."""
    inside = Path(str(files("secmon"))) / "assets"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "assets"
