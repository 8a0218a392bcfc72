-- Windows events from EVTX files as evtx_dump -o jsonl writes them, one object a line: https://github.com/omerbenamram/evtx
-- Members are taken with tupleElement(x, 'y'): x.y of a computed tuple is read as a subcolumn, which makes this view cost 1.1 times as much.
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
        tupleElement(tupleElement(tupleElement(s, 'TimeCreated'), '#attributes'), 'SystemTime') AS written,
        tupleElement(tupleElement(tupleElement(s, 'Provider'), '#attributes'), 'Name') AS named,
        -- attributes stand inside, or beside when evtx_dump was told to separate them
        parseDateTime64BestEffortOrNull(if(written != '', written, tupleElement(tupleElement(s, 'TimeCreated_attributes'), 'SystemTime')), 3, 'UTC') AS stamp,
        tupleElement(s, 'Channel') AS channel,
        if(named != '', named, tupleElement(tupleElement(s, 'Provider_attributes'), 'Name')) AS provider,
        -- a number, or an object when the event has qualifiers
        toUInt32(if(startsWith(tupleElement(s, 'EventID'), '{'), JSONExtractUInt(tupleElement(s, 'EventID'), '#text') % 65536, toUInt16OrZero(tupleElement(s, 'EventID')))) AS event_id,
        tupleElement(s, 'Computer') AS computer,
        tupleElement(s, 'Level') AS level,
        lower(tupleElement(s, 'Keywords')) LIKE '0x801%' AS failed,
        '' AS text,
        '' AS task,
        -- user data stands one element deeper, under a name of the provider's own
        mapConcat(tupleElement(event, 'EventData'), mapFilter((name, value) -> name != '#attributes', JSONExtract(
            arrayFirst(one -> startsWith(one, '{"') AND NOT startsWith(one, '{"xmlns'), mapValues(tupleElement(event, 'UserData'))), 'Map(String, String)'))) AS d,
        map('record_id', tupleElement(s, 'EventRecordID'), 'Provider_Name', provider, 'user_sid', tupleElement(tupleElement(tupleElement(s, 'Security'), '#attributes'), 'UserID')) AS header
    FROM (
        SELECT *, JSONExtract(line, 'Tuple(Event Tuple(
            System Tuple(Provider Tuple(`#attributes` Tuple(Name String)), Provider_attributes Tuple(Name String), EventID String, Level UInt8, Keywords String,
                TimeCreated Tuple(`#attributes` Tuple(SystemTime String)), TimeCreated_attributes Tuple(SystemTime String), EventRecordID String,
                Channel String, Computer String, Security Tuple(`#attributes` Tuple(UserID String))),
            EventData Map(String, String), UserData Map(String, String)
        ))') AS e, tupleElement(e, 'Event') AS event, tupleElement(event, 'System') AS s
        FROM {landing}
    )
)
