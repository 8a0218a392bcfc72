"""The simulator's process: 226 sites' feeds on one port of this machine, until it is told to end."""

import ipaddress
import os
import secrets
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn

from secmon.errors import UsageError
from secmon.simulate.app import FeedApp
from secmon.simulate.fault import parse_faults
from secmon.simulate.plan import Played, load_plan, merge, parse_run, play, save_plan
from secmon.simulate.stream import Streams
from secmon.simulate.tokens import site_token, tokens_csv
from secmon.simulate.town import Town, build_towns
from secmon.simulate.truth import truth
from secmon.simulate.whole_file import write_whole
from secmon.sites.registry import load_sites

SECRET_VARIABLE = "SECMON_SIMULATE_SECRET"  # noqa: S105 - the variable's name, not a secret
"""Environment variable with the secret tokens are made from; without it every process has its own."""

_GRACE_SECONDS = 2
_IDLE_SECONDS = 75  # collectors come back every few seconds and keep their connections


@dataclass(frozen=True, slots=True)
class SimulatorOptions:
    """What `secmon simulate` was asked for.

    `rate` is in events per second over all sites and both feeds on a working day; relative times refer to
    `start`, and history counts back from it (None: now).
    """

    port: int
    rate: float
    seed: int
    history: timedelta
    scenarios: tuple[str, ...]
    faults: tuple[str, ...]
    truth: Path | None
    tokens: Path | None
    plan: Path | None
    start: datetime | None
    host: str = "127.0.0.1"
    exit_with_stdin: bool = False


def run(options: SimulatorOptions) -> None:
    """Serve until SIGTERM, SIGINT or, if asked for, the end of stdin; UsageError comes before serving."""
    _check(options)
    towns = build_towns(load_sites())
    start = options.start or datetime.now(UTC)
    down = parse_faults(options.faults, start, [town.code for town in towns])
    played = _played(options, towns, start)
    tokens = _tokens(towns)
    with _bound(options.host, options.port) as listener:
        if options.tokens is not None:
            write_whole(options.tokens, tokens_csv(tokens.items()), mode=0o600)
        if options.truth is not None:
            write_whole(options.truth, truth(played))
        injected = (line for one in played for line in one.lines)
        streams = Streams(seed=options.seed, rate=options.rate, since=start - options.history, injected=injected)
        app = FeedApp(streams, towns, tokens, down, clock=_now)
        _serve(app, listener, exit_with_stdin=options.exit_with_stdin)


def _now() -> datetime:
    return datetime.now(UTC)


def _check(options: SimulatorOptions) -> None:
    if not 0 <= options.port <= 65_535:
        raise UsageError(f"port {options.port} does not exist; choose one from 1 to 65535, or 0 for any")
    if not 0 < options.rate <= 1_000_000:
        raise UsageError(f"rate {options.rate}: give events per second over all sites, above 0 and up to 1,000,000")
    if not timedelta(0) <= options.history <= timedelta(days=366):
        raise UsageError(f"history {options.history}: give a time from 0 to 366 days")
    if options.start is not None and options.start.tzinfo is None:
        raise UsageError(f"start {options.start}: give it with its UTC offset, as 2026-11-23T10:00:00+09:00")


def _played(options: SimulatorOptions, towns: tuple[Town, ...], start: datetime) -> tuple[Played, ...]:
    codes = [town.code for town in towns]
    asked = [parse_run(text, start, codes) for text in options.scenarios]
    kept = load_plan(options.plan, codes) if options.plan is not None else ()
    plan = merge(kept, asked)
    if options.plan is not None and plan != kept:
        save_plan(options.plan, plan)
    return play(plan, towns, options.seed)


def _tokens(towns: tuple[Town, ...]) -> dict[str, str]:
    given = os.environ.get(SECRET_VARIABLE, "")
    secret = given.encode() if given else secrets.token_bytes(32)
    return {town.code: site_token(secret, town.code) for town in towns}


def _bound(host: str, port: int) -> socket.socket:
    """A listening socket of this machine only, so that a busy port is known before anything is written."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError as error:
        raise UsageError(f"host {host!r} is not an address; the simulator listens on 127.0.0.1") from error
    if not address.is_loopback:
        raise UsageError(f"host {host} can be reached from elsewhere; the simulator listens on 127.0.0.1 only")
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        raise UsageError(
            f"port {port} of {host} cannot be used ({error.strerror}); choose another with --port"
        ) from error


def _serve(app: FeedApp, listener: socket.socket, *, exit_with_stdin: bool) -> None:
    config = uvicorn.Config(
        app,
        http="httptools",
        loop="uvloop",
        lifespan="off",
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_keep_alive=_IDLE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    server = uvicorn.Server(config)
    if exit_with_stdin:
        threading.Thread(target=_end_with_stdin, args=(server,), daemon=True).start()
    with _signals_end_quietly(server):
        server.run(sockets=[listener])


@contextmanager
def _signals_end_quietly(server: uvicorn.Server) -> Iterator[None]:
    """Uvicorn repeats the signal that ended it; with this handler that ends in an exit with 0.

    The handler also counts when the signal comes before uvicorn has its own in place.
    """

    def end(*_: object) -> None:
        server.should_exit = True

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end_with_stdin(server: uvicorn.Server) -> None:
    """Wait for the parent to die; reads are raw, as a buffered one would hold a lock when Python ends."""
    while os.read(0, 4096):
        pass
    server.should_exit = True
