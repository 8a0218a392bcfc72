"""Composition root of the server: a centre, its web application, and the scheduler while it runs."""

import gc
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from types import FrameType
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from secmon import __version__
from secmon.auth import accounts
from secmon.auth.authenticator import Authenticator
from secmon.auth.sessions import SessionLimits
from secmon.errors import UsageError
from secmon.ingest.configured_feeds import listen_addresses
from secmon.ingest.transports.syslog_server import listening
from secmon.pipeline.scheduler import schedule
from secmon.reports.setup import digests_of, enter_recipients
from secmon.runtime.centre import Centre, assets_folder
from secmon.settings import Settings
from secmon.web import api
from secmon.web.api.service import Service
from secmon.web.gateway import login_routes
from secmon.web.gateway.access_middleware import AccessMiddleware
from secmon.web.gateway.credentials import CredentialReader
from secmon.web.gateway.login_routes import LoginContext
from secmon.web.gateway.rate_limit import Throttle
from secmon.web.gateway.security_headers import policy
from secmon.web.pages import page_at
from secmon.web.shell.dash_app import dashboard
from secmon.web.tour.replay_protocol import Replay
from secmon.web.tour.sandbox import ContextSource

_TURN_SECONDS = 0.001
"""Seconds after which a computing thread yields the interpreter: the event loop needs it for many short steps."""


def application(centre: Centre, replay: Replay | None = None) -> ASGIApp:
    """Build the web application: access middleware, API, dashboard, and the scheduler while it runs.

    `replay` runs presentations; without it there are none.
    """
    pipeline, settings = centre.pipeline, centre.settings
    contexts = ContextSource(pipeline.context, replay.context if replay else None)
    digests = digests_of(settings, pipeline.context, assets_folder())
    enter_recipients(settings, pipeline.context, pipeline.clock())

    @asynccontextmanager
    async def lifespan(_server: FastAPI) -> AsyncIterator[None]:
        jobs = schedule(pipeline, settings.collect_seconds, digests)
        await pipeline.publish()
        async with listening(listen_addresses(settings), pipeline.reception) as ports:
            pipeline.ports = tuple(ports)
            jobs.start()
            yield
            jobs.shutdown(wait=False)
        await pipeline.receive()
        pipeline.context.hub.close()
        await pipeline.close()

    server = FastAPI(
        title="secmon", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None
    )
    authenticator = _authenticator(centre)
    throttle = Throttle(settings.api_per_minute, max(20.0, settings.api_per_minute / 5))
    service = Service(contexts, authenticator, pipeline, centre, digests.sources, throttle, replay)
    api.register(server, service)
    login_routes.register(server, _login_context(centre, authenticator))
    dash = dashboard(contexts, server, assets_folder())
    content_security_policy = policy(dash.csp_hashes())
    return AccessMiddleware(
        server, allowed_hosts(settings), CredentialReader(authenticator), lambda: content_security_policy, page_at
    )


def _authenticator(centre: Centre) -> Authenticator:
    settings = centre.settings
    limits = SessionLimits(timedelta(hours=settings.session_idle_hours), timedelta(hours=settings.session_hours))
    return Authenticator(centre.db, centre.instance.token, limits, centre.pipeline.clock)


def _login_context(centre: Centre, authenticator: Authenticator) -> LoginContext:
    """Collect what the login routes depend on.

    One-click logins exist only where the sites are simulated and the server listens on loopback.
    """
    settings, context = centre.settings, centre.pipeline.context
    open_to_all = context.simulated and loopback(settings.host)
    return LoginContext(
        db=centre.db,
        authenticator=authenticator,
        clock=context.clock,
        language=settings.language,
        public_url=settings.public_url,
        identity_provider=settings.oidc,
        one_click=[one for one in accounts.accounts(centre.db) if one.one_click] if open_to_all else (),
    )


def allowed_hosts(settings: Settings) -> tuple[str, ...]:
    """Return the host names that a request may carry."""
    public = urlsplit(settings.public_url).hostname
    names = (settings.host, public or "", "127.0.0.1", "localhost", "[::1]")
    return tuple(dict.fromkeys(name for name in names if name not in {"", "0.0.0.0", "::"}))  # noqa: S104  # refused as a name


def loopback(host: str) -> bool:
    """Return True for an address that only this machine can reach."""
    return host in {"127.0.0.1", "localhost", "::1"}


def listening_socket(host: str, port: int) -> socket.socket:
    """Return a socket bound now, so that a busy port is reported before any work starts."""
    found = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
        found.listen(512)
    except OSError as error:
        found.close()
        raise UsageError.literal(
            f"port {port} is not free on {host} ({error.strerror}): choose another with --port"
        ) from error
    return found


class Server(uvicorn.Server):
    """Uvicorn server that ends the live streams first, because a shutdown waits for open responses."""

    def __init__(self, config: uvicorn.Config, centre: Centre) -> None:
        super().__init__(config)
        self._centre = centre

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Close the live streams on Ctrl-C or SIGTERM, then shut down as uvicorn does."""
        self._centre.pipeline.context.hub.close()
        super().handle_exit(sig, frame)


def serve(
    centre: Centre, bound: socket.socket, replay: Replay | None = None, *, ready: Callable[[], None] = lambda: None
) -> None:
    """Serve until Ctrl-C or SIGTERM.

    `ready` is called once nothing can prevent the start any more. Raises UsageError when the host is reachable
    from other machines and no active account has a password to log in with.
    """
    host, port = bound.getsockname()[:2]
    others = not loopback(host)
    if others and not any(one.local and not one.disabled for one in accounts.accounts(centre.db)):
        raise UsageError.literal(
            f"host {host} can be reached from other machines, but there is no account yet:"
            " `secmon user add NAME --role administrator`"
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
    # uvicorn raises the signal again after its clean shutdown; the handlers installed here ignore that second signal
    previous = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    sys.setswitchinterval(_TURN_SECONDS)
    gc.freeze()  # rules, texts and pages live as long as the process: garbage collections need not scan them again
    ready()
    try:
        server.run(sockets=[bound])
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
