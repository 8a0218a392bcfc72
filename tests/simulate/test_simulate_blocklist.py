"""The sites' firewalls: what is blocked is not written any more, and the centre's list is polled and acknowledged."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
import uvicorn
from simulator_process import Simulator, free_port
from starlette.types import Receive, Scope, Send
from stream_reading import START, TOWNS, read_all

from secmon.errors import UsageError
from secmon.simulate.background import FEEDS
from secmon.simulate.blocklist_poll import BlocklistPoll, Centre, Published
from secmon.simulate.blocks import Block, Blocks
from secmon.simulate.clock import micros
from secmon.simulate.municipality_model import Municipality
from secmon.simulate.plan import load_blocks
from secmon.simulate.run_plan import RunPlan
from secmon.simulate.stream import Cursor, Streams

pytest_plugins = ("running_simulators",)

Launch = Callable[..., Simulator]
MINUTE = timedelta(minutes=1)
T0 = micros(START)


@pytest.mark.parametrize(
    ("value", "line", "stopped"),
    [
        ("203.0.113.9", "srcip=203.0.113.9 srcport=4", True),
        ("203.0.113.9", '{"src_ip":"203.0.113.9"}', True),
        ("203.0.113.9", "10.1.2.3:4242 -> 203.0.113.9:443", True),
        ("203.0.113.9", "203.0.113.9, then more", True),
        ("203.0.113.9", "203.0.113.90 and 1203.0.113.9 and 203.0.113.9.1", False),
        ("203.0.113.0/24", "from 203.0.113.77", True),
        ("203.0.113.0/24", "version 11:35:02 999.0.113.9", False),
        ("2001:db8::1", "src 2001:0db8:0000:0000:0000:0000:0000:0001 dst", True),
        ("2001:db8::/32", "[2001:db8:5::9]:443", True),
        ("2001:db8::1", "2001:db8::12", False),
        ("evil.example", "query www.EVIL.example. A", True),
        ("evil.example", "query notevil.example A", False),
        ("ab" * 32, f"sha256={'AB' * 32} size=1", True),
    ],
)
def test_a_line_that_names_what_is_blocked_is_not_written(value: str, line: str, stopped: bool) -> None:
    """Whole addresses, however they are written; domains with what lies under them; hashes."""
    blocks = Blocks([Block("11110", value, T0)])
    assert blocks.stops("11110", line, T0 + 1) is stopped
    assert not blocks.stops("11140", line, T0 + 1)
    assert not blocks.stops("11110", line, T0)


def test_an_undone_block_lets_through_again() -> None:
    """What came while it was in force stays away; the same list again is no news."""
    blocks = Blocks()
    assert blocks.apply("11110", ["203.0.113.9"], T0)
    assert not blocks.apply("11110", ["203.0.113.9"], T0 + 5)
    assert blocks.apply("11110", [], T0 + 10)
    assert [blocks.stops("11110", "203.0.113.9", T0 + at) for at in (0, 1, 10, 11)] == [False, True, True, False]
    assert blocks.apply("11110", ["203.0.113.9"], T0 + 20)
    assert list(blocks) == [Block("11110", "203.0.113.9", T0, T0 + 10), Block("11110", "203.0.113.9", T0 + 20)]


def played(folder: Path, *texts: str) -> tuple[RunPlan, Streams]:
    """A playbill with these runs, and its streams."""
    run_plan = RunPlan(TOWNS, 9, folder / "plan.json", folder / "truth.ndjson")
    run_plan.begin(texts, START)
    run_plan.write_truth()
    streams = Streams(
        seed=9, rate=60, since=START, injected=run_plan.lines, silences=run_plan.silences, blocks=run_plan.blocks
    )
    return run_plan, streams


def lines_of(streams: Streams, town: Municipality, now: datetime) -> dict[str, list[bytes]]:
    """Every line of a town by feed."""
    return {feed: read_all(streams, town, feed, now).splitlines() for feed in FEEDS}


def test_a_blocked_scanner_falls_silent_where_it_is_blocked(tmp_path: Path) -> None:
    """The sweep scan stops at the site that applied the block, from that moment, in all feeds; nothing else is missing,
    other sites go on seeing it, and a restart writes the same."""
    run_plan, streams = played(tmp_path, "sweep-scan@+0s")
    free = Streams(seed=9, rate=60, since=START, injected=run_plan.lines, silences=run_plan.silences)
    scanned = sorted({line.site for line in run_plan.lines})
    source = run_plan.lines[0].source
    last = {site: max(line.at for line in run_plan.lines if line.site == site) for site in scanned}
    site, other = sorted(scanned, key=lambda code: last[code])[-2:]
    first = min(line.at for line in run_plan.lines if line.site == site)
    moment = START + timedelta(microseconds=(first + last[site]) // 2 - T0)
    towns = {town.code: town for town in TOWNS}
    before = {feed: read_all(streams, towns[site], feed, moment) for feed in FEEDS}
    assert run_plan.block(site, [source], moment, streams)
    end = START + timedelta(hours=2)
    whole, left = lines_of(free, towns[site], end), lines_of(streams, towns[site], end)
    gone = [line for feed in FEEDS for line in whole[feed] if line not in left[feed]]
    assert gone
    assert all(source.encode() in line for line in gone)
    assert all(b"".join(line + b"\n" for line in left[feed]).startswith(before[feed]) for feed in FEEDS)
    after = sum(line.site == site and line.at > micros(moment) for line in run_plan.lines)
    assert len(gone) == after
    assert lines_of(streams, towns[other], end) == lines_of(free, towns[other], end)
    again, restarted = played(tmp_path, "sweep-scan@+0s")
    assert list(again.blocks) == list(run_plan.blocks)
    assert lines_of(restarted, towns[site], end) == left
    told = [json.loads(line) for line in (tmp_path / "truth.ndjson").read_bytes().splitlines()]
    assert len(told) == len(run_plan.lines) - after


def test_a_reader_loses_and_repeats_nothing_when_a_block_comes(tmp_path: Path) -> None:
    """Read second by second over the moment of application: the same as read at once afterwards."""
    run_plan, streams = played(tmp_path, "sweep-scan@+0s")
    site, source = run_plan.lines[0].site, run_plan.lines[0].source
    town = next(town for town in TOWNS if town.code == site)
    for feed in ("firewall", "ids"):
        cursor, parts = Cursor(T0 // 60_000_000, 0), b""
        for second in range(240):
            now = START + timedelta(seconds=second, milliseconds=300)
            page = streams.lines(town, feed, cursor, 1000, now)
            parts, cursor = parts + page.lines, page.cursor
            if second == 90:
                run_plan.block(site, [source], now, streams)
            if second == 150:
                run_plan.block(site, [], now, streams)
        assert parts == read_all(streams, town, feed, now)


def test_background_lines_stop_as_well(tmp_path: Path) -> None:
    """A source of noise is as silent as an attacker."""
    run_plan, streams = played(tmp_path)
    town = TOWNS[0]
    lines = read_all(streams, town, "firewall", START + 60 * MINUTE).decode().splitlines()
    source = next(word for word in lines[-1].split() if word.startswith("srcip=")).removeprefix("srcip=")
    assert run_plan.block(town.code, [source], START, streams)
    left = read_all(streams, town, "firewall", START + 60 * MINUTE).decode().splitlines()
    assert not any(f"={source} " in line for line in left)
    assert len(left) < len(lines)


def test_a_plan_with_damaged_blocks_is_refused(tmp_path: Path) -> None:
    """Told with what to do; a plan of an earlier edition has none."""
    path = tmp_path / "plan.json"
    path.write_text('{"runs": []}')
    assert load_blocks(path) == load_blocks(tmp_path / "none.json") == ()
    path.write_text('{"runs": [], "blocks": [["11110", "x"]]}')
    with pytest.raises(UsageError, match=r"is damaged .* move it away to begin a new one"):
        load_blocks(path)


# --------------------------------------------------------------------------------------------------------- the poller


@dataclass
class FakeCentre:
    """The centre's two addresses, as the contract has them; it stands for the server, which has tests of its own."""

    text: str = "# secmon blocklist 11110 version 3\n203.0.113.9\n# note\n198.51.100.0/24\n"
    etag: str = '"one"'
    broken: str = ""
    seen: list[tuple[str, str, str, str]] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        body = (await receive()).get("body", b"")
        self.seen.append((scope["method"], scope["path"], headers["authorization"], body.decode()))
        self.arrived.set()
        status, text = 200, self.text
        if scope["path"].endswith(self.broken or "?"):
            status, text = 503, "busy"
        elif scope["method"] == "POST":
            status, text = 204, ""
        elif headers.get("if-none-match") == self.etag:
            status, text = 304, ""
        tag = [(b"etag", self.etag.encode())] if scope["method"] == "GET" else []
        await send({"type": "http.response.start", "status": status, "headers": tag})
        await send({"type": "http.response.body", "body": text.encode()})


@asynccontextmanager
async def serving(app: FakeCentre) -> AsyncIterator[str]:
    """The application on a port of its own."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, lifespan="off", log_level="warning"))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  # uvicorn tells it by this flag only
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await task


@dataclass
class Firewalls:
    """What each site was told to block."""

    blocked: dict[str, list[str]] = field(default_factory=dict)
    settled: int = 0

    def apply(self, site: str, values: Iterable[str]) -> bool:
        """Block these."""
        news = self.blocked.get(site) != list(values)
        self.blocked[site] = list(values)
        return news

    def settle(self) -> None:
        """A round with news is over."""
        self.settled += 1


def poller(url: str, tokens: Path, firewalls: Firewalls, down: str = "") -> BlocklistPoll:
    """A poller of two sites."""
    return BlocklistPoll(
        Centre.parse(url, tokens, 5),
        ["11110", "26110"],
        firewalls.apply,
        lambda: START,
        lambda site, _now: site == down,
        firewalls.settle,
    )


async def rounds(poll: BlocklistPoll, number: int = 1) -> None:
    """Ask so often."""
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(number):
            await poll.round(client, 0)


async def test_a_list_is_applied_then_acknowledged_then_left_alone(tmp_path: Path) -> None:
    """With each site's own token; an unchanged list is asked for with its tag and neither applied nor acknowledged."""
    tokens = tmp_path / "tokens.csv"
    app, firewalls = FakeCentre(), Firewalls()
    async with serving(app) as url:
        poll = poller(url, tokens, firewalls)
        await rounds(poll)
        assert app.seen == []  # no tokens yet
        tokens.write_text("site,token\n11110,one\n26110,two\n")
        await rounds(poll, 2)
        assert firewalls.blocked["26110"] == ["203.0.113.9", "198.51.100.0/24"]
        assert firewalls.settled == 1
        for site, bearer in (("11110", "Bearer one"), ("26110", "Bearer two")):
            own = [(method, path[-14:], who, body) for method, path, who, body in app.seen if site in path]
            assert own == [
                ("GET", f"feed/{site}.txt", bearer, ""),
                ("POST", f"feed/{site}/ack", bearer, '{"version":3}'),
                ("GET", f"feed/{site}.txt", bearer, ""),
            ]
        app.text, app.etag = "# secmon blocklist 11110 version 4\n", '"two"'
        await rounds(poll)
        assert (firewalls.blocked["11110"], firewalls.settled) == ([], 2)


async def test_what_was_not_acknowledged_is_asked_for_again(tmp_path: Path) -> None:
    """The centre is busy for one site's acknowledgement: the others go on, that one comes again next round."""
    tokens = tmp_path / "tokens.csv"
    tokens.write_text("site,token\n11110,one\n26110,two\n")
    app, firewalls = FakeCentre(broken="11110/ack"), Firewalls()
    async with serving(app) as url:
        poll = poller(url, tokens, firewalls)
        await rounds(poll)
        app.broken = ""
        await rounds(poll)
        acknowledged = [path.split("/")[-2] for method, path, *_ in app.seen if method == "POST"]
        assert (sorted(acknowledged[:2]), acknowledged[2:]) == (["11110", "26110"], ["11110"])
        before = len(app.seen)
        await rounds(poller(url, tokens, Firewalls(), down="11110"))
        assert {path[-9:-4] for method, path, *_ in app.seen[before:] if method == "GET"} == {"26110"}


async def test_a_list_without_a_version_changes_nothing(tmp_path: Path) -> None:
    """An error page is no block list."""
    tokens = tmp_path / "tokens.csv"
    tokens.write_text("site,token\n11110,one\n")
    app, firewalls = FakeCentre(text="<html>503</html>"), Firewalls()
    async with serving(app) as url:
        await rounds(poller(url, tokens, firewalls))
    assert firewalls.blocked == {}
    with pytest.raises(UsageError, match="tells no version"):
        Published.parse("")


@pytest.mark.parametrize("url", ["http://example.com:80", "ftp://127.0.0.1:1", "http://127.0.0.1", "x", "http://[::1"])
def test_only_a_centre_on_this_machine_is_asked(tmp_path: Path, url: str) -> None:
    """Invented sites bother nobody else."""
    with pytest.raises(UsageError, match="write http://127"):
        Centre.parse(url, tmp_path / "tokens.csv", 5)
    with pytest.raises(UsageError, match="needs --blocklist-tokens"):
        Centre.parse("http://127.0.0.1:8050", None, 5)
    with pytest.raises(UsageError, match="above 0"):
        Centre.parse("http://127.0.0.1:8050", tmp_path, 0)


async def test_a_simulator_has_all_its_sites_block(launch: Launch, tmp_path: Path) -> None:
    """The whole process: 226 sites ask with their own tokens, apply and acknowledge; the plan file keeps it."""
    tokens, plan = tmp_path / "tokens.csv", tmp_path / "plan.json"
    sites = [town.code for town in TOWNS]
    tokens.write_text("".join(["site,token\n", *(f"{site},key-{site}\n" for site in sites)]))
    app = FakeCentre(text="# secmon blocklist all version 5\n192.0.2.77\n")
    async with serving(app) as url:
        options = {"blocklist": url, "blocklist_tokens": str(tokens), "blocklist_every": 0.5, "plan": str(plan)}
        await asyncio.to_thread(launch, **options)
        async with asyncio.timeout(60):
            while sum(method == "POST" for method, *_ in app.seen) < len(sites):
                await app.arrived.wait()
                app.arrived.clear()
    told = {(path.split("/")[-2], who, body) for method, path, who, body in app.seen if method == "POST"}
    assert {(site, who) for site, who, _ in told} == {(site, f"Bearer key-{site}") for site in sites}
    assert {json.loads(body)["version"] for *_, body in told} == {5}
    assert {(one.site, one.value, one.ends) for one in load_blocks(plan)} == {
        (site, "192.0.2.77", None) for site in sites
    }
