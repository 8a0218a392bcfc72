"""Syslog and files leave the process as HTTP does, and sites can be many."""

import gzip
import re
import socket
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
from simulator_process import Simulator
from stream_reading import START, TOWNS, read_all

from secmon.simulate.background import FEEDS
from secmon.simulate.municipality_model import build_municipalities
from secmon.simulate.stream import Streams
from secmon.simulate.transports import Tails, _append
from secmon.sites.registry import load_sites

pytest_plugins = ("running_simulators",)

Launch = Callable[..., Simulator]
PRI = re.compile(rb"<\d{1,3}>")


def test_datagrams_are_lines(launch: Launch) -> None:
    """Every datagram is one line of a feed that was asked for, from its site's own address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(20)
        port = receiver.getsockname()[1]
        launch(rate=3000.0, start=None, syslog=f"udp://127.0.0.1:{port}", syslog_feeds="vpn,firewall")
        got = [receiver.recvfrom(65_536) for _ in range(200)]
        while len({address for _, (address, _) in got}) < 20:  # on a busy machine a few sites may fill the first ones
            got.append(receiver.recvfrom(65_536))
    assert all(PRI.match(message) and b"\n" not in message for message, _ in got)
    assert all(b" openvpn[" in message or b" devid=" in message for message, _ in got)
    assert all(address.startswith("127.1.") for _, (address, _) in got)
    by_device = {
        (address, found[0]) for message, (address, _) in got if (found := re.findall(rb'devid="(\w+)"', message))
    }
    assert len(by_device) == len({address for address, _ in by_device}) > 5


def test_connections_count_octets(launch: Launch) -> None:
    """RFC 6587: each message has its length before it; a receiver that comes late still gets its lines."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
    launch(rate=30_000.0, start=None, syslog=f"tcp://127.0.0.1:{port}", syslog_feeds="auth")
    with socket.create_server(("127.0.0.1", port), backlog=512) as listener:
        listener.settimeout(20)
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(20)
            data = b""
            while len(data) < 2_000:
                data += connection.recv(65_536)
    length, _, rest = data.partition(b" ")
    message, rest = rest[: int(length)], rest[int(length) :]
    assert PRI.match(message)
    assert rest[: rest.index(b" ")].isdigit()


def test_files_grow(launch: Launch, tmp_path: Path) -> None:
    """What stands in a site's file is what its feed says over HTTP from the start on."""
    running = launch(rate=30_000.0, start=None, files=str(tmp_path / "logs"), files_size=20_000)
    path = tmp_path / "logs" / "11110" / "ids.log"
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline and not path.with_name("ids.log.2.gz").exists():
        time.sleep(0.3)
    running.process.terminate()
    assert running.process.wait(5) == 0
    parts = [gzip.decompress(path.with_name("ids.log.2.gz").read_bytes()), path.with_name("ids.log.1").read_bytes()]
    lines = b"".join(parts).splitlines()
    assert lines == sorted(lines, key=lambda line: line[14:40])
    assert len({*lines}) == len(lines)
    assert {file.name.split(".")[0] for file in (tmp_path / "logs" / "11110").iterdir()} <= set(FEEDS)


def test_a_batch_that_was_not_taken_comes_again() -> None:
    """Nothing is lost when a receiver is away, and nothing of the past is sent."""
    streams, now = Streams(seed=1, rate=3000, since=START - timedelta(hours=1)), [START]
    tails = Tails(streams, TOWNS[:1], ["auth"], lambda: now[0], lambda _site, _now: False)
    assert list(tails.new()) == []
    now[0] += timedelta(minutes=5)
    lost = next(iter(tails.new()))
    (again,) = list(tails.new())
    assert again == lost
    assert list(tails.new()) == []
    assert read_all(streams, TOWNS[0], "auth", now[0]).endswith(again.lines)


def test_a_site_that_is_down_sends_later() -> None:
    """Its lines wait until it is back."""
    streams, now, down = Streams(seed=1, rate=3000, since=START), [START], [True]
    tails = Tails(streams, TOWNS[:1], ["auth"], lambda: now[0], lambda _site, _now: down[0])
    now[0] += timedelta(minutes=5)
    assert list(tails.new()) == []
    down[0] = False
    assert len(list(tails.new())) == 1


def test_files_are_rotated(tmp_path: Path) -> None:
    """Above the size a file moves to .1, that one to .2.gz; what was in .2.gz is gone."""
    path = tmp_path / "11110" / "ids.log"
    for letter in (b"a", b"b", b"c", b"d"):
        _append(path, letter * 60 + b"\n", 100)
    assert path.read_bytes() == b"d" * 60 + b"\n"
    assert path.with_name("ids.log.1").read_bytes() == b"c" * 60 + b"\n"
    assert gzip.decompress(path.with_name("ids.log.2.gz").read_bytes()) == b"b" * 60 + b"\n"


def test_copies_are_sites_of_their_own() -> None:
    """Ten times the sites: codes of five characters that collide with none, the same rate in all, other lines."""
    towns = build_municipalities(load_sites(), copies=10)
    codes = {town.code for town in towns}
    assert len(codes) == 2260
    assert all(re.fullmatch(r"[0-9A-Z]{5}", code) for code in codes)
    assert abs(sum(town.share for town in towns) - 1) < 1e-9
    streams = Streams(seed=1, rate=20_000, since=START)
    original, copy = (read_all(streams, towns[n], "ids", START + timedelta(minutes=5)) for n in (0, 226))
    assert towns[226].web == towns[0].web
    assert original != copy


def test_copies_have_tokens(launch: Launch) -> None:
    """The collector finds them in the token file, and their feeds answer."""
    running = launch(copies=3)
    assert len(running.tokens) == 678
    assert httpx.get(f"{running.url}/healthz").json()["sites"] == 678
    code = next(code for code in running.tokens if code.startswith("X"))
    assert running.get(code, "ids").status_code == 200
