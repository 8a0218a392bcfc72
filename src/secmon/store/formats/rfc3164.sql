-- BSD syslog (https://www.rfc-editor.org/rfc/rfc3164) as sent, and as rsyslog and syslogd write it to files: with or without
-- priority, with a year or an ISO time, without host, without tag. stages/syslog.sql understands what programs say in it.
SELECT received_at, site, feed, format, batch_id, seq, line,
    ifNull(stamp, received_at) AS time,
    if(isNull(priority), 0, transform(bitAnd(toUInt8(priority), 7), [0, 1, 2, 3, 4, 5, 6, 7], [5, 5, 5, 4, 3, 2, 1, 1], 0)) AS severity_id,
    if(isNull(priority), '', toString(bitShiftRight(ifNull(priority, 0), 3))) AS facility,
    multiIf(g[8] != '', g[8], repeats, '', g[13]) AS host,
    if(g[9] != '', g[9], g[11]) AS app,
    if(g[9] != '', g[10], g[12]) AS pid,
    '' AS message_id,
    '' AS structured,
    concat(if(repeats, 'last ', ''), replaceOne(g[14], '\xEF\xBB\xBF', '')) AS text,
    multiIf(
        length(g) = 14 AND stamp IS NOT NULL AND ifNull(priority, 0) <= 191, '',
        length(g) != 14, 'not BSD syslog',
        stamp IS NULL, 'no readable timestamp',
        'priority is over 191'
    ) AS reason
FROM (
    SELECT *,
        toUInt16OrNull(g[1]) AS priority,
        '' AS utc_offset,
        if(g[7] != '', parseDateTime64BestEffortOrNull(g[7], 3, '{zone}'), {include bsd_time}) AS stamp,
        g[13] = 'last' AND startsWith(g[14], 'message repeated ') AS repeats
    FROM (
        -- host and tag, tag alone, host alone, or neither: a tag ends in a colon, a host never does
        SELECT *, extractGroups(line, '^(?:<(\\d{1,3})>)? ?(?:([A-Z][a-z]{2}) {1,2}(\\d{1,2})(?: (\\d{4}))? ([0-2]?\\d:[0-5]\\d:[0-6]\\d(?:\\.\\d{1,9})?)(?: (20\\d{2}))?|(\\d{4}-\\d\\d-\\d\\d[T ][0-2]\\d:[0-5]\\d:[0-6]\\d(?:[.,]\\d{1,9})?(?:Z|[+-]\\d\\d:?\\d\\d)?)):? +(?:([0-9A-Za-z](?:[^\\s\\[]*[^\\s\\[:])?) +([^\\s:\\[]*[^\\s:\\[\\]])\\]?(?:\\[([^\\]\\s]*)\\])?: ?|([^\\s:\\[]*[^\\s:\\[\\]])\\]?(?:\\[([^\\]\\s]*)\\])?:(?: |$)|([0-9A-Za-z](?:[^\\s\\[]*[^\\s\\[:])?) +)? *(\\C*)$') AS g
        FROM {landing}
    )
)
