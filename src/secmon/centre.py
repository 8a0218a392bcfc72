"""The running centre without its web side: a data folder opened, both databases, and the jobs over them."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from secmon.alerts.desk import Desk
from secmon.alerts.feed_health import HealthLimits
from secmon.alerts.flood import FloodLimits
from secmon.errors import UsageError
from secmon.feeds.breaker import Patience
from secmon.feeds.inbox import Inbox
from secmon.feeds.page import FeedAddress
from secmon.feeds.syslog_listen import Reception
from secmon.feeds.transport import Transport
from secmon.instance import Instance
from secmon.jobs.collect import Collector, Pace, SpoolLimits
from secmon.jobs.detect import Detector
from secmon.jobs.load import Loader
from secmon.jobs.receive import Receiver
from secmon.jobs.rulebook import Rulebook
from secmon.jobs.watch import Watch
from secmon.postroom import sources_of
from secmon.rules.builtin import builtin
from secmon.settings import Settings
from secmon.shelf import Shelf
from secmon.sites.registry import load_provinces, load_sites
from secmon.sources import feed_addresses, in_shard, known_senders, listen_addresses
from secmon.store import sql
from secmon.store.client import Store
from secmon.store.formats import recognise
from secmon.store.migrate import migrate
from secmon.web.console import Console


@dataclass(frozen=True, slots=True)
class Centre:
    """A data folder opened by this process, with the jobs over it."""

    settings: Settings
    instance: Instance
    store: Store
    desk: Desk
    watch: Watch


def utc_now() -> datetime:
    """The clock of the running program."""
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
    """Open the data folder, bring both databases up to date and repair what a crash left half done.

    `instance` is the folder when the caller has it open already; `shard` (k, n) keeps to a share of the sites; `clock`
    gives aware times, other than now only where a day is played; `database` is the one of the store that is used.
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
    """One round, loaded and detected: what `secmon collect --once --json` prints."""
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
    """What the browser receives: in the wheel, or beside `src` in a checkout."""
    inside = Path(str(files("secmon"))) / "assets"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "assets"
