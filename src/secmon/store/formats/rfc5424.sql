-- Syslog as RFC 5424 writes it, with the messages of OpenSSH, sudo, su and cron understood.
SELECT
    ifNull(stamp, received_at) AS time,
    received_at, site, feed, format, batch_id, seq,
    multiIf(app IN ('sshd', 'su'), 3002, app IN ('sudo', 'CRON', 'cron', 'crond'), 1007, 0) AS class_uid,
    multiIf(app IN ('sshd', 'su', 'sudo', 'CRON', 'cron', 'crond'), 1, 0) AS activity_id,
    multiIf(app IN ('sshd', 'su'), 'Logon', app IN ('sudo', 'CRON', 'cron', 'crond'), 'Launch', '') AS activity_name,
    transform(bitAnd(toUInt8OrZero(g[1]), 7), [0, 1, 2, 3, 4, 5, 6, 7], [5, 5, 5, 4, 3, 2, 1, 1], 0) AS severity_id,
    multiIf(
        app = 'sshd' AND (startsWith(text, 'Accepted ') OR startsWith(text, 'session opened')), 1,
        app = 'sshd' AND match(text, '^(Failed |Invalid user |Connection closed by authenticating|maximum authentication|Disconnected from authenticating|error: maximum)'), 2,
        app = 'sudo' AND match(text, 'incorrect password|NOT in sudoers|command not allowed|authentication failure'), 2,
        app = 'sudo' AND login[1] != '', 1,
        app = 'su' AND match(text, '(?i)^\\(?to .*on |session opened'), 1,
        app = 'su' AND match(text, '(?i)failed|failure'), 2,
        0) AS status_id,
    0 AS action_id,
    if(app = 'sshd' AND startsWith(text, 'Failed '), 'unauthorised_access', '') AS attack_type,
    '' AS attack_uid,
    if(isIPv4String(ssh[3]) OR isIPv6String(ssh[3]), ssh[3], '') AS src_endpoint_ip,
    toUInt16OrZero(ssh[4]) AS src_endpoint_port,
    if(g[3] = '-', '', g[3]) AS device_hostname,
    multiIf(app = 'sshd', ssh[2], app = 'sudo', sudo[1], '') AS user_name,
    multiIf(app = 'sudo', login[1], app IN ('CRON', 'cron', 'crond'), cron[1], '') AS actor_user_name,
    if(app = '-', '', app) AS process_name,
    toUInt32OrZero(g[5]) AS process_pid,
    multiIf(app = 'sudo', sudo[2], app IN ('CRON', 'cron', 'crond'), cron[2], '') AS process_cmd_line,
    text AS message,
    mapFilter((name, value) -> value NOT IN ('', '-'), map(
        'syslog_facility', toString(bitShiftRight(toUInt8OrZero(g[1]), 3)),
        'syslog_msgid', g[6],
        'syslog_structured_data', g[7],
        'ssh_auth_method', ssh_login[1]
    )) AS unmapped,
    line AS raw_data,
    multiIf(
        length(g) = 8 AND stamp IS NOT NULL AND toUInt16OrZero(g[1]) <= 191, '',
        NOT startsWith(line, '<'), 'no syslog priority',
        length(g) != 8, 'not RFC 5424',
        stamp IS NULL, 'no readable timestamp',
        'priority is over 191'
    ) AS reason
FROM (
    SELECT *,
        parseDateTime64BestEffortOrNull(g[2], 3, 'UTC') AS stamp,
        g[4] AS app,
        trimLeft(replaceOne(g[8], '\xEF\xBB\xBF', '')) AS text,
        -- a user name is whatever the client sent, also "x from 10.0.0.1 port 22": the address that sshd wrote is the last
        if(app = 'sshd', extractGroups(text, '^(?:Failed|Accepted) (\\S+) for (?:invalid user )?(.*) from (\\S+) port (\\d+)'), []) AS ssh_login,
        if(app = 'sshd' AND empty(ssh_login),
           extractGroups(replaceRegexpOne(text, '^(Received disconnect from \\S+ port \\d+):.*', '\\1'),
               '^(Invalid user|(?:Connection closed by|Connection reset by|Disconnected from) (?:authenticating |invalid )?user|Connection closed by|Connection reset by|Disconnected from|Received disconnect from) ?(.*?)(?: from)? ([0-9a-fA-F.:]+) port (\\d+)(?: \\[preauth\\])?$'),
           ssh_login) AS ssh,
        if(app = 'sudo', extractGroups(text, '^(\\S+) : '), []) AS login,
        if(app = 'sudo', extractGroups(text, ' ; USER=(\\S+) ; (?:.*? ; )?COMMAND=(.*)$'), []) AS sudo,
        if(app IN ('CRON', 'cron', 'crond'), extractGroups(text, '^\\((\\S+)\\) CMD \\((.*)\\)$'), []) AS cron
    FROM (
        SELECT *, extractGroups(line, '^<(\\d{1,3})>1 (\\S+) (\\S+) (\\S+) (\\S+) (\\S+) (-|(?:\\[(?:[^\\]\\\\]|\\\\.)*\\])+) ?(.*)$') AS g
        FROM {landing}
    )
)
