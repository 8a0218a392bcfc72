"""Syslog server: UDP (RFC 5426), TCP in both framings (RFC 6587) and TLS (RFC 5425).

Received messages are held in an inbox until they are in the spool. When the inbox is full, reading stops: TCP and
TLS senders have to wait, and datagrams queue in the kernel, which counts those it drops. Docs: docs/transports.md
"""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import structlog

from secmon.errors import UsageError
from secmon.ingest.transports.inbox import Inbox
from secmon.ingest.transports.syslog_framing import Frames, FramingError
from secmon.ingest.transports.syslog_senders import NOBODY, UNKNOWN_SENDER, Senders

_log = structlog.get_logger(__name__)
_KERNEL_BUFFER = 8 << 20
_DATAGRAM = 65_535
_DATAGRAMS_AT_ONCE = 500
_SO_RXQ_OVFL = 40  # Linux: report with each datagram how many were dropped before it


@dataclass(frozen=True, slots=True)
class ListenAt:
    """Address to listen at. `protocol` is udp, tcp or tls; with a client CA, senders must present a certificate."""

    protocol: str
    host: str
    port: int
    feed: str
    format: str
    trust_names: bool = False
    certificate: Path | None = None
    key: Path | None = None
    client_ca: Path | None = None


class Reception:
    """Assign received messages to a site and a format, and put them into the inbox."""

    def __init__(self, inbox: Inbox, senders: Senders, recognise: Callable[[bytes], str]) -> None:
        """Remember the inbox and the senders; `recognise` names the format of a line for listeners with format auto."""
        self.inbox, self._senders, self._recognise = inbox, senders, recognise

    def site(self, at: ListenAt, address: str, names: list[str]) -> str:
        """Return the site of a connection or datagram; NOBODY if only a header could identify it, or nothing can."""
        found = self._senders.by_names(names) if names else NOBODY
        return found if found != NOBODY else self._senders.by_address(address)

    def take(self, at: ListenAt, site: str, message: bytes) -> None:
        """Buffer a message; a message of an unknown sender is buffered too and ends in quarantine."""
        if site == NOBODY and at.trust_names:
            site = self._senders.by_header(message)
        format_name = self._recognise(message) if at.format == "auto" else at.format
        self.inbox.put(site, at.feed, UNKNOWN_SENDER if site == NOBODY else format_name, message)

    def said(self, at: ListenAt, site: str, text: str) -> None:
        """Log and record a problem with a sender."""
        _log.warning("syslog", listener=at.feed, site=site, problem=text)
        self.inbox.notice(site, at.feed, "" if at.format == "auto" else at.format, text)


class _Connection(asyncio.Protocol):
    """One TCP or TLS connection."""

    def __init__(self, at: ListenAt, reception: Reception, open_now: set["_Connection"]) -> None:
        self._at, self._reception, self._frames, self._site = at, reception, Frames(), NOBODY
        self._open, self.transport = open_now, None

    transport: asyncio.Transport | None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's transport has the methods but not the class
        self._open.add(self)
        peer = transport.get_extra_info("peername")
        self._site = self._reception.site(self._at, peer[0], certificate_names(transport.get_extra_info("peercert")))

    def data_received(self, data: bytes) -> None:
        assert self.transport is not None
        try:
            messages = self._frames.feed(data)
        except FramingError as error:
            messages = [*error.messages, error.rest]
            self._reception.said(self._at, self._site, f"connection ended, framing lost: {error}")
            self.transport.close()
        for message in messages:
            self._reception.take(self._at, self._site, message)
        if self._reception.inbox.full:
            self.transport.pause_reading()
            self._reception.inbox.when_room(self._resume)

    def _resume(self) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        self._open.discard(self)
        for message in self._frames.end():
            self._reception.take(self._at, self._site, message)


class _Datagrams:
    """Read a UDP socket while the inbox has room; report datagrams that the kernel dropped in the meantime."""

    def __init__(self, at: ListenAt, reception: Reception, bound: socket.socket) -> None:
        self._at, self._reception, self._socket, self._dropped = at, reception, bound, 0
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(bound.fileno(), self._read)

    def _read(self) -> None:
        for _ in range(_DATAGRAMS_AT_ONCE):
            try:
                data, ancillary, _, (address, *_rest) = self._socket.recvmsg(_DATAGRAM, 64)
            except BlockingIOError:
                return
            except OSError as error:  # for example an ICMP error for an earlier datagram; the socket stays usable
                _log.warning("syslog", listener=self._at.feed, problem=str(error))
                return
            site = self._reception.site(self._at, address, [])
            self._count_drops(ancillary, site)
            if message := data.rstrip(b"\r\n\x00"):
                self._reception.take(self._at, site, message)
            if self._reception.inbox.full:
                self._loop.remove_reader(self._socket.fileno())
                self._reception.inbox.when_room(self._resume)
                return

    def _resume(self) -> None:
        if self._socket.fileno() >= 0:
            self._loop.add_reader(self._socket.fileno(), self._read)

    def _count_drops(self, ancillary: list[tuple[int, int, bytes]], site: str) -> None:
        for level, kind, data in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, _SO_RXQ_OVFL):
                (dropped,) = struct.unpack("I", data[:4])
                if dropped > self._dropped:
                    self._reception.said(
                        self._at,
                        site,
                        f"{dropped - self._dropped} datagrams were dropped by the kernel: use TCP or TLS",
                    )
                    self._dropped = dropped

    def close(self) -> None:
        self._loop.remove_reader(self._socket.fileno())
        self._socket.close()


@asynccontextmanager
async def listening(addresses: Sequence[ListenAt], reception: Reception) -> AsyncIterator[list[int]]:
    """Listen until the block ends; yield the ports, in order. Raises UsageError when an address cannot be bound."""
    async with AsyncExitStack() as stack:
        yield [await _listen(at, reception, stack) for at in addresses]


async def _listen(at: ListenAt, reception: Reception, stack: AsyncExitStack) -> int:
    try:
        if at.protocol == "udp":
            bound = _udp_socket(at)
            stack.callback(_Datagrams(at, reception, bound).close)
            return int(bound.getsockname()[1])
        open_now: set[_Connection] = set()
        server = await asyncio.get_running_loop().create_server(
            lambda: _Connection(at, reception, open_now), at.host, at.port, ssl=_tls(at)
        )
    except (OSError, ssl.SSLError) as error:
        raise UsageError.literal(f"cannot listen for syslog at {at.protocol}://{at.host}:{at.port}: {error}") from error

    async def close() -> None:
        server.close()
        for connection in list(open_now):
            if connection.transport is not None:
                connection.transport.abort()
        await server.wait_closed()

    stack.push_async_callback(close)
    return int(server.sockets[0].getsockname()[1])


def _udp_socket(at: ListenAt) -> socket.socket:
    bound = socket.socket(socket.AF_INET6 if ":" in at.host else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        bound.setblocking(False)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _KERNEL_BUFFER)
        bound.setsockopt(socket.SOL_SOCKET, _SO_RXQ_OVFL, 1)
        bound.bind((at.host, at.port))
    except OSError:
        bound.close()
        raise
    return bound


def _tls(at: ListenAt) -> ssl.SSLContext | None:
    if at.protocol != "tls":
        return None
    if at.certificate is None:
        raise UsageError.literal(f"syslog listener {at.feed}: tls needs a certificate")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(at.certificate, at.key)
    if at.client_ca is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(at.client_ca)
    return context


def certificate_names(certificate: dict[str, Any] | None) -> list[str]:
    """Return the DNS names, then the common names, of a verified certificate as `ssl` describes it."""
    if not certificate:
        return []
    dns = [value for kind, value in certificate.get("subjectAltName", ()) if kind == "DNS"]
    common = [value for part in certificate.get("subject", ()) for kind, value in part if kind == "commonName"]
    return [*dns, *common]
