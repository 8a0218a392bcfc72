"""Composition root: the only place where everything meets."""

import contextlib
import signal
import socket
import zlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from secmon.alerts.desk import Desk
from secmon.alerts.feed_health import HealthLimits
from secmon.errors import UsageError
from secmon.feeds.http_pull import http_client, read_tokens
from secmon.feeds.page import FeedAddress
from secmon.instance import Instance
from secmon.jobs.collect import Collector
from secmon.jobs.detect import Detector
from secmon.jobs.ingest import ingest_bytes
from secmon.jobs.load import Loader
from secmon.jobs.schedule import schedule
from secmon.jobs.watch import Watch
from secmon.rules.ruleset import load_rules
from secmon.settings import Settings
from secmon.sites.registry import load_provinces, load_sites
from secmon.store import sql
from secmon.store.client import Store
from secmon.store.formats import FORMATS
from secmon.store.migrate import migrate
from secmon.web import api
from secmon.web.asgi import Gate, policy
from secmon.web.console import Console
from secmon.web.dashboard import dashboard


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
) -> Iterator[Centre]:
    """Open the data folder, bring both databases up to date and repair what a crash left half done.

    `instance` is the folder when the caller has it open already; `shard` (k, n) keeps to a share of the sites.
    """
    addresses = tuple(address for address in feed_addresses(settings) if in_shard(address.site, shard))
    with contextlib.ExitStack() as stack:
        instance = instance or stack.enter_context(Instance(settings.data))
        store, desk = Store(settings.store_dsn), Desk(settings.desk_dsn)
        stack.callback(store.close)
        stack.callback(desk.close)
        migrate(store)
        desk.migrate()
        watch = _watch(settings, store, desk, addresses, simulated=simulated)
        watch.loader.recover()
        yield Centre(settings, instance, store, desk, watch)


def in_shard(site: str, shard: tuple[int, int]) -> bool:
    """Whether share k of n, given as (k, n), takes this site; a checksum spreads the codes, which mostly end in 0."""
    number, shares = shard
    return zlib.crc32(site.encode()) % shares == number - 1


def feed_addresses(settings: Settings) -> tuple[FeedAddress, ...]:
    """Every feed of every site as configured; UsageError for an unknown format or a site without a token."""
    known = {entry.name for entry in FORMATS}
    for source in settings.feeds:
        if source.format not in known:
            raise UsageError(
                f"feed {source.name}: unknown format {source.format}; known are {', '.join(sorted(known))}"
            )
    tokens = read_tokens(settings.token_file) if settings.token_file else {}
    missing = [site.code for site in load_sites() if settings.token_file and site.code not in tokens]
    if missing:
        raise UsageError(f"token file {settings.token_file}: no token for {len(missing)} sites, such as {missing[0]}")
    return tuple(
        FeedAddress(
            site.code,
            source.name,
            source.format,
            source.url.replace("{site}", site.code),
            tokens.get(site.code, ""),
        )
        for site in load_sites()
        for source in settings.feeds
    )


def _watch(settings: Settings, store: Store, desk: Desk, addresses: Sequence[FeedAddress], *, simulated: bool) -> Watch:
    rules = load_rules()
    console = Console(
        store=store,
        desk=desk,
        sites=load_sites(),
        provinces=load_provinces(),
        rules={rule.id: rule for rule in rules.signatures},
        feeds=tuple((address.site, address.feed, address.format) for address in addresses),
        limits=HealthLimits(settings.late_after, settings.silent_after),
        clock=utc_now,
        language=settings.language,
        simulated=simulated,
    )
    return Watch(
        collector=Collector(
            addresses,
            desk,
            settings.spool,
            settings.collect_parallel,
            settings.batch_lines,
            settings.spool_batches,
            utc_now,
        ),
        loader=Loader(store, desk, settings.spool, utc_now),
        detector=Detector(store, desk, rules, timedelta(hours=settings.quiet_hours), utc_now),
        console=console,
        clock=utc_now,
        connect=lambda: http_client(settings.collect_parallel, settings.collect_timeout, gzip=settings.collect_gzip),
    )


def application(centre: Centre) -> ASGIApp:
    """The whole web side: gate, API, dashboard, and the scheduler while it runs."""
    watch, settings = centre.watch, centre.settings

    @asynccontextmanager
    async def lifespan(_server: FastAPI) -> AsyncIterator[None]:
        jobs = schedule(watch, settings.collect_seconds)
        await watch.publish()
        jobs.start()
        yield
        jobs.shutdown(wait=False)
        watch.console.hub.close()
        await watch.close()

    async def ingest(site: str, feed: str, format_name: str, body: bytes) -> Mapping[str, Any]:
        return await ingest_bytes(watch, site, feed, format_name, body)

    async def collect() -> Mapping[str, Any]:
        return await collect_once(centre)

    server = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    api.register(server, watch.console, watch.healthy, ingest, collect)
    dash = dashboard(watch.console, server, assets_folder())
    content_security_policy = policy(dash.csp_hashes())
    return Gate(server, allowed_hosts(settings.host), centre.instance.token, lambda: content_security_policy)


async def collect_once(centre: Centre) -> dict[str, Any]:
    """One round, loaded and detected: what `secmon collect --once --json` prints."""
    watch = centre.watch
    done = await watch.collect()
    await watch.load()
    ((events, quarantined),) = centre.store.rows(sql.query("batch_intake"), {"batch_id": done.batch_id})
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


def allowed_hosts(host: str) -> tuple[str, ...]:
    """Names that a request may ask for."""
    return tuple(dict.fromkeys((host, "127.0.0.1", "localhost", "[::1]")))


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket bound now, so that a busy port is known before any work starts."""
    if host not in {"127.0.0.1", "localhost", "::1"}:
        raise UsageError(f"host {host} is not this machine: secmon listens on loopback only until it has accounts")
    found = socket.socket(socket.AF_INET6 if host == "::1" else socket.AF_INET, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
        found.listen(512)
    except OSError as error:
        found.close()
        raise UsageError(f"port {port} is not free on {host} ({error.strerror}): choose another with --port") from error
    return found


class Server(uvicorn.Server):
    """Ends the live streams first, because a server waits for its answers to end."""

    def __init__(self, config: uvicorn.Config, centre: Centre) -> None:
        """Remember whose viewers to release."""
        super().__init__(config)
        self._centre = centre

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Ctrl-C or SIGTERM."""
        self._centre.watch.console.hub.close()
        super().handle_exit(sig, frame)


def serve(centre: Centre, bound: socket.socket) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    host, port = bound.getsockname()[:2]
    centre.instance.announce(f"http://{host}:{port}")
    config = uvicorn.Config(
        application(centre),
        log_level="warning",
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=3,
        server_header=False,
    )
    server = Server(config, centre)
    # uvicorn raises the signal again after its clean end; ours has nothing left to do
    previous = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        server.run(sockets=[bound])
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def with_simulator(settings: Settings, feeds: Sequence[Mapping[str, str]], token_file: Path) -> Settings:
    """Settings whose feeds are the simulator's."""
    return Settings.model_validate({**settings.model_dump(), "feeds": feeds, "token_file": token_file})
