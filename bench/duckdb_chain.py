"""One peer, in a process of its own: the same corpus into DuckDB, as well as it can.

Whole files at once, read as lines; the same main columns taken out in one pass, the raw line kept, a table on disk, then
quarter-hour totals and a checkpoint. DuckDB has less to do here: no site a line, no order on disk, no index, no
quarantine, no account a batch, no spool, no class or verdict of an event, and the fields without a column are not kept
apart.
"""

import argparse
import json
import os
import tempfile
from dataclasses import asdict
from pathlib import Path

import duckdb

import corpus
from duckdb_formats import INSERT, PARAMETERS, TABLES
from effort import measure

_ROLLUP = """
CREATE TABLE events_15m AS
SELECT time_bucket(INTERVAL 15 MINUTE, time) AS slot, kind, severity, count(*) AS events, sum(strlen(raw)) AS bytes
FROM events
GROUP BY ALL
"""
_COUNTS = "SELECT (SELECT count(time) FROM events), (SELECT sum(events)::BIGINT FROM events_15m)"


def main() -> None:
    """Print lines, exactness and effort as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    given = parser.parse_args()
    lines = sum(stretch.lines for stretch in corpus.stretches(given.corpus))
    with tempfile.TemporaryDirectory(prefix="duckdb-bench-") as folder:
        base = duckdb.connect(str(Path(folder) / "events.duckdb"))
        base.execute(f"SET threads = {os.cpu_count() or 1}")
        base.execute("SET TimeZone = 'UTC'")
        base.execute(TABLES)
        _, effort = measure(lambda: _load(base, corpus.paths(given.corpus)))
        exact = base.execute(_COUNTS).fetchall() == [(lines, lines)]
        base.close()
    print(json.dumps({"lines": lines, "exact": exact, "version": duckdb.__version__, **asdict(effort)}))


def _load(base: duckdb.DuckDBPyConnection, files: dict[str, Path]) -> None:
    for name, path in files.items():
        base.execute(INSERT[name].replace("{lines}", _lines_of(path)), PARAMETERS[name])
    base.execute(_ROLLUP)
    base.execute("CHECKPOINT")


def _lines_of(path: Path) -> str:
    """The file as a table of lines; measured to be as fast as read_ndjson_objects, and right for any format."""
    quoted = str(path).replace("'", "''")
    return (
        f"read_csv('{quoted}', columns = {{line: 'VARCHAR'}}, delim = '\\x01', quote = '', escape = '',"
        " header = false, auto_detect = false)"
    )


if __name__ == "__main__":
    main()
