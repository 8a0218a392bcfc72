"""Further transports of the sites: syslog over UDP or TCP, and files that grow and are rotated.

Both start from the moment the simulator started; the history is available over HTTP only. A site that is down
sends nothing, and sends its backlog when it is back.
"""

import asyncio
import gzip
import ipaddress
import logging
import shutil
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from secmon.errors import UsageError
from secmon.simulate.addresses import sender
from secmon.simulate.background import FEEDS
from secmon.simulate.clock import BUCKET, micros
from secmon.simulate.municipality_model import Municipality
from secmon.simulate.stream import Cursor, Streams

FRAMED = {"rfc5424", "rfc3164", "fortigate"}
"""Formats whose lines begin with a syslog priority."""
DEFAULT_FEEDS = ("auth", "firewall", "vpn")

_PAGE = 50_000
_PAUSE_SECONDS = 1.0
_DATAGRAM = 8_192

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SyslogTarget:
    """Destination of syslog: `udp` or `tcp` (with octet counting), to an address of this machine."""

    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> "SyslogTarget":
        """Parse `udp://127.0.0.1:5514`; raise UsageError that says what is allowed."""
        wrong = UsageError.literal(f"syslog {text!r}: write udp://127.0.0.1:PORT or tcp://127.0.0.1:PORT")
        try:
            parts = urlsplit(text)
            port = parts.port
            address = ipaddress.ip_address(parts.hostname or "")
        except ValueError as error:
            raise wrong from error
        if parts.scheme not in {"udp", "tcp"} or not port or parts.path or parts.query:
            raise wrong
        if address.version != 4 or not address.is_loopback:
            raise UsageError.literal(
                f"syslog {text!r}: invented attacks are sent to addresses of this machine only (127.0.0.0/8)"
            )
        return cls(parts.scheme, str(address), port)


def syslog_feeds(text: str) -> tuple[str, ...]:
    """Parse the feeds to send by syslog, from `auth,vpn`; only feeds whose lines are syslog are allowed."""
    names = tuple(name for name in text.split(",") if name) or DEFAULT_FEEDS
    fit = ", ".join(name for name, feed in FEEDS.items() if feed.format in FRAMED)
    for name in names:
        if name not in FEEDS or FEEDS[name].format not in FRAMED:
            known = f"its format, {FEEDS[name].format}, has no syslog priority" if name in FEEDS else "no such feed"
            raise UsageError.literal(f"syslog feeds {text!r}: {name}: {known}; there are {fit}")
    return names


@dataclass(frozen=True, slots=True)
class Batch:
    """New lines of a feed; `place` is the position of the municipality in the list of sites."""

    place: int
    town: Municipality
    feed: str
    lines: bytes


class Tails:
    """Follow the feeds of all municipalities from now on."""

    def __init__(
        self,
        streams: Streams,
        towns: Sequence[Municipality],
        feeds: Sequence[str],
        clock: Callable[[], datetime],
        is_down: Callable[[str, datetime], bool],
    ) -> None:
        """Set the cursors to this moment; earlier lines are not sent."""
        self._streams, self._towns, self._feeds = streams, tuple(towns), tuple(feeds)
        self._clock, self._is_down = clock, is_down
        begins = clock()
        first = Cursor(micros(begins) // BUCKET, 0)
        self._cursors = {
            (town.code, feed): streams.lines(town, feed, first, _PAGE, begins).cursor
            for town in towns
            for feed in feeds
        }

    def new(self) -> Iterator[Batch]:
        """Yield the new lines; a batch that the reader could not process is yielded again."""
        now = self._clock()
        for place, town in enumerate(self._towns):
            if self._is_down(town.code, now):
                continue
            for feed in self._feeds:
                page = self._streams.lines(town, feed, self._cursors[town.code, feed], _PAGE, now)
                if page.lines:
                    yield Batch(place, town, feed, page.lines)
                    self._cursors[town.code, feed] = page.cursor


async def send_syslog(tails: Tails, target: SyslogTarget) -> None:
    """Send every line as a message of its own, each site from its own loopback address, until cancelled."""
    send = _Datagrams(target) if target.scheme == "udp" else _Connections(target)
    complained = False
    with closing(send):
        while True:
            try:
                for batch in tails.new():
                    await send.batch(batch)
                complained = False
            except OSError as error:
                if not complained:
                    _log.warning("syslog to %s:%d: %s; trying again every second", target.host, target.port, error)
                complained = True
            await asyncio.sleep(_PAUSE_SECONDS)


class _Datagrams:
    """UDP sender: one datagram per message."""

    def __init__(self, target: SyslogTarget) -> None:
        self._target = (target.host, target.port)
        self._sockets: dict[int, socket.socket] = {}

    async def batch(self, batch: Batch) -> None:
        """Send a batch; datagrams without a listener are lost, as in reality."""
        out = self._sockets.get(batch.place)
        if out is None:
            out = self._sockets[batch.place] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            out.bind((sender(batch.place), 0))
        for number, line in enumerate(batch.lines.splitlines()):
            out.sendto(line[:_DATAGRAM], self._target)
            if number % 64 == 63:
                await asyncio.sleep(0)

    def close(self) -> None:
        """Close the sockets."""
        for out in self._sockets.values():
            out.close()


class _Connections:
    """TCP sender: one connection per site, with octet counting (RFC 6587)."""

    def __init__(self, target: SyslogTarget) -> None:
        self._target = target
        self._writers: dict[int, asyncio.StreamWriter] = {}

    async def batch(self, batch: Batch) -> None:
        """Send a batch; raise OSError when the receiver is not reachable."""
        writer = self._writers.get(batch.place)
        if writer is None or writer.is_closing():  # a restarted receiver has closed all connections at once
            _, writer = await asyncio.open_connection(
                self._target.host, self._target.port, local_addr=(sender(batch.place), 0)
            )
            self._writers[batch.place] = writer
        try:
            writer.write(b"".join(b"%d %b" % (len(line), line) for line in batch.lines.splitlines()))
            await writer.drain()
        except OSError:
            self._writers.pop(batch.place).close()
            raise

    def close(self) -> None:
        """Close the connections."""
        for writer in self._writers.values():
            writer.close()


async def write_files(tails: Tails, folder: Path, most_bytes: int) -> None:
    """Append to DIR/{site}/{feed}.log until cancelled; a file over `most_bytes` moves to .1, and .1 to .2.gz."""
    while True:
        for batch in tails.new():
            path = folder / batch.town.code / f"{batch.feed}.log"
            try:
                _append(path, batch.lines, most_bytes)
            except OSError as error:
                _log.warning("%s: %s; trying again in a second", path, error.strerror)
                break
            await asyncio.sleep(0)
        await asyncio.sleep(_PAUSE_SECONDS)


def _append(path: Path, lines: bytes, most_bytes: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size + len(lines) > most_bytes:
        _rotate(path)
    with path.open("ab") as file:
        file.write(lines)


def _rotate(path: Path) -> None:
    first, second = path.with_name(f"{path.name}.1"), path.with_name(f"{path.name}.2.gz")
    if first.exists():
        with first.open("rb") as plain, gzip.open(second, "wb", compresslevel=1) as packed:
            shutil.copyfileobj(plain, packed)
    path.replace(first)
