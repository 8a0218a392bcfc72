-- Windows events as Winlogbeat 7 and 8 write them, one object a line: https://www.elastic.co/docs/reference/beats/winlogbeat
WITH {include address} AS address, {include file_name} AS name_of, {include activity_name} AS caption, (word -> if(word = '-', '', word)) AS said
SELECT
    {include windows_events},
    multiIf(
        event_id > 0 AND stamp IS NOT NULL AND startsWith(trimLeft(line), '{'), '',
        NOT isValidJSON(line), 'not JSON',
        NOT startsWith(trimLeft(line), '{'), 'not a JSON object',
        event_id = 0, 'no event id',
        'no readable timestamp'
    ) AS reason
FROM (
    SELECT *,
{include windows_kinds}
    FROM (
        SELECT *,
            parseDateTime64BestEffortOrNull(w.`@timestamp`, 3, 'UTC') AS stamp,
            w.winlog.channel AS channel,
            w.winlog.provider_name AS provider,
            if(w.winlog.event_id > 0, w.winlog.event_id, w.event.code) AS event_id,
            if(w.winlog.computer_name != '', w.winlog.computer_name, w.host.name) AS computer,
            transform(lower(w.log.level), ['critical', 'error', 'warning', 'information', 'info', 'verbose', ''], [1, 2, 3, 4, 4, 5, 0], 0) AS level,
            w.event.outcome = 'failure' OR has(w.winlog.keywords, 'Audit Failure') AS failed,
            w.message AS text,
            w.winlog.task AS task,
            -- 1102 and remote desktop bring their data as user_data
            mapConcat(w.winlog.user_data, w.winlog.event_data) AS d,
            map('record_id', w.winlog.record_id, 'Provider_Name', provider, 'user', w.winlog.user.name, 'event_action', w.event.action) AS header
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
)
