"""Insert log lines into the event store through the landing table of their format and its views."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from secmon.store.client import TIME, Store
from secmon.store.formats import landing_table

SCHEMA = pa.schema(
    [
        ("site", pa.string()),
        ("feed", pa.string()),
        ("format", pa.string()),
        ("seq", pa.uint32()),
        ("received_at", TIME),
        ("line", pa.binary()),
    ]
)

# the system allocator returns a batch's memory to the system; Arrow's default pool keeps its peak
pa.set_memory_pool(pa.system_memory_pool())

AT_ONCE = 50_000
"""Most lines in one insert: 100,000 lines of 600 bytes in one block nearly reached a query's memory limit."""

_TOKEN = "insert_deduplication_token"  # noqa: S105  # the name of a setting
_BYTES_AT_ONCE = 32_000_000  # the same for long lines: two such inserts at a time must fit into memory


@dataclass(frozen=True, slots=True)
class Lines:
    """Consecutive lines of one feed, without their line ends, as bytes exactly as received."""

    site: str
    feed: str
    format: str
    received_at: datetime
    lines: Sequence[bytes]


def table_of(parts: Sequence[Lines]) -> pa.Table:
    """Return the landing rows of a batch in one chunk, without its id; `seq` counts from 0 over the whole batch.

    Lines of one format are adjacent: each format has a landing table of its own.
    """
    # A batch holds up to 100,000 lines of hundreds of feeds. Building a Python object per line and column would
    # dominate the load; one value per part, repeated by an index array, builds the four constant columns inside Arrow.
    # Sorting by format makes each format one slice, so each landing table gets few, large inserts.
    parts = sorted(parts, key=lambda part: part.format)
    sizes = [len(part.lines) for part in parts]
    part_of_line = pa.array(np.repeat(np.arange(len(parts)), sizes))
    return pa.table(
        [
            pa.array([part.site for part in parts], pa.string()).take(part_of_line),
            pa.array([part.feed for part in parts], pa.string()).take(part_of_line),
            pa.array([part.format for part in parts], pa.string()).take(part_of_line),
            pa.array(np.arange(sum(sizes), dtype=np.uint32)),
            pa.array([part.received_at for part in parts], TIME).take(part_of_line),
            pa.array(list(chain.from_iterable(part.lines for part in parts)), pa.binary()),
        ],
        schema=SCHEMA,
    )


def insert_table(store: Store, batch_id: str, rows: pa.Table, attempt: int = 1) -> None:
    """Insert landing rows as batch `batch_id`; `attempt` distinguishes repeated loads of the same batch."""
    _insert(store, rows.append_column("batch_id", pa.repeat(batch_id, rows.num_rows)), f"{batch_id}#{attempt}")


def insert_batches(store: Store, batches: Mapping[str, Sequence[Lines]]) -> None:
    """Insert many small batches together into a temporary store: one insert per format instead of one per batch."""
    tables = [
        rows.append_column("batch_id", pa.repeat(batch_id, rows.num_rows))
        for batch_id, rows in ((batch_id, table_of(parts)) for batch_id, parts in batches.items() if parts)
    ]
    if tables:
        _insert(store, pa.concat_tables(tables).sort_by("format"), secrets.token_hex(8))


def _insert(store: Store, rows: pa.Table, token: str) -> None:
    # Every insert runs all views of its landing table, which costs about 0.1 s however few its rows are, so inserts are
    # as large as memory allows: the limit is in lines and, for long lines, in bytes. The token names the attempt. If it
    # did not, the engine could take the reload of a repaired batch for a duplicate of the first, interrupted attempt
    # and silently drop it.
    rows = rows.combine_chunks()
    size = max(1, min(AT_ONCE, rows.num_rows * _BYTES_AT_ONCE // max(1, rows.nbytes)))
    store.insert_together(
        [
            (landing_table(name), of_format.slice(start, size), {_TOKEN: f"{token}#{name}#{start}"})
            for name, of_format in _by_format(rows)
            for start in range(0, of_format.num_rows, size)
        ],
    )


def _by_format(rows: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """Yield the rows of each format; rows of one format are adjacent."""
    start = 0
    # A filter per format would read the whole batch once for each format and copy the rows; slices of runs copy
    # nothing.
    ends = pc.run_end_encode(rows.column("format").combine_chunks())
    for name, end in zip(ends.values.to_pylist(), ends.run_ends.to_pylist(), strict=True):
        yield name, rows.slice(start, end - start)
        start = end


def insert_lines(store: Store, batch_id: str, parts: Sequence[Lines], attempt: int = 1) -> None:
    """Insert lines as batch `batch_id`."""
    insert_table(store, batch_id, table_of(parts), attempt)
