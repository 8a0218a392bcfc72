"""One peer, in a process of its own: the same corpus into DuckDB, as well as it can.

Whole files at once, read as lines; the same main columns taken out in one pass, the raw line kept, a table on disk, then
quarter-hour totals and a checkpoint. DuckDB has less to do here: no site a line, no order on disk, no index, no
quarantine, no account a batch, no spool.
"""

import argparse
import json
import os
import tempfile
from dataclasses import asdict
from pathlib import Path

import duckdb

import corpus
from effort import measure

_EVE = json.dumps(
    {
        "timestamp": "TIMESTAMPTZ",
        "event_type": "VARCHAR",
        "src_ip": "VARCHAR",
        "src_port": "USMALLINT",
        "dest_ip": "VARCHAR",
        "dest_port": "USMALLINT",
        "proto": "VARCHAR",
        "alert": {
            "action": "VARCHAR",
            "signature_id": "UINTEGER",
            "signature": "VARCHAR",
            "category": "VARCHAR",
            "severity": "UTINYINT",
        },
        "http": {
            "hostname": "VARCHAR",
            "url": "VARCHAR",
            "http_user_agent": "VARCHAR",
            "http_method": "VARCHAR",
            "status": "USMALLINT",
        },
        "dns": {"rcode": "VARCHAR", "queries": [{"rrname": "VARCHAR", "rrtype": "VARCHAR"}]},
        "tls": {"sni": "VARCHAR", "version": "VARCHAR", "ja3": {"hash": "VARCHAR"}},
        "flow": {"bytes_toserver": "UBIGINT", "bytes_toclient": "UBIGINT"},
    }
)
_HEADER = r"^<(\d{1,3})>1 (\S+) (\S+) (\S+) (\S+) (\S+) (-|(?:\[[^\]]*\])+) ?(.*)$"
_SSH = r"^(?:Failed|Accepted) \S+ for (?:invalid user )?(.*?) from (\S+) port (\d+)"

_TABLES = """
CREATE TABLE events (
    time TIMESTAMPTZ, kind VARCHAR, severity UTINYINT, src_ip VARCHAR, src_port USMALLINT, dst_ip VARCHAR,
    dst_port USMALLINT, proto VARCHAR, bytes_in UBIGINT, bytes_out UBIGINT, host VARCHAR, user_name VARCHAR, pid UINTEGER,
    message VARCHAR, http_method VARCHAR, http_hostname VARCHAR, http_url VARCHAR, http_user_agent VARCHAR,
    http_status USMALLINT, dns_name VARCHAR, dns_type VARCHAR, dns_rcode VARCHAR, tls_sni VARCHAR, tls_version VARCHAR,
    tls_ja3 VARCHAR, alert_action VARCHAR, alert_id UINTEGER, alert_title VARCHAR, alert_category VARCHAR, raw VARCHAR
)
"""
_INSERT = {
    "suricata_eve": """
        INSERT INTO events BY NAME
        SELECT j.timestamp AS time, j.event_type AS kind, j.alert.severity AS severity, j.src_ip, j.src_port,
               j.dest_ip AS dst_ip, j.dest_port AS dst_port, lower(j.proto) AS proto, j.flow.bytes_toclient AS bytes_in,
               j.flow.bytes_toserver AS bytes_out, j.http.http_method AS http_method, j.http.hostname AS http_hostname,
               j.http.url AS http_url, j.http.http_user_agent AS http_user_agent, j.http.status AS http_status,
               j.dns.queries[1].rrname AS dns_name, j.dns.queries[1].rrtype AS dns_type, j.dns.rcode AS dns_rcode,
               j.tls.sni AS tls_sni, j.tls.version AS tls_version, j.tls.ja3.hash AS tls_ja3,
               j.alert.action AS alert_action, j.alert.signature_id AS alert_id, j.alert.signature AS alert_title,
               j.alert.category AS alert_category, raw
        FROM (SELECT line AS raw, json_transform(line, $fields) AS j FROM {lines})
    """,
    "rfc5424": """
        INSERT INTO events BY NAME
        SELECT h.stamp::TIMESTAMPTZ AS time, h.app AS kind, (h.pri::USMALLINT & 7)::UTINYINT AS severity, s.ip AS src_ip,
               TRY_CAST(s.port AS USMALLINT) AS src_port, h.host, s.who AS user_name, TRY_CAST(h.pid AS UINTEGER) AS pid,
               h.message, raw
        FROM (
            SELECT raw, h, regexp_extract(h.message, $ssh, ['who', 'ip', 'port']) AS s
            FROM (
                SELECT line AS raw, regexp_extract(
                    line, $header, ['pri', 'stamp', 'host', 'app', 'pid', 'msgid', 'data', 'message']) AS h
                FROM {lines}
            )
        )
    """,
}
_PARAMETERS = {"suricata_eve": {"fields": _EVE}, "rfc5424": {"header": _HEADER, "ssh": _SSH}}
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
        base.execute(_TABLES)
        _, effort = measure(lambda: _load(base, corpus.paths(given.corpus)))
        exact = base.execute(_COUNTS).fetchall() == [(lines, lines)]
        base.close()
    print(json.dumps({"lines": lines, "exact": exact, **asdict(effort)}))


def _load(base: duckdb.DuckDBPyConnection, files: dict[str, Path]) -> None:
    for name, path in files.items():
        base.execute(_INSERT[name].replace("{lines}", _lines_of(path)), _PARAMETERS[name])
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
