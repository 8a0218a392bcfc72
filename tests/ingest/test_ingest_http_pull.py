"""Fetching over HTTP from a real server that may answer anything."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from secmon.errors import FeedUnavailable, UsageError
from secmon.ingest.transports.http_pull import http_client, pull, read_tokens
from secmon.ingest.transports.page import FeedAddress, FeedPage, split_lines

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
CURSOR = {"X-Next-Cursor": "29000000.7"}


@dataclass
class Site:
    """A site that gives every request the same answer, and remembers what it was asked."""

    answer: bytes
    port: int = 0
    targets: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    released: asyncio.Event = field(default_factory=asyncio.Event)
    hold: bool = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request and close."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        self.targets.append(head[0].split(" ")[1])
        self.headers.append({name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])})
        writer.write(self.answer)
        if self.hold:
            await self.released.wait()
        writer.close()

    @property
    def asked(self) -> Mapping[str, list[str]]:
        """Parameters of the last request."""
        return parse_qs(urlsplit(self.targets[-1]).query)


def answer(body: bytes, status: str = "200 OK", length: int | None = None, **headers: str) -> bytes:
    """An HTTP answer with a cursor, unless the headers say otherwise."""
    given = CURSOR | {name.replace("_", "-"): value for name, value in headers.items()}
    given["Content-Length"] = str(len(body) if length is None else length)
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value)
    return f"HTTP/1.1 {status}\r\nConnection: close\r\n{lines}\r\n".encode() + body


@asynccontextmanager
async def serving(reply: bytes, *, hold: bool = False) -> AsyncIterator[Site]:
    """A site on a free port of this machine."""
    site = Site(reply, hold=hold)
    server = await asyncio.start_server(site.serve, "127.0.0.1", 0)
    site.port = server.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        site.released.set()
        server.close()
        await server.wait_closed()


async def ask(site: Site, *, after: str = "", token: str = "", patience: float = 5.0, packed: bool = True) -> FeedPage:
    """The site's feed, asked once."""
    address = FeedAddress("11110", "ids", "suricata_eve", f"http://127.0.0.1:{site.port}/feeds/ids", token)
    async with http_client(patience, gzip=packed) as client:
        return await pull(client, address, after, 50, lambda: NOW)


async def test_a_page_is_its_lines_and_where_to_go_on() -> None:
    """Lines come as bytes, whatever is in them, with the cursor behind them and the time of receipt."""
    async with serving(answer(b"one\ntwo \xff\x00\r\n\n\nthree\n", X_More="1")) as site:
        page = await ask(site)
    lines = [b"one", b"two \xff\x00\r", b"three"]
    assert page == FeedPage("11110", "ids", "suricata_eve", NOW, lines, "29000000.7", more=True)


async def test_counted_lines_are_counted_as_they_were_sent() -> None:
    """`X-Lines` counts line ends, of empty lines too."""
    async with serving(answer(b"one\n\n\nthree\n", X_Lines="4")) as site:
        page = await ask(site)
    assert page.lines == [b"one", b"three"]


async def test_an_empty_page_is_an_answer() -> None:
    """A site that has nothing new has answered; it says so with its cursor."""
    async with serving(answer(b"")) as site:
        page = await ask(site, after="29000000.7")
    assert (page.lines, page.cursor, page.more) == ([], "29000000.7", False)


async def test_the_question_carries_cursor_limit_and_token() -> None:
    """The first question has no cursor; the token goes in the header only."""
    async with serving(answer(b"")) as site:
        await ask(site)
        assert site.asked == {"limit": ["50"]}
        assert "authorization" not in site.headers[0]
        await ask(site, after="a b&c=d", token="secret-token")
        assert site.asked == {"limit": ["50"], "after": ["a b&c=d"]}
        assert site.headers[1]["authorization"] == "Bearer secret-token"
        assert "secret-token" not in site.targets[1]


async def test_compressed_pages_are_unpacked() -> None:
    """Gzip is asked for unless it is switched off, and the lines are those that were packed."""
    packed = gzip.compress(b"one\ntwo\n")
    async with serving(answer(packed, Content_Encoding="gzip")) as site:
        assert (await ask(site)).lines == [b"one", b"two"]
        assert site.headers[0]["accept-encoding"] == "gzip"
    async with serving(answer(b"one\n")) as site:
        await ask(site, packed=False)
        assert site.headers[0]["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("reply", "what"),
    [
        (answer(b"who are you\n", "401 Unauthorized"), "answered 401"),
        (answer(b"no such feed\n", "404 Not Found"), "answered 404"),
        (answer(b"oops\n", "500 Internal Server Error"), "answered 500"),
        (answer(b"later\n", "503 Service Unavailable"), "answered 503"),
        (answer(b"", "302 Found", Location="http://127.0.0.1:1/"), "answered 302"),
        (answer(b"", "204 No Content"), "answered 204"),
        (answer(b"one\n", X_Next_Cursor=""), "answered without X-Next-Cursor"),
        (answer(b"one\ntw"), "the body ends within a line"),
        (answer(b"one\ntwo\n", length=100), "the body was cut off"),
        (answer(b"one\n", X_Lines="2"), "fewer or more lines than X-Lines states"),
        (answer(b"", X_Lines="1"), "fewer or more lines than X-Lines states"),
        (answer(b"one\n", X_Lines="many"), "fewer or more lines than X-Lines states"),
        (answer(b"\x1f\x8bnot gzip at all", Content_Encoding="gzip"), "cannot be unpacked"),
        (answer(gzip.compress(b"one\n" * 5000)[:-20], Content_Encoding="gzip"), "."),
        (b"HTTP/1.1 what\r\n\r\n", "."),
        (b"220 smtp.example ESMTP\r\n", "."),
        (b"", "."),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value,
)
async def test_a_wrong_answer_takes_nothing(reply: bytes, what: str) -> None:
    """Whatever is not as agreed is FeedUnavailable, which names site and feed; no line is handed over."""
    async with serving(reply) as site:
        with pytest.raises(FeedUnavailable, match=what) as raised:
            await ask(site, token="secret-token")
    assert (raised.value.site, raised.value.feed) == ("11110", "ids")
    assert str(raised.value).startswith("feed 11110/ids: ")
    assert raised.value.text("ko") != raised.value.text("en")
    assert "secret-token" not in str(raised.value)


@pytest.mark.parametrize("sent", [b"", answer(b"one\n", length=1000)], ids=["silent", "stalled"])
async def test_a_site_that_does_not_finish_is_given_up(sent: bytes) -> None:
    """A site that is silent, or stops in the middle of a page, is left after the time it may take."""
    async with serving(sent, hold=True) as site:
        with pytest.raises(FeedUnavailable, match=r"no complete answer within 0.3 s"):
            await ask(site, patience=0.3)


async def test_nobody_listens() -> None:
    """A site whose port is closed is unavailable."""
    with pytest.raises(FeedUnavailable, match=r"11110/ids: no connection \(.*refused"):
        await ask(Site(b"", port=1))


async def test_a_site_that_hangs_up() -> None:
    """A connection that is closed without a word is told as such."""
    async with serving(b"") as site:
        with pytest.raises(FeedUnavailable, match="11110/ids: the connection was closed without an answer") as raised:
            await ask(site)
    assert raised.value.site_wide


async def test_an_address_that_is_none() -> None:
    """A feed configured with an address nobody can ask is unavailable, and stops no other feed."""
    async with http_client(1.0) as client:
        for url in ("http://[broken", "http://a:b/feed", "ftp://127.0.0.1/feed", "nothing"):
            with pytest.raises(FeedUnavailable):
                await pull(client, FeedAddress("11110", "ids", "suricata_eve", url, ""), "", 50, lambda: NOW)


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        (b"", []),
        (b"\n\n", []),
        (b"a\nb\n", [b"a", b"b"]),
        (b"a\r\nb", [b"a\r", b"b"]),
        (b"a\x0bb\x85\n", [b"a\x0bb\x85"]),
    ],
)
def test_only_lf_ends_a_line(body: bytes, lines: list[bytes]) -> None:
    """Other bytes that some call line ends belong to the line; blank lines carry nothing."""
    assert split_lines(body) == lines


def test_tokens_are_read_by_site(tmp_path: Path) -> None:
    """One token a site, other columns left alone."""
    path = tmp_path / "tokens.csv"
    path.write_text("note,site,token\nx,11110,aaa\ny,11140,bbb\n", encoding="utf-8")
    assert read_tokens(path) == {"11110": "aaa", "11140": "bbb"}


@pytest.mark.parametrize(
    "content",
    [None, b"", b"site\n11110\n", b"code,token\n11110,a\n", b"site,token\n11110\n", b"site,token\n11110,\xff\xfe\n"],
    ids=["missing", "empty", "no token", "no site", "short row", "not UTF-8"],
)
def test_a_token_file_that_cannot_be_used_is_named(tmp_path: Path, content: bytes | None) -> None:
    """The error names the file and what it needs."""
    path = tmp_path / "tokens.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=r"tokens\.csv.*needs the columns site,token"):
        read_tokens(path)
