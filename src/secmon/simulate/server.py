"""Process of the simulator: feeds of 226 sites on one port of this machine, until it is stopped."""

import ipaddress
import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn

from secmon.errors import UsageError
from secmon.simulate.app import FeedApp, SimulatorState, Task
from secmon.simulate.background import FEEDS
from secmon.simulate.blocklist_poll import BlocklistPoll, Centre
from secmon.simulate.clock import Held
from secmon.simulate.control import Control
from secmon.simulate.fault import Faults, parse_fault
from secmon.simulate.municipality_model import Municipality, build_municipalities
from secmon.simulate.register import write_register
from secmon.simulate.run_plan import RunPlan
from secmon.simulate.stream import Streams
from secmon.simulate.tokens import site_token, tokens_csv
from secmon.simulate.transports import DEFAULT_FEEDS, SyslogTarget, Tails, send_syslog, syslog_feeds, write_files
from secmon.simulate.whole_file import write_whole
from secmon.sites.registry import load_sites

SECRET_VARIABLE = "SECMON_SIMULATE_SECRET"  # noqa: S105 - the variable's name, not a secret
"""Environment variable with the secret that tokens are derived from; without it every process has its own."""

_GRACE_SECONDS = 2
_IDLE_SECONDS = 75  # collectors return every few seconds and keep their connections


@dataclass(frozen=True, slots=True)
class SimulatorOptions:
    """Options of `secmon simulate`.

    `rate` is in events per second over all sites and feeds on a working day; relative times refer to `start`, and
    history counts back from it (None: now). `control_token` is the file the token of the control interface is
    written to; without it there is no control interface. Files in `files` are rotated above `files_size` bytes.
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
    control_token: Path | None = None
    syslog: str = ""
    syslog_feeds: str = ",".join(DEFAULT_FEEDS)
    files: Path | None = None
    files_size: int = 10_000_000
    copies: int = 1
    held: bool = False
    blocklist: str = ""
    blocklist_tokens: Path | None = None
    register: Path | None = None
    blocklist_every: float = 15.0


def run(options: SimulatorOptions) -> None:
    """Serve until SIGTERM, SIGINT or, if requested, the end of stdin; raise UsageError before serving."""
    _check(options)
    towns = build_municipalities(load_sites(), options.copies)
    start = options.start or datetime.now(UTC)
    codes = [town.code for town in towns]
    faults = Faults(parse_fault(text, start, codes) for text in options.faults)
    target = SyslogTarget.parse(options.syslog) if options.syslog else None
    chosen = syslog_feeds(options.syslog_feeds)
    _centre(options)
    run_plan = RunPlan(towns, options.seed, options.plan, options.truth)
    run_plan.begin(options.scenarios, start)
    tokens = _tokens(towns)
    with _bound(options.host, options.port) as listener:
        if options.tokens is not None:
            write_whole(options.tokens, tokens_csv(tokens.items()), mode=0o600)
        if options.register is not None:
            write_register(options.register, towns)
        run_plan.write_truth()
        streams = Streams(
            seed=options.seed,
            rate=options.rate,
            since=start - options.history,
            injected=run_plan.lines,
            silences=run_plan.silences,
            blocks=run_plan.blocks,
        )
        streams.flood(faults.floods())
        clock = Held(start) if options.held else _now
        stage = SimulatorState(streams, towns, run_plan, faults, options.seed, clock)
        tasks = _tasks(options, stage, target, chosen)
        app = FeedApp(stage, tokens, _control(options, stage), tasks)
        _serve(app, listener, exit_with_stdin=options.exit_with_stdin, beside=bool(tasks))


def _control(options: SimulatorOptions, stage: SimulatorState) -> Control | None:
    if options.control_token is None:
        return None
    token = secrets.token_urlsafe(32)
    write_whole(options.control_token, token.encode() + b"\n", mode=0o600)
    return Control(token, stage.run_plan, stage.faults, stage.streams, stage.towns, stage.clock)


def _tasks(
    options: SimulatorOptions, stage: SimulatorState, target: SyslogTarget | None, chosen: tuple[str, ...]
) -> tuple[Task, ...]:
    """Build the background tasks: syslog, files, and block list polling."""

    def is_down(site: str, now: datetime) -> bool:
        return "down" in stage.faults.hitting(site, "", now) or stage.run_plan.is_down(site, now)

    tasks: list[Task] = []
    if target is not None:
        by_syslog = Tails(stage.streams, stage.towns, chosen, stage.clock, is_down)
        tasks.append(lambda: send_syslog(by_syslog, target))
    if options.files is not None:
        folder, to_files = options.files, Tails(stage.streams, stage.towns, tuple(FEEDS), stage.clock, is_down)
        tasks.append(lambda: write_files(to_files, folder, options.files_size))
    if (centre := _centre(options)) is not None:
        tasks.append(_poll(centre, stage, is_down).run)
    return tuple(tasks)


def _centre(options: SimulatorOptions) -> Centre | None:
    """Return the access to the centre's block list, None without one."""
    if not options.blocklist:
        return None
    return Centre.parse(options.blocklist, options.blocklist_tokens, options.blocklist_every)


def _poll(centre: Centre, stage: SimulatorState, is_down: Callable[[str, datetime], bool]) -> BlocklistPoll:
    def block(site: str, values: Sequence[str]) -> bool:
        return stage.run_plan.block(site, values, stage.clock(), stage.streams)

    sites = [town.code for town in stage.towns]
    return BlocklistPoll(centre, sites, block, stage.clock, is_down, stage.run_plan.write_truth)


def _now() -> datetime:
    return datetime.now(UTC)


def _check(options: SimulatorOptions) -> None:
    if not 0 <= options.port <= 65_535:
        raise UsageError.literal(f"port {options.port} does not exist; choose one from 1 to 65535, or 0 for any")
    if not 0 < options.rate <= 1_000_000:
        raise UsageError.literal(
            f"rate {options.rate}: give events per second over all sites, above 0 and up to 1,000,000"
        )
    if not timedelta(0) <= options.history <= timedelta(days=366):
        raise UsageError.literal(f"history {options.history}: give a time from 0 to 366 days")
    if not 1 <= options.copies <= 100:
        raise UsageError.literal(f"copies {options.copies}: give a number from 1 (every site once) to 100")
    if not 1_000 <= options.files_size <= 10_000_000_000:
        raise UsageError.literal(f"files-size {options.files_size}: give bytes from 1,000 to 10,000,000,000")
    if options.held and (options.control_token is None or options.start is None):
        raise UsageError.literal("a held clock needs --start, and --control-token so that somebody can move it")
    if options.start is not None and options.start.tzinfo is None:
        raise UsageError.literal(f"start {options.start}: give it with its UTC offset, as 2026-11-23T10:00:00+09:00")


def _tokens(towns: tuple[Municipality, ...]) -> dict[str, str]:
    given = os.environ.get(SECRET_VARIABLE, "")
    secret = given.encode() if given else secrets.token_bytes(32)
    return {town.code: site_token(secret, town.code) for town in towns}


def _bound(host: str, port: int) -> socket.socket:
    """Return a listening socket of this machine only, so that a busy port is known before anything is written."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError as error:
        raise UsageError.literal(f"host {host!r} is not an address; the simulator listens on 127.0.0.1") from error
    if not address.is_loopback:
        raise UsageError.literal(f"host {host} can be reached from elsewhere; the simulator listens on 127.0.0.1 only")
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        raise UsageError.literal(
            f"port {port} of {host} cannot be used ({error.strerror}); choose another with --port"
        ) from error


def _serve(app: FeedApp, listener: socket.socket, *, exit_with_stdin: bool, beside: bool) -> None:
    config = uvicorn.Config(
        app,
        http="httptools",
        loop="uvloop",
        lifespan="on" if beside else "off",
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
    """End with exit code 0 although uvicorn raises the signal that ended it again.

    The handler also applies to a signal that comes before uvicorn has installed its own.
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
    """Wait for the parent process to end.

    Reads are unbuffered, because a buffered read would hold a lock when Python exits.
    """
    while os.read(0, 4096):
        pass
    server.should_exit = True
