"""How each format of the simulator becomes totals in PostgreSQL: from jsonb, or from columns cut out of text."""

TABLES = """
CREATE TABLE lines_json (line jsonb);
CREATE TABLE lines_text (line text);
CREATE TABLE events (
    time timestamptz, kind text, severity smallint, src_ip text, src_port integer, dst_ip text, dst_port integer, proto text,
    bytes_in bigint, bytes_out bigint, host text, user_name text, pid integer, http_method text, http_url text,
    http_user_agent text, http_status smallint, action text, message text, raw text
);
CREATE TABLE events_15m (slot timestamptz, kind text, severity smallint, events bigint, bytes bigint);
"""

_JSON = """
INSERT INTO events_15m
SELECT date_bin('15 minutes', {time}, TIMESTAMPTZ '2000-01-01'), {kind}, {severity}, count(*), sum(length(line::text))
FROM lines_json
GROUP BY 1, 2, 3;
"""
_SEVERITY_OF_LEVEL = "CASE line->'log'->>'level' WHEN 'error' THEN 2 WHEN 'warning' THEN 3 ELSE 4 END"

JSON_TOTALS = {
    "suricata_eve": _JSON.format(
        time="(line->>'timestamp')::timestamptz",
        kind="line->>'event_type'",
        severity="(line->'alert'->>'severity')::smallint",
    ),
    "winlogbeat": _JSON.format(
        time="(line->>'@timestamp')::timestamptz", kind="line->'winlog'->>'channel'", severity=_SEVERITY_OF_LEVEL
    ),
    "zeek_json": _JSON.format(time="to_timestamp((line->>'ts')::float8)", kind="line->>'_path'", severity="1"),
    "modsecurity": _JSON.format(
        time="to_timestamp(line->'transaction'->>'time_stamp', 'Dy Mon DD HH24:MI:SS YYYY')",
        kind="'audit'",
        severity="(line->'transaction'->'messages'->0->'details'->>'severity')::smallint",
    ),
    "rspamd": _JSON.format(
        time="to_timestamp((line->>'unix_time')::float8)",
        kind="'mail'",
        severity="CASE WHEN (line->>'score')::float8 >= 10 THEN 3 WHEN (line->>'score')::float8 >= 5 THEN 2 ELSE 1 END",
    ),
    "db_access": _JSON.format(
        time="(line->>'time')::timestamptz",
        kind="line->>'event'",
        severity="CASE WHEN line->>'result' = 'ok' THEN 1 ELSE 3 END",
    ),
}
"""Totals of the JSON lines just copied."""

FIELDS = {
    "rfc5424": """
INSERT INTO events (time, kind, severity, host, pid, message, user_name, src_ip, src_port, raw)
SELECT w[2]::timestamptz, w[4], split_part(substr(w[1], 2), '>', 1)::smallint & 7, w[3],
       CASE WHEN w[5] ~ '^[0-9]+$' THEN w[5]::integer END, array_to_string(w[8:], ' '),
       CASE WHEN login THEN replace(split_part(split_part(line, ' from ', 1), ' for ', 2), 'invalid user ', '') END,
       CASE WHEN login THEN split_part(split_part(line, ' from ', 2), ' ', 1) END,
       CASE WHEN login THEN split_part(split_part(line, ' port ', 2), ' ', 1)::integer END, line
FROM (SELECT line, w, w[8] IN ('Failed', 'Accepted') AS login
      FROM (SELECT line, string_to_array(line, ' ') AS w FROM lines_text) AS a) AS b;
""",
    "rfc3164": """
INSERT INTO events (time, kind, severity, host, pid, message, user_name, src_ip, src_port, raw)
SELECT to_timestamp('2026 ' || substr(body, 1, 15), 'YYYY Mon DD HH24:MI:SS'), split_part(rtrim(tag, ':'), '[', 1),
       pri::smallint & 7, host, nullif(split_part(split_part(tag, '[', 2), ']', 1), '')::integer,
       substr(body, 19 + length(host) + length(tag)),
       CASE WHEN peer LIKE '%/%:%' THEN split_part(peer, '/', 1) END,
       CASE WHEN peer LIKE '%/%:%' THEN split_part(split_part(peer, '/', 2), ':', 1) END,
       CASE WHEN peer LIKE '%/%:%' THEN split_part(split_part(peer, '/', 2), ':', 2)::integer END, line
FROM (SELECT line, body, pri, split_part(substr(body, 17), ' ', 1) AS host, split_part(substr(body, 17), ' ', 2) AS tag,
             split_part(substr(body, 17), ' ', 3) AS peer
      FROM (SELECT line, substr(split_part(line, '>', 1), 2) AS pri, substr(line, position('>' IN line) + 1) AS body
            FROM lines_text) AS a) AS b;
""",
    "combined": """
INSERT INTO events (time, kind, severity, src_ip, user_name, http_method, http_url, http_status, bytes_in, message, http_user_agent, raw)
SELECT to_timestamp(substr(split_part(q[1], '[', 2), 1, 20), 'DD/Mon/YYYY:HH24:MI:SS'), 'access', 1, split_part(q[1], ' ', 1),
       nullif(split_part(q[1], ' ', 3), '-'), split_part(q[2], ' ', 1), split_part(q[2], ' ', 2),
       CASE WHEN split_part(q[3], ' ', 2) ~ '^[0-9]{3}$' THEN split_part(q[3], ' ', 2)::smallint END,
       CASE WHEN split_part(q[3], ' ', 3) ~ '^[0-9]+$' THEN split_part(q[3], ' ', 3)::bigint END,
       nullif(q[4], '-'), q[6], line
FROM (SELECT line, string_to_array(line, '"') AS q FROM lines_text) AS a;
""",
    "fortigate": """
INSERT INTO events (time, kind, severity, src_ip, src_port, dst_ip, dst_port, proto, bytes_in, bytes_out, host, action, message, raw)
SELECT to_timestamp(substr(split_part(line, ' eventtime=', 2), 1, 10)::bigint), split_part(split_part(line, ' type="', 2), '"', 1),
       CASE WHEN split_part(split_part(line, ' level="', 2), '"', 1) IN ('notice', 'information') THEN 1 ELSE 2 END,
       split_part(split_part(line, ' srcip=', 2), ' ', 1), nullif(split_part(split_part(line, ' srcport=', 2), ' ', 1), '')::integer,
       split_part(split_part(line, ' dstip=', 2), ' ', 1), nullif(split_part(split_part(line, ' dstport=', 2), ' ', 1), '')::integer,
       split_part(split_part(line, ' proto=', 2), ' ', 1), nullif(split_part(split_part(line, ' rcvdbyte=', 2), ' ', 1), '')::bigint,
       nullif(split_part(split_part(line, ' sentbyte=', 2), ' ', 1), '')::bigint, split_part(split_part(line, ' devname="', 2), '"', 1),
       split_part(split_part(line, ' action="', 2), '"', 1), split_part(split_part(line, ' msg="', 2), '"', 1), line
FROM lines_text;
""",
}
"""The text lines just copied, taken apart at their separators: regular expressions with groups took ten times as long."""
