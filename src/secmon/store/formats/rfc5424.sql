-- Syslog as RFC 5424 writes it (https://www.rfc-editor.org/rfc/rfc5424), with what common programs of a server say understood.
SELECT
{include syslog_columns},
    multiIf(
        length(g) = 8 AND stamp IS NOT NULL AND toUInt16OrZero(g[1]) <= 191, '',
        NOT startsWith(line, '<'), 'no syslog priority',
        length(g) != 8, 'not RFC 5424',
        stamp IS NULL, 'no readable timestamp',
        'priority is over 191'
    ) AS reason
FROM (
    SELECT *,
{include syslog_activity}
    FROM (
    SELECT *,
{include syslog_class}
    FROM (
    SELECT *,
{include syslog_programs}
    FROM (
        SELECT *,
            parseDateTime64BestEffortOrNull(g[2], 3, 'UTC') AS stamp,
            toUInt8OrZero(g[1])::Nullable(UInt8) AS priority,
            g[3] AS host,
            g[4] AS app,
            g[5] AS pid,
            trimLeft(replaceOne(g[8], '\xEF\xBB\xBF', '')) AS text,
            map('syslog_facility', toString(bitShiftRight(toUInt8OrZero(g[1]), 3)), 'syslog_msgid', g[6], 'syslog_structured_data', g[7]) AS header
        FROM (
            SELECT *, extractGroups(line, '^<(\\d{1,3})>1 (\\S+) (\\S+) (\\S+) (\\S+) (\\S+) (-|(?:\\[(?:[^\\]\\\\]|\\\\.)*\\])+) ?(\\C*)$') AS g
            FROM {landing}
        )
    )
)
    )
)
