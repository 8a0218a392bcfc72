"""Lines into the store: one insert a batch through the landing table and its views."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from secmon.store.client import Store

SCHEMA = pa.schema(
    [
        ("site", pa.string()),
        ("feed", pa.string()),
        ("format", pa.string()),
        ("seq", pa.uint32()),
        ("received_at", pa.timestamp("ms", "UTC")),
        ("line", pa.binary()),
    ]
)

AT_ONCE = 50_000
"""Lines in one insert: parsing 100,000 lines of 600 bytes in one block came near the memory limit of a query."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Consecutive lines of one feed, without their line ends, as bytes exactly as received."""

    site: str
    feed: str
    format: str
    received_at: datetime
    lines: Sequence[bytes]


def table_of(parts: Sequence[Lines]) -> pa.Table:
    """The landing rows of a batch, without its id; `seq` counts from 0 over the whole batch."""
    tables, seq = [], 0
    for part in parts:
        n = len(part.lines)
        tables.append(
            pa.table(
                [
                    pa.repeat(part.site, n),
                    pa.repeat(part.feed, n),
                    pa.repeat(part.format, n),
                    pa.array(range(seq, seq + n), pa.uint32()),
                    pa.repeat(pa.scalar(part.received_at, pa.timestamp("ms", "UTC")), n),
                    pa.array(part.lines, pa.binary()),
                ],
                schema=SCHEMA,
            )
        )
        seq += n
    return pa.concat_tables(tables) if tables else SCHEMA.empty_table()


def insert_table(store: Store, batch_id: str, rows: pa.Table, attempt: int = 1) -> None:
    """Put landing rows through the chain as batch `batch_id`; `attempt` tells repeated loads of it apart."""
    rows = rows.append_column("batch_id", pa.repeat(batch_id, rows.num_rows)).combine_chunks()
    for start in range(0, rows.num_rows, AT_ONCE):
        token = f"{batch_id}#{attempt}#{start}"
        store.insert("landing", rows.slice(start, AT_ONCE), settings={"insert_deduplication_token": token})


def insert_lines(store: Store, batch_id: str, parts: Sequence[Lines], attempt: int = 1) -> None:
    """Put lines through the chain as batch `batch_id`."""
    insert_table(store, batch_id, table_of(parts), attempt)
