"""Bring a store to the schema of this program: numbered files once each, then the views that hold no data."""

import hashlib

from secmon.errors import StoreError
from secmon.store import sql
from secmon.store.client import Store, identifier
from secmon.store.formats import FORMATS, UNKNOWN, landing_table

_VERSIONS = """
CREATE TABLE IF NOT EXISTS schema_version (version UInt32, name String, applied_at DateTime DEFAULT now())
ENGINE = MergeTree ORDER BY version
"""


def migrate(store: Store, engine: str = "", zone: str = "Asia/Seoul") -> tuple[str, ...]:
    """Apply what is missing and return the names of the files applied.

    `engine` is put before MergeTree in table engines: '' here, 'Replicated' on a cluster. `zone` (IANA) is where the
    sites' clocks stand when a line does not say.
    Raises StoreError when the store was written by a newer program.
    """
    store.command(_VERSIONS)
    done = {row[0] for row in store.rows("SELECT version FROM schema_version")}
    known = sql.migrations()
    newer = done - {number for number, _, _ in known}
    if newer:
        raise StoreError(
            f"the store has schema {max(newer)}, this program knows {known[-1][0]}: install a newer secmon"
        )
    applied = []
    for number, name, text in known:
        if number in done:
            continue
        for statement in sql.statements(text.replace("{engine}", engine)):
            store.command(statement)
        store.command(
            "INSERT INTO schema_version (version, name) VALUES ({version:UInt32}, {name:String})",
            {"version": number, "name": name},
        )
        applied.append(name)
    _views(store, zone, known[-1][0])
    return tuple(applied)


def _views(store: Store, zone: str, schema: int) -> None:
    """Create the format views, or replace those whose text or schema has changed; loading must be paused."""
    selects = {entry.name: sql.format_view(entry.name) for entry in FORMATS} | {UNKNOWN: sql.unknown_formats()}
    wanted = {"normalised_to_events": ("events", sql.events_view())}
    for name, select in selects.items():
        table = identifier(landing_table(name))
        store.command(sql.landing().replace("{landing}", table))
        wanted[f"format_{name}"] = "normalised", select.replace("{landing}", table).replace("{zone}", zone)
    found = dict(
        store.rows(
            "SELECT name, comment FROM system.tables WHERE database = {database:String} AND engine = 'MaterializedView'"
            " AND (startsWith(name, 'format_') OR name = 'normalised_to_events')",
            {"database": store.database},
        )
    )
    for name, (target, select) in wanted.items():
        # a view keeps the columns its target had when it was made, so a new schema means a new view
        digest = hashlib.sha256(f"{schema} {select}".encode()).hexdigest()[:16]
        if found.get(name) == digest:
            continue
        store.command(f"DROP VIEW IF EXISTS {identifier(name)} SYNC")
        store.command(
            f"CREATE MATERIALIZED VIEW {identifier(name)} TO {identifier(target)} AS {select} COMMENT '{digest}'"
        )
    for name in found.keys() - wanted.keys():
        store.command(f"DROP VIEW IF EXISTS {identifier(name)} SYNC")
