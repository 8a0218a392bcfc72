"""Parse lines without storing anything."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from secmon.store import sql
from secmon.store.client import Store
from secmon.store.load import Lines, insert_lines

_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class Read:
    """Result for one line: its position (from 0), and the event's non-empty columns or the reason of its rejection."""

    place: int
    event: dict[str, Any] | None
    reason: str


def dry_run(scratch: Store, lines: Sequence[bytes], format_name: str, received_at: datetime) -> Iterator[Read]:
    """Parse every line, in order, with the same views that load it; `scratch` is a temporary store."""
    for start in range(0, len(lines), _AT_ONCE):
        batch = f"dry-{secrets.token_hex(6)}-{start}"
        part = Lines("", "", format_name, received_at, lines[start : start + _AT_ONCE])
        insert_lines(scratch, batch, [part])
        parameters = {"batch_id": batch}
        events = {row["seq"]: row for row in scratch.records(sql.query("batch_events"), parameters)}
        reasons = dict(scratch.rows(sql.query("batch_rejects"), parameters))
        for seq in range(len(part.lines)):
            event = events.get(seq)
            yield Read(start + seq, _filled(event) if event else None, reasons.get(seq, ""))


_OWN = {"site", "feed", "batch_id", "seq", "received_at"}


def _filled(event: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat(timespec="milliseconds") if isinstance(value, datetime) else value
        for name, value in event.items()
        if name not in _OWN and value not in ("", 0, {})
    }
