"""The connection: what is bound, what comes back, and what an error says."""

import threading
from base64 import b64decode
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pyarrow as pa
import pytest

from secmon.errors import StoreError
from secmon.store.client import Store
from secmon.store.scratch import scratch_store
from secmon.store.sql import identifier


@pytest.fixture(scope="module")
def store(engine: Store) -> Iterator[Store]:
    """One store for all tests here: they read what they wrote themselves."""
    with scratch_store(beside=engine) as store:
        yield store


HOSTILE = [
    "'; DROP TABLE events; --",
    "\\' OR 1=1 --",
    "{other:String}",
    "%(x)s %s %",
    "`x`",
    "\\",
    "\\N",
    "tab\tline\nend\r",
    "\x00",
    "서울 🙂",
    "' UNION ALL SELECT 1",
]


@pytest.mark.store
@pytest.mark.parametrize("text", HOSTILE)
def test_parameters_are_values_and_nothing_else(store: Store, text: str) -> None:
    """Whatever a parameter holds comes back as it was, alone, in an array and in a comparison."""
    query = "SELECT {text:String}, {many:Array(String)}, {text:String} = {many:Array(String)}[2]"
    assert store.rows(query, {"text": text, "many": ["a", text]}) == [(text, ["a", text], 1)]
    assert store.records("SELECT {text:String} AS told", {"text": text}) == [{"told": text}]
    assert store.frame("SELECT {text:String} AS told", {"text": text})["told"].tolist() == [text]


@pytest.mark.store
@pytest.mark.parametrize("text", HOSTILE)
def test_commands_bind_too(store: Store, text: str) -> None:
    """A statement that writes takes hostile text as a value."""
    store.command("TRUNCATE TABLE quarantine")
    store.command("INSERT INTO quarantine (site, line) VALUES ('11110', {text:String})", {"text": text})
    assert store.rows("SELECT line FROM quarantine") == [(text,)]


@pytest.mark.store
def test_times_go_in_and_come_back_aware(store: Store) -> None:
    """A time of any zone is bound as that moment, and comes back in UTC."""
    at = datetime.fromisoformat("2026-11-23T10:00:00.250+09:00")
    [(back,)] = store.rows("SELECT {at:DateTime64(3, 'UTC')}", {"at": at})
    assert (back, back.utcoffset()) == (at, timedelta(0))
    [zone] = {str(dtype.tz) for dtype in store.frame("SELECT toDateTime64(0, 3, 'UTC') AS t").dtypes}
    assert zone == "UTC"


@pytest.mark.store
@pytest.mark.parametrize("name", ["plain", "a`b", "a\\b", "a\\`b", "a'b", "사이트"])
def test_an_identifier_can_only_be_a_name(store: Store, name: str) -> None:
    """A column may be called anything."""
    [row] = store.records(f"SELECT 1 AS {identifier(name)}")
    assert row == {name: 1}


@pytest.mark.store
@pytest.mark.parametrize("call", ["rows", "records", "frame", "command"])
def test_bad_sql_is_a_store_error(store: Store, call: str) -> None:
    """What the engine refuses is an error of ours in one line that says where, and the store goes on."""
    with pytest.raises(StoreError, match=r"event store chdb:///.*nonsense") as raised:
        getattr(store, call)("SELECT nonsense FROM nowhere_nonsense")
    assert "\n" not in str(raised.value)
    assert store.rows("SELECT 1") == [(1,)]


@pytest.mark.store
def test_a_refused_insert_is_a_store_error(store: Store) -> None:
    """A table or a column that is not there is said, not ignored."""
    with pytest.raises(StoreError):
        store.insert("no_such_table", pa.table({"a": [1]}))
    with pytest.raises(StoreError):
        store.insert("quarantine", pa.table({"no_such_column": [1]}))


@pytest.mark.store
def test_threads_have_clients_of_their_own(store: Store) -> None:
    """The store is used from several threads at once, and again after it was closed."""
    answers: list[object] = []

    def ask() -> None:
        for number in range(20):
            answers.extend(store.rows("SELECT {n:UInt8}", {"n": number}))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == sorted([(number,) for number in range(20)] * 4)  # type: ignore[type-var]  # rows of numbers
    store.close()
    assert store.rows("SELECT 1") == [(1,)]


@pytest.mark.store
def test_a_scratch_store_is_gone_afterwards(engine: Store) -> None:
    """Its database is dropped, also when the work in it failed."""
    opened: list[Store] = []

    def fail() -> None:
        with scratch_store(beside=engine) as scratch:
            opened.append(scratch)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    name = opened[0].database
    assert engine.rows("SELECT count() FROM system.databases WHERE name = {name:String}", {"name": name}) == [(0,)]


class Refusing(ThreadingHTTPServer):
    """A server of ClickHouse's protocol that refuses everybody and remembers with which password they came."""

    def __init__(self) -> None:
        """Listen on a free port of this machine."""
        super().__init__(("127.0.0.1", 0), Refusal)
        self.passwords: list[str] = []


class Refusal(BaseHTTPRequestHandler):
    """One refused request."""

    server: Refusing

    def do_POST(self) -> None:
        """Refuse."""
        kind, _, credentials = self.headers.get("authorization", "").partition(" ")
        assert kind == "Basic"
        self.server.passwords.append(b64decode(credentials).decode().partition(":")[2])
        self.rfile.read(int(self.headers.get("content-length") or 0))
        body = b"Code: 516. DB::Exception: keeper: Authentication failed. (AUTHENTICATION_FAILED)"
        self.send_response(403)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST  # noqa: N815  # the name is the library's

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the signature is the library's
        """Keep the output of the tests clean."""


def test_a_server_that_refuses_does_not_put_the_password_into_the_error() -> None:
    """The password goes to the server as it is, %40 read as @, and never into the error."""
    with Refusing() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            with pytest.raises(StoreError, match="AUTHENTICATION_FAILED") as raised:
                Store(f"clickhouse://keeper:geh%40im@127.0.0.1:{server.server_port}").rows("SELECT 1")
        finally:
            server.shutdown()
            thread.join()
    assert set(server.passwords) == {"geh@im"}
    assert "keeper:…@127.0.0.1" in str(raised.value)
    assert "geh" not in str(raised.value)


def test_a_server_that_is_not_there_is_a_store_error() -> None:
    """Nobody listens on port 1: said in a sentence without the password."""
    with pytest.raises(StoreError, match="event store clickhouse://keeper") as raised:
        Store("clickhouse://keeper:geheim@127.0.0.1:1").rows("SELECT 1")
    assert "geheim" not in str(raised.value)


def test_an_address_nobody_understands() -> None:
    """The error names the two kinds there are, and hides the password."""
    with pytest.raises(StoreError, match="use chdb:///path or clickhouse://host:8123") as raised:
        Store("mysql://root:geheim@db").rows("SELECT 1")
    assert "geheim" not in str(raised.value)
