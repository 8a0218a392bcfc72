"""Connection to the event store: embedded chDB (`chdb:///path`) or a ClickHouse server (`clickhouse://…`)."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import clickhouse_connect
import pandas as pd
import pyarrow as pa
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from secmon.errors import StoreError
from secmon.store.sql import identifier

TIME = pa.timestamp("ms", "UTC")
"""Arrow type of the times in the event store."""
_SETTINGS = {
    "max_memory_usage": 600_000_000,
    "max_bytes_before_external_group_by": 300_000_000,
    "max_bytes_before_external_sort": 300_000_000,
    "max_partitions_per_insert_block": 500,
    "max_query_size": 10_000_000,
    # secmon.search.text_index builds this index once a day is over
    "exclude_materialize_skip_indexes_on_insert": "raw_data_words",
    "max_threads": 2,
    "max_insert_threads": 1,
}


class Store:
    """One database of the event store; safe to use from any thread (each thread gets its own client)."""

    def __init__(self, dsn: str, database: str = "secmon") -> None:
        """Remember the address; nothing is opened before the first use.

        `dsn` is `chdb:///absolute/path`, or `clickhouse://user:password@host:8123` (`clickhouses://` for TLS).
        """
        self.dsn, self.database = dsn, database
        self.embedded = dsn.startswith("chdb://")
        self._local = threading.local()
        self._clients: list[Client] = []
        self._guard = threading.Lock()
        self._inserters = _inserters()

    def command(
        self, sql: str, parameters: Mapping[str, Any] | None = None, settings: Mapping[str, Any] | None = None
    ) -> str | int:
        """Run a statement that returns no rows; `{name:Type}` placeholders are bound from `parameters`."""
        with self._errors():
            answer = self._client().command(sql, parameters=_plain(parameters), settings=_plain(settings))
        return answer if isinstance(answer, str | int) else str(answer)

    def rows(
        self, sql: str, parameters: Mapping[str, Any] | None = None, settings: Mapping[str, Any] | None = None
    ) -> list[tuple[Any, ...]]:
        """Return the rows of a query as tuples; times are aware, in UTC."""
        with self._errors():
            result = self._client().query(sql, parameters=_plain(parameters), settings=_plain(settings))
        return [tuple(row) for row in result.result_rows]

    def records(
        self, sql: str, parameters: Mapping[str, Any] | None = None, settings: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """Return the rows of a query as dicts by column name."""
        with self._errors():
            result = self._client().query(sql, parameters=_plain(parameters), settings=_plain(settings))
        return list(result.named_results())

    def frame(
        self, sql: str, parameters: Mapping[str, Any] | None = None, settings: Mapping[str, Any] | None = None
    ) -> pd.DataFrame:
        """Return the rows of a query as a pandas frame; times are aware, in UTC."""
        with self._errors():
            frame: pd.DataFrame = self._client().query_df(sql, parameters=_plain(parameters), settings=_plain(settings))
        return frame

    def insert(self, table: str, rows: pa.Table, settings: Mapping[str, Any] | None = None) -> None:
        """Insert an Arrow table; columns are matched by name."""
        # the client's own insert_arrow copies the whole file in memory once more, which raises the peak
        sink = pa.BufferOutputStream()
        with pa.ipc.new_file(sink, rows.schema) as writer:
            writer.write_table(rows)
        body = pa.BufferReader(sink.getvalue())
        with self._errors():
            self._client().raw_insert(table, rows.column_names, body, settings=_plain(settings), fmt="Arrow")

    def insert_together(self, parts: Sequence[tuple[str, pa.Table, Mapping[str, Any]]]) -> None:
        """Insert (table, rows, settings) tuples, two at a time; raise the first error once all have finished."""
        if len(parts) == 1:
            self.insert(*parts[0])
            return
        inserts = [self._inserters.submit(self.insert, *part) for part in parts]
        wait(inserts)
        for done in inserts:
            done.result()

    def close(self) -> None:
        """Close all clients; the store may be used again afterwards."""
        self._inserters.shutdown()
        self._inserters = _inserters()
        with self._guard:
            clients, self._clients, self._local = self._clients, [], threading.local()
        for client in clients:
            client.close()

    def _client(self) -> Client:
        client: Client | None = getattr(self._local, "client", None)
        if client is None:
            client = _connect(self.dsn)
            client.command(f"CREATE DATABASE IF NOT EXISTS {identifier(self.database)}")
            client.database = self.database
            self._local.client = client
            with self._guard:
                self._clients.append(client)
        return client

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except ClickHouseError as error:
            raise StoreError("store.failed", address=without_password(self.dsn), reason=_first_line(error)) from error


def _inserters() -> ThreadPoolExecutor:
    """Create the insert threads; they live as long as the store, because each keeps a client.

    More than two inserts at a time would not fit in memory.
    """
    return ThreadPoolExecutor(2, thread_name_prefix="secmon-insert")


def _connect(dsn: str) -> Client:
    url = urlsplit(dsn)
    if url.scheme == "chdb":
        path = Path(url.path)
        path.mkdir(parents=True, exist_ok=True)
        config = str(files("secmon.store") / "engine.xml")
        return clickhouse_connect.get_client(
            interface="chdb",
            path=str(path),
            settings=dict(_SETTINGS),
            tz_mode="aware",
            chdb_options={"config-file": config},
        )
    if url.scheme in {"clickhouse", "clickhouses"}:
        return clickhouse_connect.get_client(
            host=url.hostname or "localhost",
            port=url.port or 0,
            username=unquote(url.username or "default"),
            password=unquote(url.password or ""),
            secure=url.scheme == "clickhouses",
            settings=dict(_SETTINGS),
            tz_mode="aware",
        )
    raise StoreError("store.address_not_valid", address=without_password(dsn))


def without_password(dsn: str) -> str:
    """Return an address with its password replaced by an ellipsis."""
    url = urlsplit(dsn)
    return dsn.replace(f":{url.password}@", ":…@") if url.password else dsn


def _first_line(error: ClickHouseError) -> str:
    lines: Sequence[str] = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:500]


def _plain(mapping: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return dict(mapping) if mapping is not None else None
