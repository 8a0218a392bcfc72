-- Windows events as Winlogbeat 7 and 8 write them, one object a line: https://www.elastic.co/docs/reference/beats/winlogbeat
-- Members are taken with tupleElement(x, 'y'): x.y of a computed tuple is read as a subcolumn, which makes this view cost 1.2 times as much.
SELECT received_at, site, feed, format, batch_id, seq, line,
    ifNull(stamp, received_at) AS time, channel, provider, event_id, computer, level, failed, text, task, d, header,
    multiIf(
        event_id > 0 AND stamp IS NOT NULL AND startsWith(trimLeft(line), '{'), '',
        NOT isValidJSON(line), 'not JSON',
        NOT startsWith(trimLeft(line), '{'), 'not a JSON object',
        event_id = 0, 'no event id',
        'no readable timestamp'
    ) AS reason
FROM (
    SELECT *,
        tupleElement(w, 'winlog') AS winlog, tupleElement(w, 'event') AS event,
        parseDateTime64BestEffortOrNull(tupleElement(w, '@timestamp'), 3, 'UTC') AS stamp,
        tupleElement(winlog, 'channel') AS channel,
        tupleElement(winlog, 'provider_name') AS provider,
        if(tupleElement(winlog, 'event_id') > 0, tupleElement(winlog, 'event_id'), tupleElement(event, 'code')) AS event_id,
        if(tupleElement(winlog, 'computer_name') != '', tupleElement(winlog, 'computer_name'), tupleElement(tupleElement(w, 'host'), 'name')) AS computer,
        transform(lower(tupleElement(tupleElement(w, 'log'), 'level')), ['critical', 'error', 'warning', 'information', 'info', 'verbose', ''], [1, 2, 3, 4, 4, 5, 0], 0) AS level,
        tupleElement(event, 'outcome') = 'failure' OR has(tupleElement(winlog, 'keywords'), 'Audit Failure') AS failed,
        tupleElement(w, 'message') AS text,
        tupleElement(winlog, 'task') AS task,
        -- 1102 and remote desktop bring their data as user_data
        mapConcat(tupleElement(winlog, 'user_data'), tupleElement(winlog, 'event_data')) AS d,
        map('record_id', tupleElement(winlog, 'record_id'), 'Provider_Name', provider, 'user', tupleElement(tupleElement(winlog, 'user'), 'name'),
            'event_action', tupleElement(event, 'action')) AS header
    FROM (
        SELECT *, JSONExtract(line, 'Tuple(
            `@timestamp` String, message String,
            winlog Tuple(channel String, provider_name String, event_id UInt32, computer_name String, record_id String, task String, keywords Array(String),
                         user Tuple(name String), event_data Map(String, String), user_data Map(String, String)),
            event Tuple(code UInt32, action String, outcome String), host Tuple(name String), log Tuple(level String)
        )') AS w
        FROM {landing}
    )
)
