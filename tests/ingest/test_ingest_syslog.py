"""The syslog listener, with real sockets, real certificates, and Debian's rsyslog and logger as senders."""

import asyncio
import contextlib
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme
import uvloop
from hypothesis import given
from hypothesis import strategies as st

from secmon.errors import UsageError
from secmon.ingest.transports.inbox import Inbox
from secmon.ingest.transports.page import FeedPage
from secmon.ingest.transports.syslog_framing import LONGEST, Frames, FramingError
from secmon.ingest.transports.syslog_senders import NOBODY, Senders, read_senders
from secmon.ingest.transports.syslog_server import ListenAt, Reception, listening
from secmon.store.formats import recognise

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
LINE = b"<38>1 2026-11-23T09:00:00+09:00 bastion01 sshd 1 - - Accepted"
SITES = frozenset({"11110", "11140", "26110"})
HERE = (("127.0.0.1", "11110"),)


@dataclass
class Listener:
    """A running listener and what it received."""

    inbox: Inbox
    ports: list[int]

    async def pages(self, lines: int) -> list[FeedPage]:
        """Everything received, once there are so many lines."""
        found: list[FeedPage] = []
        for _ in range(500):
            pages = self.inbox.take()
            self.inbox.done(pages)
            found += pages
            if sum(len(page.lines) for page in found) >= lines:
                return found
            await asyncio.sleep(0.02)
        raise AssertionError(f"only {found} came")

    async def lines(self, count: int) -> list[bytes]:
        """The lines alone."""
        return [line for page in await self.pages(count) for line in page.lines]


@asynccontextmanager
async def listener(
    *addresses: ListenAt, senders: Sequence[tuple[str, str]] = HERE, most_bytes: int = 1 << 20
) -> AsyncIterator[Listener]:
    """Listen on free ports; `senders` are rows of the senders file."""
    inbox = Inbox(most_bytes, lambda: NOW)
    known = _senders(senders)
    async with listening(addresses, Reception(inbox, known, recognise)) as ports:
        yield Listener(inbox, ports)


def _senders(rows: Sequence[tuple[str, str]], folder: Path | None = None) -> Senders:
    folder = folder or Path("/tmp")
    path = folder / f"senders-{id(rows)}.csv"
    path.write_text("sender,site\n" + "".join(f"{sender},{site}\n" for sender, site in rows), encoding="utf-8")
    try:
        return read_senders(path, SITES)
    finally:
        path.unlink()


def at(protocol: str, format_name: str = "rfc5424", **more: object) -> ListenAt:
    """An address of this machine."""
    return ListenAt(protocol, "127.0.0.1", 0, "auth", format_name, **more)  # type: ignore[arg-type]


async def send(port: int, *parts: bytes, tls: ssl.SSLContext | None = None) -> None:
    """Bytes over one TCP connection."""
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, ssl=tls, server_hostname="localhost" if tls else None
    )
    for part in parts:
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(0.01)
    writer.close()
    with contextlib.suppress(OSError, ssl.SSLError):
        await writer.wait_closed()
    del reader


# ------------------------------------------------------------------------------------------------------------ framing

MESSAGES = st.lists(
    st.binary(min_size=1, max_size=200).map(
        lambda text: b"<13>" + text.replace(b"\n", b" ").rstrip(b"\r\n\x00") + b"."
    ),
    max_size=8,
)


@given(MESSAGES, st.lists(st.booleans(), min_size=8, max_size=8), st.lists(st.integers(1, 40), min_size=1))
def test_messages_come_out_whatever_the_cuts(messages: list[bytes], counted: list[bool], cuts: list[int]) -> None:
    """Both framings, mixed, cut anywhere: the messages, once each, in order."""
    stream = b"".join(
        b"%d %s" % (len(text), text) if by_count else text + b"\n"
        for text, by_count in zip(messages, counted, strict=False)
    )
    frames, found, at_byte, turn = Frames(), list[bytes](), 0, 0
    while at_byte < len(stream):
        step = cuts[turn % len(cuts)]
        found += frames.feed(stream[at_byte : at_byte + step])
        at_byte, turn = at_byte + step, turn + 1
    assert found + frames.end() == messages


@pytest.mark.parametrize("stream", [b"123456789 x", b"12a <34>", b"99999999 x", b"1" * 20, b"x" * (LONGEST + 2)])
def test_a_lost_frame_is_an_error(stream: bytes) -> None:
    """Neither a count nor a line: going on would make up messages."""
    with pytest.raises(FramingError):
        Frames().feed(stream)


# ------------------------------------------------------------------------------------------------------------ senders


def test_a_site_is_told_by_the_narrowest_network() -> None:
    """Addresses of both families, mapped ones too, and networks within networks."""
    senders = _senders([("10.1.0.0/16", "11110"), ("10.1.2.0/24", "11140"), ("2001:db8::/32", "26110")])
    found = [
        senders.by_address(text) for text in ("10.1.9.9", "10.1.2.9", "::ffff:10.1.2.9", "2001:db8::1", "192.0.2.1")
    ]
    assert found == ["11110", "11140", "11140", "26110", NOBODY]
    assert senders.by_address("not an address") == NOBODY


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ("code,site\n10.0.0.1,11110\n", "needs the columns sender,site"),
        ("sender,site\n10.0.0.1,99999\n", "line 2: no site has the code '99999'"),
        ("sender,site\n10.0.0.1,11110\nbad name!,11110\n", "line 3: 'bad name!' is neither"),
        ("sender,site\n10.0.0.1\n", "needs the columns"),
        ("sender,site\nFW1,11110\nfw1,11140\n", "line 3: 'fw1' sends for 11110 already"),
    ],
)
def test_a_senders_file_that_cannot_be_used_is_named(tmp_path: Path, rows: str, what: str) -> None:
    """The error names file, line and what it needs."""
    path = tmp_path / "senders.csv"
    path.write_text(rows, encoding="utf-8")
    with pytest.raises(UsageError, match=what):
        read_senders(path, SITES)


# ----------------------------------------------------------------------------------------------------------- receiving


async def test_datagrams_and_both_framings_arrive() -> None:
    """Each message once, without its frame, under the site of the sender and the listener's feed."""
    async with listener(at("udp"), at("tcp")) as here:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(LINE + b"\n", ("127.0.0.1", here.ports[0]))
        await send(here.ports[1], b"%d %s" % (len(LINE), LINE), LINE[:20], LINE[20:] + b"\nlast without end")
        pages = await here.pages(4)
    assert {(page.site, page.feed, page.format) for page in pages} == {("11110", "auth", "rfc5424")}
    assert sorted(line for page in pages for line in page.lines) == sorted([LINE, LINE, LINE, b"last without end"])


def test_the_servers_own_event_loop_receives_too() -> None:
    """The server runs on uvloop, whose sockets and transports are not asyncio's: all three ways work there."""

    async def receive() -> list[bytes]:
        async with listener(at("udp"), at("tcp")) as here:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.sendto(LINE, ("127.0.0.1", here.ports[0]))
            await send(here.ports[1], LINE + b"\n", b"%d %s" % (len(LINE), LINE))
            return await here.lines(3)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(receive()) == [LINE] * 3


async def test_auto_recognises_each_line_and_keeps_the_others() -> None:
    """A mixed stream is told apart line by line; what fits no format is kept as not recognised."""
    async with listener(at("tcp", "auto")) as here:
        await send(here.ports[0], LINE + b'\n{"event_type":"http"}\nwhat is this\n')
        pages = await here.pages(3)
    assert {page.format: page.lines for page in pages} == {
        "rfc5424": [LINE],
        "suricata_eve": [b'{"event_type":"http"}'],
        "unknown": [b"what is this"],
    }


async def test_an_unknown_sender_is_kept_apart() -> None:
    """Its lines belong to no site, and are not dropped."""
    async with listener(at("tcp"), senders=[("192.0.2.1", "11110")]) as here:
        await send(here.ports[0], LINE + b"\n")
        [page] = await here.pages(1)
    assert (page.site, page.format, page.lines) == (NOBODY, "unknown_sender", [LINE])


async def test_host_names_count_only_where_they_are_trusted() -> None:
    """A relay's address says nothing about the site; the header does, if the listener is told to believe it."""
    old = b"<29>Nov 23 09:00:00 vpn01.jung-gu openvpn[1]: text"
    rows = [("bastion01", "11110"), ("vpn01.jung-gu", "26110")]
    async with listener(at("tcp", "auto", trust_names=True), at("tcp", "auto"), senders=rows) as here:
        await send(here.ports[0], LINE + b"\n" + old + b"\n")
        sites = {page.site for page in await here.pages(2)}
        await send(here.ports[1], LINE + b"\n")
        [page] = await here.pages(1)
    assert sites == {"11110", "26110"}
    assert page.site == NOBODY


async def test_a_connection_that_loses_its_frames_is_ended_and_said() -> None:
    """What came before is kept, and what could not be told apart too; the feed carries the notice."""
    async with listener(at("tcp")) as here:
        await send(here.ports[0], LINE + b"\n" + b"123456789012 x")
        [page] = await here.pages(2)
    assert page.lines == [LINE, b"123456789012 x"]
    assert "framing lost" in page.notice


async def test_a_full_inbox_slows_the_sender_and_loses_nothing() -> None:
    """When nobody takes the lines the sender has to wait; when somebody does, all of them come."""
    count, text = 40_000, LINE + b"x" * 200
    async with listener(at("tcp"), most_bytes=100_000) as here:
        sending = asyncio.create_task(send(here.ports[0], b"".join(b"%d %s" % (len(text), text) for _ in range(count))))
        await asyncio.sleep(0.5)
        assert not sending.done()
        held = here.inbox.held
        await asyncio.sleep(0.2)
        assert here.inbox.held == held < 1_000_000
        assert len(await here.lines(count)) == count
        await sending


async def test_datagrams_that_the_kernel_dropped_are_said() -> None:
    """UDP cannot wait: what did not fit is counted by the kernel, and the feed carries the notice."""
    count, text = 60_000, LINE + b"x" * 400
    async with listener(at("udp"), most_bytes=50_000) as here:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for _ in range(count):
                sender.sendto(text, ("127.0.0.1", here.ports[0]))
        received, notices = 0, list[str]()
        for _ in range(3000):
            pages = here.inbox.take()
            here.inbox.done(pages)
            received += sum(len(page.lines) for page in pages)
            notices += [page.notice for page in pages if page.notice]
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.sendto(text, ("127.0.0.1", here.ports[0]))  # the count comes with the next datagram
            if notices and not pages:
                break
            await asyncio.sleep(0.001)
    assert received < count
    assert "datagrams were dropped by the kernel" in notices[-1]


async def test_lines_that_cannot_be_kept_stay_in_the_inbox() -> None:
    """Put back, they come again, before what was received meanwhile."""
    inbox = Inbox(100, lambda: NOW)
    inbox.put("11110", "auth", "rfc5424", b"one")
    pages = inbox.take()
    inbox.put("11110", "auth", "rfc5424", b"two")
    inbox.put_back(pages)
    assert inbox.full
    [page] = inbox.take()
    assert page.lines == [b"one", b"two"]
    inbox.done([page])
    assert (inbox.held, inbox.full) == (0, False)


# ----------------------------------------------------------------------------------------------------------------- TLS


@dataclass
class Papers:
    """Certificates of a listener, of a sender, and of somebody else's CA."""

    folder: Path
    ca: trustme.CA
    stranger: trustme.CA

    def listen(self, *, ask: bool) -> ListenAt:
        """A TLS listener that asks senders for their certificate, or does not."""
        self.ca.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(str(self.folder / "server.pem"))
        self.ca.cert_pem.write_to_path(str(self.folder / "ca.pem"))
        return at("tls", certificate=self.folder / "server.pem", client_ca=self.folder / "ca.pem" if ask else None)

    def context(self, issuer: trustme.CA | None, name: str = "fw.jongno.example") -> ssl.SSLContext:
        """What a sender brings along."""
        context = ssl.create_default_context()
        self.ca.configure_trust(context)
        if issuer is not None:
            issuer.issue_cert(name).configure_cert(context)
        return context


@pytest.fixture
def papers(tmp_path: Path) -> Papers:
    """Fresh certificates."""
    return Papers(tmp_path, trustme.CA(), trustme.CA())


async def test_tls_without_client_certificates(papers: Papers) -> None:
    """Octet counting over TLS, as RFC 5425 has it; the address tells the site."""
    async with listener(papers.listen(ask=False)) as here:
        await send(here.ports[0], b"%d %s" % (len(LINE), LINE), tls=papers.context(None))
        [page] = await here.pages(1)
    assert (page.site, page.lines) == ("11110", [LINE])


async def test_a_client_certificate_tells_the_site(papers: Papers) -> None:
    """The name in a verified certificate goes before the address."""
    rows = [("fw.jongno.example", "11140"), ("127.0.0.1", "11110")]
    async with listener(papers.listen(ask=True), senders=rows) as here:
        await send(here.ports[0], b"%d %s" % (len(LINE), LINE), tls=papers.context(papers.ca))
        [page] = await here.pages(1)
    assert page.site == "11140"


@pytest.mark.parametrize("who", ["nobody", "stranger"])
async def test_a_sender_without_our_certificate_is_not_heard(papers: Papers, who: str) -> None:
    """Neither no certificate nor one of another CA lets a line in."""
    async with listener(papers.listen(ask=True)) as here:
        context = papers.context(papers.stranger if who == "stranger" else None)
        with contextlib.suppress(OSError, ssl.SSLError):
            await send(here.ports[0], b"%d %s" % (len(LINE), LINE), tls=context)
        await asyncio.sleep(0.2)
        assert here.inbox.take() == []


async def test_an_address_that_cannot_be_had_is_said() -> None:
    """The error names protocol and port."""
    async with listener(at("tcp")) as here:
        taken = ListenAt("tcp", "127.0.0.1", here.ports[0], "auth", "rfc5424")
        with pytest.raises(UsageError, match=rf"tcp://127.0.0.1:{here.ports[0]}"):
            async with listener(taken):
                pass


# ------------------------------------------------------------------------------------------------- Debian's own senders

RSYSLOG = """
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="{folder}/log.sock" CreatePath="on")
global(workDirectory="{folder}" defaultNetstreamDriverCAFile="{folder}/ca.pem")
action(type="omfwd" target="127.0.0.1" port="{udp}" protocol="udp" template="RSYSLOG_SyslogProtocol23Format")
action(type="omfwd" target="127.0.0.1" port="{tcp}" protocol="tcp" TCP_Framing="octet-counted"
       template="RSYSLOG_SyslogProtocol23Format")
action(type="omfwd" target="127.0.0.1" port="{lines}" protocol="tcp" template="RSYSLOG_TraditionalForwardFormat")
action(type="omfwd" target="127.0.0.1" port="{tls}" protocol="tcp" TCP_Framing="octet-counted"
       StreamDriver="gtls" StreamDriverMode="1" StreamDriverAuthMode="anon"
       template="RSYSLOG_SyslogProtocol23Format")
"""


async def test_rsyslog_delivers_over_everything(papers: Papers) -> None:
    """Debian's rsyslog forwards what logger gives it over UDP, TCP in both framings, and TLS."""
    rsyslogd = shutil.which("rsyslogd", path="/usr/sbin:/sbin:/usr/bin")
    assert rsyslogd, "install rsyslog (tools/debian.sh does)"
    tls = papers.listen(ask=False)
    async with listener(at("udp"), at("tcp"), at("tcp", "auto"), tls) as here:
        udp, tcp, lines, secure = here.ports
        config = papers.folder / "rsyslog.conf"
        config.write_text(
            RSYSLOG.format(folder=papers.folder, udp=udp, tcp=tcp, lines=lines, tls=secure), encoding="utf-8"
        )
        daemon = await asyncio.create_subprocess_exec(
            rsyslogd, "-n", "-i", str(papers.folder / "pid"), "-f", str(config), stderr=subprocess.DEVNULL
        )
        try:
            await _until(papers.folder / "log.sock")
            for number in range(5):
                await _run("logger", "--socket", str(papers.folder / "log.sock"), "-t", "app", f"number {number} 여권")
            pages = await here.pages(20)
        finally:
            daemon.terminate()
            await daemon.wait()
    found = sorted(line.rsplit(b"number ", 1)[1].decode() for page in pages for line in page.lines)
    assert found == sorted(f"{number} 여권" for number in range(5) for _ in range(4))


async def test_logger_delivers_directly() -> None:
    """`logger` over UDP and over TCP with and without octet counting, in the old and the new header."""
    async with listener(at("udp", "auto"), at("tcp", "auto")) as here:
        udp, tcp = map(str, here.ports)
        for options in (
            ["-d", "-P", udp, "--rfc3164"],
            ["-d", "-P", udp, "--rfc5424"],
            ["-T", "-P", tcp, "--rfc5424"],
            ["-T", "-P", tcp, "--octet-count", "--rfc3164"],
        ):
            await _run("logger", "-n", "127.0.0.1", *options, "-t", "app", "hello")
        lines = await here.lines(4)
    assert all(line.endswith(b"hello") and line.startswith(b"<13>") for line in lines)


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(*command)
    assert await process.wait() == 0


async def _until(path: Path) -> None:
    for _ in range(500):
        if await asyncio.to_thread(path.exists):
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"{path} did not come")
