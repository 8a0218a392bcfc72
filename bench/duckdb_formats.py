"""How each format of the simulator becomes rows in DuckDB: one pass over the lines of a file, the main columns, the raw line."""

import json

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

_WINLOGBEAT = json.dumps(
    {
        "@timestamp": "TIMESTAMPTZ",
        "message": "VARCHAR",
        "winlog": {
            "channel": "VARCHAR",
            "provider_name": "VARCHAR",
            "event_id": "UINTEGER",
            "computer_name": "VARCHAR",
            "record_id": "VARCHAR",
            "event_data": "MAP(VARCHAR, VARCHAR)",
        },
        "event": {"action": "VARCHAR", "outcome": "VARCHAR"},
        "log": {"level": "VARCHAR"},
    }
)
_ZEEK = json.dumps(
    {
        "_path": "VARCHAR",
        "_system_name": "VARCHAR",
        "ts": "DOUBLE",
        "id.orig_h": "VARCHAR",
        "id.orig_p": "USMALLINT",
        "id.resp_h": "VARCHAR",
        "id.resp_p": "USMALLINT",
        "proto": "VARCHAR",
        "orig_bytes": "UBIGINT",
        "resp_bytes": "UBIGINT",
        "query": "VARCHAR",
        "qtype_name": "VARCHAR",
        "rcode_name": "VARCHAR",
        "method": "VARCHAR",
        "host": "VARCHAR",
        "uri": "VARCHAR",
        "user_agent": "VARCHAR",
        "status_code": "USMALLINT",
        "server_name": "VARCHAR",
        "version": "VARCHAR",
        "note": "VARCHAR",
        "msg": "VARCHAR",
    }
)
_MODSECURITY = json.dumps(
    {
        "transaction": {
            "client_ip": "VARCHAR",
            "client_port": "USMALLINT",
            "host_ip": "VARCHAR",
            "host_port": "USMALLINT",
            "time_stamp": "VARCHAR",
            "request": {
                "method": "VARCHAR",
                "uri": "VARCHAR",
                "headers": {"Host": "VARCHAR", "User-Agent": "VARCHAR"},
            },
            "response": {"http_code": "USMALLINT"},
            "producer": {"secrules_engine": "VARCHAR"},
            "messages": [
                {
                    "message": "VARCHAR",
                    "details": {"ruleId": "UINTEGER", "severity": "UTINYINT", "data": "VARCHAR", "tags": ["VARCHAR"]},
                }
            ],
        }
    }
)
_RSPAMD = json.dumps(
    {
        "unix_time": "DOUBLE",
        "ip": "VARCHAR",
        "user": "VARCHAR",
        "sender_smtp": "VARCHAR",
        "rcpt_smtp": ["VARCHAR"],
        "subject": "VARCHAR",
        "score": "DOUBLE",
        "action": "VARCHAR",
        "size": "UBIGINT",
    }
)
_DB_ACCESS = json.dumps(
    {
        "time": "TIMESTAMPTZ",
        "gateway": "VARCHAR",
        "event": "VARCHAR",
        "db_user": "VARCHAR",
        "client_ip": "VARCHAR",
        "server_ip": "VARCHAR",
        "server_port": "USMALLINT",
        "statement": "VARCHAR",
        "bytes": "UBIGINT",
        "result": "VARCHAR",
    }
)
_COMBINED = (
    r'^(\S+) \S+ (.*?) \[([^\]]+)\] "(?:([A-Z]+) ((?:[^"\\]|\\.)*?)(?: HTTP/[\d.]+)?|(?:[^"\\]|\\.)*)" (\d{3}) (\d+|-)'
    r'(?: "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)")?'
)
_KEYS = (
    *("eventtime", "type", "subtype", "level", "srcip", "srcport", "dstip", "dstport", "proto", "rcvdbyte", "sentbyte"),
    *("devname", "user", "msg", "hostname", "url", "action", "attackid", "attack"),
)
# one expression a key took a sixth of the time of a map of all pairs
_PAIRS = ", ".join(f"""regexp_extract(line, ' {key}=("[^"]*"|\\S+)', 1) AS "{key}\"""" for key in _KEYS)
_BSD = r"^<(\d{1,3})>([A-Z][a-z]{2}) +(\d{1,2}) (\d\d:\d\d:\d\d) (\S+) ([^\s:\[]+)(?:\[(\d+)\])?: ?(.*)$"

TABLES = """
CREATE TABLE events (
    time TIMESTAMPTZ, kind VARCHAR, severity UTINYINT, src_ip VARCHAR, src_port USMALLINT, dst_ip VARCHAR,
    dst_port USMALLINT, proto VARCHAR, bytes_in UBIGINT, bytes_out UBIGINT, host VARCHAR, user_name VARCHAR, pid UINTEGER,
    message VARCHAR, http_method VARCHAR, http_hostname VARCHAR, http_url VARCHAR, http_user_agent VARCHAR,
    http_status USMALLINT, dns_name VARCHAR, dns_type VARCHAR, dns_rcode VARCHAR, tls_sni VARCHAR, tls_version VARCHAR,
    tls_ja3 VARCHAR, user_domain VARCHAR, process VARCHAR, email_from VARCHAR, email_to VARCHAR, email_subject VARCHAR,
    statement VARCHAR, alert_action VARCHAR, alert_id UINTEGER, alert_title VARCHAR, alert_category VARCHAR, raw VARCHAR
)
"""
INSERT = {
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
    "winlogbeat": """
        INSERT INTO events BY NAME
        SELECT j."@timestamp" AS time, j.winlog.channel AS kind, CASE j.log.level WHEN 'error' THEN 2 WHEN 'warning' THEN 3 ELSE 4 END AS severity,
               j.winlog.event_data['IpAddress'] AS src_ip, TRY_CAST(j.winlog.event_data['IpPort'] AS USMALLINT) AS src_port,
               j.winlog.computer_name AS host, coalesce(j.winlog.event_data['TargetUserName'], j.winlog.event_data['SubjectUserName']) AS user_name,
               coalesce(j.winlog.event_data['TargetDomainName'], j.winlog.event_data['SubjectDomainName']) AS user_domain,
               coalesce(j.winlog.event_data['NewProcessName'], j.winlog.event_data['ProcessName']) AS process,
               j.winlog.event_data['CommandLine'] AS statement, j.message, j.event.outcome AS alert_action, j.winlog.event_id AS alert_id,
               j.event.action AS alert_title, j.winlog.provider_name AS alert_category, raw
        FROM (SELECT line AS raw, json_transform(line, $fields) AS j FROM {lines})
    """,
    "zeek_json": """
        INSERT INTO events BY NAME
        SELECT to_timestamp(j.ts) AS time, j._path AS kind, 1 AS severity, j."id.orig_h" AS src_ip, j."id.orig_p" AS src_port,
               j."id.resp_h" AS dst_ip, j."id.resp_p" AS dst_port, j.proto, j.resp_bytes AS bytes_in, j.orig_bytes AS bytes_out,
               j._system_name AS host, j.msg AS message, j.method AS http_method, j.host AS http_hostname, j.uri AS http_url,
               j.user_agent AS http_user_agent, j.status_code AS http_status, j.query AS dns_name, j.qtype_name AS dns_type,
               j.rcode_name AS dns_rcode, j.server_name AS tls_sni, j.version AS tls_version, j.note AS alert_title, raw
        FROM (SELECT line AS raw, json_transform(line, $fields) AS j FROM {lines})
    """,
    "modsecurity": """
        INSERT INTO events BY NAME
        SELECT strptime(t.time_stamp, '%a %b %d %H:%M:%S %Y') AT TIME ZONE 'Asia/Seoul' AS time, 'audit' AS kind, t.messages[1].details.severity AS severity,
               t.client_ip AS src_ip, t.client_port AS src_port, t.host_ip AS dst_ip, t.host_port AS dst_port, 'tcp' AS proto,
               t.request.method AS http_method, t.request.headers.Host AS http_hostname, t.request.uri AS http_url,
               t.request.headers."User-Agent" AS http_user_agent, t.response.http_code AS http_status, t.producer.secrules_engine AS alert_action,
               t.messages[1].details.ruleId AS alert_id, t.messages[1].message AS alert_title,
               array_to_string(t.messages[1].details.tags, ' ') AS alert_category, t.messages[1].details.data AS message, raw
        FROM (SELECT line AS raw, json_transform(line, $fields).transaction AS t FROM {lines})
    """,
    "rspamd": """
        INSERT INTO events BY NAME
        SELECT to_timestamp(j.unix_time) AS time, 'mail' AS kind, CASE WHEN j.score >= 10 THEN 3 WHEN j.score >= 5 THEN 2 ELSE 1 END AS severity,
               j.ip AS src_ip, j.size AS bytes_in, j.user AS user_name, j.sender_smtp AS email_from,
               array_to_string(j.rcpt_smtp, ', ') AS email_to, j.subject AS email_subject, j.action AS alert_action, raw
        FROM (SELECT line AS raw, json_transform(line, $fields) AS j FROM {lines})
    """,
    "db_access": """
        INSERT INTO events BY NAME
        SELECT j.time, j.event AS kind, CASE WHEN j.result = 'ok' THEN 1 ELSE 3 END AS severity, j.client_ip AS src_ip, j.server_ip AS dst_ip,
               j.server_port AS dst_port, 'tcp' AS proto, j.bytes AS bytes_in, j.gateway AS host, j.db_user AS user_name, j.statement,
               j.result AS alert_action, raw
        FROM (SELECT line AS raw, json_transform(line, $fields) AS j FROM {lines})
    """,
    "combined": """
        INSERT INTO events BY NAME
        SELECT strptime(g.stamp, '%d/%b/%Y:%H:%M:%S %z')::TIMESTAMPTZ AS time, 'access' AS kind, 1 AS severity, g.ip AS src_ip,
               TRY_CAST(g.size AS UBIGINT) AS bytes_in, nullif(g.who, '-') AS user_name, g.method AS http_method, g.url AS http_url,
               g.agent AS http_user_agent, g.status::USMALLINT AS http_status, nullif(g.referrer, '-') AS message, raw
        FROM (
            SELECT line AS raw, regexp_extract(
                line, $access, ['ip', 'who', 'stamp', 'method', 'url', 'status', 'size', 'referrer', 'agent']) AS g
            FROM {lines}
        )
    """,
    "fortigate": """
        INSERT INTO events BY NAME
        SELECT make_timestamp(eventtime::BIGINT // 1000)::TIMESTAMPTZ AS time, trim(type, '"') || '/' || trim(subtype, '"') AS kind,
               CASE WHEN level IN ('"notice"', '"information"') THEN 1 ELSE 2 END AS severity,
               srcip AS src_ip, TRY_CAST(srcport AS USMALLINT) AS src_port, dstip AS dst_ip, TRY_CAST(dstport AS USMALLINT) AS dst_port,
               proto, TRY_CAST(rcvdbyte AS UBIGINT) AS bytes_in, TRY_CAST(sentbyte AS UBIGINT) AS bytes_out,
               trim(devname, '"') AS host, trim("user", '"') AS user_name, trim(msg, '"') AS message, trim(hostname, '"') AS http_hostname,
               trim(url, '"') AS http_url, trim(action, '"') AS alert_action, TRY_CAST(attackid AS UINTEGER) AS alert_id,
               trim(attack, '"') AS alert_title, raw
        FROM (SELECT {pairs}, line AS raw FROM {lines})
    """.replace("{pairs}", _PAIRS),
    "rfc3164": """
        INSERT INTO events BY NAME
        SELECT strptime('2026 ' || h.month || ' ' || h.day || ' ' || h.clock, '%Y %b %d %H:%M:%S') AT TIME ZONE 'Asia/Seoul' AS time, h.app AS kind,
               (h.pri::USMALLINT & 7)::UTINYINT AS severity, h.host, s.who AS user_name, s.ip AS src_ip,
               TRY_CAST(s.port AS USMALLINT) AS src_port, TRY_CAST(h.pid AS UINTEGER) AS pid, h.message, raw
        FROM (
            SELECT raw, h, regexp_extract(h.message, $peer, ['who', 'ip', 'port']) AS s
            FROM (
                SELECT line AS raw, regexp_extract(line, $header, ['pri', 'month', 'day', 'clock', 'host', 'app', 'pid', 'message']) AS h
                FROM {lines}
            )
        )
    """,
}
PARAMETERS: dict[str, dict[str, str]] = {
    "suricata_eve": {"fields": _EVE},
    "rfc5424": {"header": _HEADER, "ssh": _SSH},
    "winlogbeat": {"fields": _WINLOGBEAT},
    "zeek_json": {"fields": _ZEEK},
    "modsecurity": {"fields": _MODSECURITY},
    "rspamd": {"fields": _RSPAMD},
    "db_access": {"fields": _DB_ACCESS},
    "combined": {"access": _COMBINED},
    "fortigate": {},
    "rfc3164": {"header": _BSD, "peer": r"^(\S+)/(\S+):(\d+) "},
}
"""What each statement is bound with besides its lines."""
