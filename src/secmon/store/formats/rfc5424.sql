-- Syslog as RFC 5424 writes it (https://www.rfc-editor.org/rfc/rfc5424); stages/syslog.sql understands what programs say in it.
SELECT received_at, site, feed, format, batch_id, seq, line,
    ifNull(stamp, received_at) AS time,
    transform(bitAnd(priority, 7), [0, 1, 2, 3, 4, 5, 6, 7], [5, 5, 5, 4, 3, 2, 1, 1], 0) AS severity_id,
    toString(bitShiftRight(priority, 3)) AS facility,
    g[3] AS host,
    g[4] AS app,
    g[5] AS pid,
    g[6] AS message_id,
    g[7] AS structured,
    trimLeft(replaceOne(g[8], '\xEF\xBB\xBF', '')) AS text,
    multiIf(
        length(g) = 8 AND stamp IS NOT NULL AND toUInt16OrZero(g[1]) <= 191, '',
        NOT startsWith(line, '<'), 'no syslog priority',
        length(g) != 8, 'not RFC 5424',
        stamp IS NULL, 'no readable timestamp',
        'priority is over 191'
    ) AS reason
FROM (
    SELECT *, parseDateTime64BestEffortOrNull(g[2], 3, 'UTC') AS stamp, toUInt8OrZero(g[1]) AS priority
    FROM (
        -- the usual line, without structured data, is split at its spaces: groups cost ten times as much
        SELECT *, if(plain, arrayConcat([substring(words[1], 2, length(words[1]) - 3)], arraySlice(words, 2, 6), [
            substring(line, length(words[1]) + length(words[2]) + length(words[3]) + length(words[4]) + length(words[5]) + length(words[6]) + 9)]),
            extractGroups(line, '^<(\\d{1,3})>1 (\\S+) (\\S+) (\\S+) (\\S+) (\\S+) (-|(?:\\[(?:[^\\]\\\\]|\\\\.)*\\])+) ?(\\C*)$')) AS g
        FROM (
            SELECT *, match(line, '^<\\d{1,3}>1 \\S+ \\S+ \\S+ \\S+ \\S+ - ') AS plain, splitByChar(' ', line, 7) AS words
            FROM {landing}
        )
    )
)
