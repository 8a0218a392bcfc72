"""Migrate a store to the current schema: numbered files, each applied once, then the views, which hold no data."""

from secmon.errors import StoreError
from secmon.store import sql
from secmon.store.client import Store
from secmon.store.views import make_views

_VERSIONS = """
CREATE TABLE IF NOT EXISTS schema_version (version UInt32, name String, applied_at DateTime DEFAULT now())
ENGINE = MergeTree ORDER BY version
"""


def migrate(store: Store, engine: str = "", zone: str = "Asia/Seoul") -> tuple[str, ...]:
    """Apply the missing schema files and return their names.

    `engine` is put before MergeTree in table engines: '' here, 'Replicated' on a cluster. `zone` (IANA) is the
    time zone of lines that do not state theirs. Raises StoreError when the store was written by a newer program.
    """
    store.command(_VERSIONS)
    done = {row[0] for row in store.rows("SELECT version FROM schema_version")}
    known = sql.migrations()
    newer = done - {number for number, _, _ in known}
    if newer:
        raise StoreError.literal(
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
    make_views(store, zone, known[-1][0])
    return tuple(applied)
