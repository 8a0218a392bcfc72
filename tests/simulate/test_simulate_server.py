"""The process: who may read what, how pages travel, and how it ends."""

import gzip
import signal
import socket
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from simulator_process import Simulator
from stream_reading import START

from secmon.errors import UsageError
from secmon.simulate.server import SECRET_VARIABLE, SimulatorOptions, run

pytest_plugins = ("running_simulators",)

OPTIONS = SimulatorOptions(
    port=0,
    rate=60,
    seed=7,
    history=timedelta(hours=1),
    scenarios=(),
    faults=(),
    truth=None,
    tokens=None,
    plan=None,
    start=START,
)

Launch = Callable[..., Simulator]


def _history(simulator: Simulator, site: str, feed: str, limit: int) -> bytes:
    """The hour before START, page by page; lines after it are cut off."""
    parts, query, edge = list[bytes](), {"limit": str(limit)}, "2026-03-04T11:00:00"
    while True:
        reply = simulator.get(site, feed, **query)
        assert reply.status_code == 200
        lines = reply.content.splitlines(keepends=True)
        stamp = slice(14, 33) if feed == "ids" else slice(6, 25)
        before = [line for line in lines if line[stamp].decode() < edge]
        parts += before
        if len(before) < len(lines):
            return b"".join(parts)
        query["after"] = reply.headers["X-Next-Cursor"]
        assert reply.headers["X-More"] == "1"


def test_two_processes_give_the_same_bytes(launch: Launch, simulator: Simulator) -> None:
    """Same seed, other process, other hash seed, other page size: an hour of history is byte-identical."""
    other = launch(environment={"PYTHONHASHSEED": "4711"})
    for site, feed in (("11110", "ids"), ("26110", "auth")):
        history = _history(simulator, site, feed, 50_000)
        assert history.count(b"\n") > 10
        assert history == _history(other, site, feed, 83)


def test_truth_is_the_same_in_every_process(launch: Launch, tmp_path: Path) -> None:
    """Truth is written at start, byte-identical for seed and plan whatever the hash seed."""
    files = [tmp_path / "one.ndjson", tmp_path / "other.ndjson"]
    for hashed, file in zip(("1", "2"), files, strict=True):
        launch(
            environment={"PYTHONHASHSEED": hashed},
            scenarios=["all@-6h", "ssh-guessing@-20m"],
            truth=str(file),
        )
    assert files[0].read_bytes() == files[1].read_bytes()
    assert files[0].read_bytes().count(b"\n") > 20_000


def test_tokens_are_for_their_owner(launch: Launch, simulator: Simulator) -> None:
    """The file is private; tokens differ between sites, and between processes unless the secret is given."""
    first, second = (launch(environment={SECRET_VARIABLE: "given"}) for _ in range(2))
    assert stat.S_IMODE((first.folder / "tokens.csv").stat().st_mode) == 0o600
    assert len(first.tokens) == len(set(first.tokens.values())) == 226
    assert first.tokens == second.tokens
    assert first.tokens != simulator.tokens


def test_health_tells_time_and_sites(simulator: Simulator) -> None:
    """Health needs no token and says how many sites are played."""
    health = httpx.get(f"{simulator.url}/healthz").json()
    assert health["status"] == "ok"
    assert health["sites"] == 226
    assert datetime.fromisoformat(health["now"]).tzinfo is not None


@pytest.mark.parametrize("which", ["missing", "wrong", "other site"])
def test_only_the_sites_own_token_opens_a_feed(simulator: Simulator, which: str) -> None:
    """No token, a wrong one or another site's is answered 401 in one line."""
    token = {"missing": "", "wrong": "0" * 64, "other site": simulator.tokens["11140"]}[which]
    reply = simulator.get("11110", "ids", token=token)
    assert reply.status_code == 401
    assert reply.headers["Content-Type"].startswith("text/plain")
    assert reply.text.count("\n") == 1


@pytest.mark.parametrize(
    "path", ["/", "/sites", "/sites/99999/feeds/ids", "/sites/11110/feeds/telnet", "/sites/11110/feeds/ids/"]
)
def test_unknown_places_are_404(simulator: Simulator, path: str) -> None:
    """Only known sites and feeds exist."""
    reply = httpx.get(simulator.url + path)
    assert (reply.status_code, reply.text.count("\n")) == (404, 1)


@pytest.mark.parametrize(
    "query",
    [{"after": "x"}, {"after": ""}, {"after": "0.0"}, {"limit": "0"}, {"limit": "50001"}, {"limit": "ten"}],
)
def test_malformed_questions_are_400(simulator: Simulator, query: dict[str, str]) -> None:
    """A cursor or limit that cannot be is answered 400 in one line."""
    reply = simulator.get("11110", "ids", **query)
    assert (reply.status_code, reply.text.count("\n")) == (400, 1)


def test_only_get_is_answered(simulator: Simulator) -> None:
    """Feeds are read, never written."""
    assert httpx.post(f"{simulator.url}/sites/11110/feeds/ids").status_code == 405


def test_pages_are_compressed_when_the_reader_takes_it(simulator: Simulator) -> None:
    """Gzip on request, and the same lines without it."""
    token = {"Authorization": f"Bearer {simulator.tokens['11110']}"}
    url = f"{simulator.url}/sites/11110/feeds/ids?limit=50"
    with httpx.stream("GET", url, headers=token | {"Accept-Encoding": "br, gzip;q=0.5"}) as reply:
        packed = b"".join(reply.iter_raw())
        assert reply.headers["Content-Encoding"] == "gzip"
    plain = httpx.get(url, headers=token | {"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert gzip.decompress(packed) == plain.content
    assert plain.content.count(b"\n") == 50


def test_large_pages_are_compressed_too(simulator: Simulator) -> None:
    """A page compressed aside is the same page."""
    plain = simulator.get("11110", "ids", limit=3000)
    packed = simulator.get("11110", "ids", limit=3000, encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.content == plain.content


def test_a_down_site_answers_503(launch: Launch) -> None:
    """Every request of the site, even without a token; others go on, a later fault is not there yet."""
    running = launch(faults=["down:11110", "down:11140@+1h"], start=None)
    assert running.get("11110", "ids").status_code == 503
    assert running.get("11110", "auth", token="").status_code == 503
    assert running.get("11140", "ids").status_code == 200


def test_many_readers_at_once(simulator: Simulator) -> None:
    """Readers side by side get what a lone reader gets."""
    alone = simulator.get("11110", "auth", limit=500).content
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: simulator.get("11110", "auth", limit=500).content, range(24)))
    assert set(replies) == {alone}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_success(launch: Launch, number: signal.Signals) -> None:
    """SIGTERM and SIGINT end the process with 0 within five seconds."""
    running = launch()
    running.process.send_signal(number)
    assert running.process.wait(5) == 0


def test_the_end_of_stdin_ends_it(launch: Launch) -> None:
    """When the parent dies, stdin ends, and so does the simulator."""
    running = launch(exit_with_stdin=True)
    assert running.process.poll() is None
    assert running.process.stdin is not None
    running.process.stdin.close()
    assert running.process.wait(5) == 0


def test_a_signal_ends_it_while_stdin_is_watched(launch: Launch) -> None:
    """Watching stdin does not stand in the way of a signal."""
    running = launch(exit_with_stdin=True)
    running.process.terminate()
    assert running.process.wait(5) == 0


def test_a_busy_port_is_said_before_serving(tmp_path: Path) -> None:
    """One sentence, and no file was touched."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} of 127.0.0.1 cannot be used"):
            run(replace(OPTIONS, port=port, tokens=tmp_path / "tokens.csv"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (replace(OPTIONS, rate=0), "rate 0"),
        (replace(OPTIONS, rate=float("nan")), "rate nan"),
        (replace(OPTIONS, history=timedelta(hours=-1)), "history"),
        (replace(OPTIONS, start=datetime(2026, 3, 4)), "UTC offset"),  # noqa: DTZ001 - the naive time is the point
        (replace(OPTIONS, host="0.0.0.0"), "127.0.0.1 only"),
        (replace(OPTIONS, host="example.test"), "not an address"),
        (replace(OPTIONS, port=70_000), "choose one"),
        (replace(OPTIONS, copies=0), "copies 0"),
        (replace(OPTIONS, files_size=1), "files-size 1"),
        (replace(OPTIONS, faults=("slow=x:11110",)), "takes a number"),
        (replace(OPTIONS, syslog="udp://192.0.2.1:514"), "this machine only"),
        (replace(OPTIONS, syslog="tls://127.0.0.1:514"), "write udp"),
        (replace(OPTIONS, syslog="udp://127.0.0.1"), "write udp"),
        (replace(OPTIONS, syslog="udp://localhost:99999"), "write udp"),
        (replace(OPTIONS, syslog_feeds="auth,web"), "has no syslog priority"),
        (replace(OPTIONS, syslog_feeds="phone"), "no such feed"),
        (replace(OPTIONS, tokens=Path("/proc/nowhere/tokens.csv")), "cannot be written"),
    ],
)
def test_impossible_options_are_refused(options: SimulatorOptions, said: str) -> None:
    """What cannot be carried out is said at once."""
    with pytest.raises(UsageError, match=said):
        run(options)
