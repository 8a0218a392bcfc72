"""Composition root of the server: a centre, its web side, and the scheduler while it runs."""

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from secmon import __version__
from secmon.backup import make_backup
from secmon.centre import Centre, assets_folder, collect_once
from secmon.errors import UsageError
from secmon.feeds.syslog_listen import listening
from secmon.jobs.ingest import ingest_bytes
from secmon.jobs.schedule import schedule
from secmon.people import accounts
from secmon.people.doorkeeper import Doorkeeper
from secmon.people.sessions import Limits
from secmon.postroom import digests_of, enter_recipients
from secmon.settings import Settings
from secmon.sources import listen_addresses
from secmon.web import api, entrance, sitemap
from secmon.web.api.service import Service
from secmon.web.asgi import Gate, Pages
from secmon.web.dashboard import dashboard
from secmon.web.door import HeaderDoor
from secmon.web.entrance import Entrance
from secmon.web.headers import policy
from secmon.web.replay import Replay
from secmon.web.stage import switched
from secmon.web.throttle import Throttle

_TURN_SECONDS = 0.001
"""A thread that computes gives the interpreter up after so long: the one that answers needs it for every small step."""

PAGES: Pages = tuple((page.path, page.permission) for page in sitemap.PAGES)


def application(centre: Centre, replay: Replay | None = None) -> ASGIApp:
    """The whole web side: gate, API, dashboard, and the scheduler while it runs; `replay` gives presentations."""
    watch, settings = centre.watch, centre.settings
    console = switched(watch.console, replay.console) if replay else watch.console

    digests = digests_of(settings, watch.console, assets_folder())
    enter_recipients(settings, watch.console, watch.clock())

    @asynccontextmanager
    async def lifespan(_server: FastAPI) -> AsyncIterator[None]:
        jobs = schedule(watch, settings.collect_seconds, digests)
        await watch.publish()
        async with listening(listen_addresses(settings), watch.reception) as ports:
            watch.ports = tuple(ports)
            jobs.start()
            yield
            jobs.shutdown(wait=False)
        await watch.receive()
        watch.console.hub.close()
        await watch.close()

    async def ingest(site: str, feed: str, format_name: str, body: bytes) -> Mapping[str, Any]:
        return await ingest_bytes(watch, site, feed, format_name, body)

    async def collect() -> Mapping[str, Any]:
        return await collect_once(centre)

    async def rerun(rule: str, begins: datetime, ends: datetime) -> Mapping[str, Any]:
        return asdict(await watch.rerun(rule, begins, ends))

    async def back_up() -> Mapping[str, Any]:
        folder = settings.data / "backups" / f"{watch.clock():%Y%m%dT%H%M%S}"
        async with watch.still():
            made: Mapping[str, Any] = await asyncio.to_thread(
                make_backup, settings, centre.store, centre.desk, folder, watch.clock()
            )
        return made

    server = FastAPI(
        title="secmon", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None
    )
    keeper = _doorkeeper(centre)
    throttle = Throttle(settings.api_per_minute, max(20.0, settings.api_per_minute / 5))
    api.register(server, Service(console, keeper, watch.healthy, ingest, collect, rerun, back_up, throttle, replay))
    entrance.register(server, _entrance(centre, keeper))
    dash = dashboard(console, server, assets_folder())
    content_security_policy = policy(dash.csp_hashes())
    return Gate(server, allowed_hosts(settings), HeaderDoor(keeper), lambda: content_security_policy, PAGES)


def _doorkeeper(centre: Centre) -> Doorkeeper:
    settings = centre.settings
    limits = Limits(timedelta(hours=settings.session_idle_hours), timedelta(hours=settings.session_hours))
    return Doorkeeper(centre.desk, centre.instance.token, limits, centre.watch.clock)


def _entrance(centre: Centre, keeper: Doorkeeper) -> Entrance:
    """The way in; one-click logins exist where the sites are simulated and only this machine is answered."""
    settings, console = centre.settings, centre.watch.console
    open_to_all = console.simulated and loopback(settings.host)
    return Entrance(
        desk=centre.desk,
        keeper=keeper,
        clock=console.clock,
        language=settings.language,
        public_url=settings.public_url,
        identity_provider=settings.oidc,
        one_click=[one for one in accounts.accounts(centre.desk) if one.one_click] if open_to_all else (),
    )


def allowed_hosts(settings: Settings) -> tuple[str, ...]:
    """Names that a request may ask for."""
    public = urlsplit(settings.public_url).hostname
    names = (settings.host, public or "", "127.0.0.1", "localhost", "[::1]")
    return tuple(dict.fromkeys(name for name in names if name not in {"", "0.0.0.0", "::"}))  # noqa: S104  # refused as a name


def loopback(host: str) -> bool:
    """True for an address that only this machine reaches."""
    return host in {"127.0.0.1", "localhost", "::1"}


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket bound now, so that a busy port is known before any work starts."""
    found = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
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


def serve(
    centre: Centre, bound: socket.socket, replay: Replay | None = None, *, ready: Callable[[], None] = lambda: None
) -> None:
    """Serve until Ctrl-C or SIGTERM; UsageError when others could reach it and nobody has an account to log in with.

    `ready` is called when nothing stands in the way any more.
    """
    host, port = bound.getsockname()[:2]
    others = not loopback(host)
    if others and not any(one.local and not one.disabled for one in accounts.accounts(centre.desk)):
        raise UsageError(
            f"host {host} is reached by others and there is no account yet: `secmon user add NAME --role administrator`"
        )
    centre.instance.announce(f"http://127.0.0.1:{port}" if host in {"0.0.0.0", "::"} else f"http://{host}:{port}")  # noqa: S104  # what was asked for
    config = uvicorn.Config(
        application(centre, replay),
        log_level="warning",
        proxy_headers=bool(centre.settings.proxies),
        forwarded_allow_ips=list(centre.settings.proxies),
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=3,
        server_header=False,
    )
    server = Server(config, centre)
    # uvicorn raises the signal again after its clean end; ours has nothing left to do
    previous = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    sys.setswitchinterval(_TURN_SECONDS)
    gc.freeze()  # rules, texts and pages stay for good: no collection needs to look at them again
    ready()
    try:
        server.run(sockets=[bound])
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
