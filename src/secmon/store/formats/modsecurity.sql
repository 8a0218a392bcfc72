-- ModSecurity audit log in JSON, one transaction a line: version 3 (libmodsecurity, SecAuditLogFormat JSON) and version 2.
-- https://github.com/owasp-modsecurity/ModSecurity/wiki; rule numbers and tags are those of the OWASP Core Rule Set.
-- Members are taken with tupleElement(x, 'y'): x.y of a computed tuple is read as a subcolumn, which makes this view cost 1.4 times as much.
WITH {include address} AS address, {include activity_name} AS caption
SELECT
    ifNull(stamp, received_at) AS time,
    received_at, site, feed, format, batch_id, seq,
    'ModSecurity' AS metadata_product_name,
    'audit' AS metadata_log_name,
    finding_info_uid AS metadata_event_code,
    toUInt16(if(empty(hits), 4002, 2004)) AS class_uid,
    toUInt8(if(class_uid = 2004, 1, transform(method,
        ['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'TRACE', 'PATCH'], [1, 2, 3, 4, 5, 6, 7, 8, 9], 99))) AS activity_id,
    caption(class_uid, activity_id, method) AS activity_name,
    -- it counts down from 0 (emergency); the Core Rule Set calls every attack attempt critical (2), which is high here
    toUInt8(if(class_uid = 2004, transform(tupleElement(hit, 'severity'), [0, 1, 2, 3, 4, 5, 6, 7], [5, 5, 4, 4, 3, 2, 1, 1], 0), 1)) AS severity_id,
    0 AS status_id,
    toUInt8(multiIf(
        class_uid = 4002, 0,
        tupleElement(tupleElement(tupleElement(a, 'audit_data'), 'action'), 'intercepted') OR tupleElement(t, 'is_interrupted'), 2,
        -- version 3 does not say whether it stopped a request; a rule that matched and an answer of "forbidden" do
        lower(tupleElement(tupleElement(t, 'producer'), 'secrules_engine')) = 'enabled' AND status IN (403, 406), 2,
        1)) AS action_id,
    ['', 'malware', 'defacement', 'privilege_acquisition', 'information_leak', 'denial_of_service', 'unauthorised_access', 'information_gathering'][kind + 1] AS attack_type,
    ['', 'T1505.003', 'T1491.002', 'T1190', 'T1190', 'T1499', '', 'T1595.002'][kind + 1] AS attack_uid,
    address(if(v2, tupleElement(t, 'remote_address'), tupleElement(t, 'client_ip'))) AS src_endpoint_ip,
    if(v2, tupleElement(t, 'remote_port'), tupleElement(t, 'client_port')) AS src_endpoint_port,
    address(if(v2, tupleElement(t, 'local_address'), tupleElement(t, 'host_ip'))) AS dst_endpoint_ip,
    if(v2, tupleElement(t, 'local_port'), tupleElement(t, 'host_port')) AS dst_endpoint_port,
    'tcp' AS connection_info_protocol_name,
    method AS http_request_http_method,
    if(headers['Host'] != '', headers['Host'], headers['host']) AS http_request_url_hostname,
    if(v2, request_line[2], tupleElement(tupleElement(t, 'request'), 'uri')) AS http_request_url_string,
    if(headers['User-Agent'] != '', headers['User-Agent'], headers['user-agent']) AS http_request_user_agent,
    if(headers['Referer'] != '', headers['Referer'], headers['referer']) AS http_request_referrer,
    status AS http_response_code,
    if(tupleElement(hit, 'rule') = 0, '', toString(tupleElement(hit, 'rule'))) AS finding_info_uid,
    tupleElement(hit, 'message') AS finding_info_title,
    extract(tupleElement(hit, 'tags'), '(?:^| )(attack-\\S+)') AS finding_info_category,
    tupleElement(hit, 'data') AS message,
    mapFilter((name, value) -> value != '', map(
        'unique_id', if(v2, tupleElement(t, 'transaction_id'), tupleElement(t, 'unique_id')),
        'server_id', tupleElement(t, 'server_id'),
        'secrules_engine', if(v2, tupleElement(tupleElement(a, 'audit_data'), 'engine_mode'), tupleElement(tupleElement(t, 'producer'), 'secrules_engine')),
        'rules', if(length(hits) > 1, arrayStringConcat(arrayMap(one -> toString(tupleElement(one, 'rule')), hits), ', '), ''),
        'tags', tupleElement(hit, 'tags'),
        'match', tupleElement(hit, 'match'),
        'severity', if(empty(hits) OR tupleElement(hit, 'severity') > 7, '', toString(tupleElement(hit, 'severity'))),
        'file', tupleElement(hit, 'file'),
        'action_message', tupleElement(tupleElement(tupleElement(a, 'audit_data'), 'action'), 'message'),
        'http_version', if(v2, request_line[3], tupleElement(tupleElement(t, 'request'), 'http_version')),
        'client_ip', if(src_endpoint_ip = '', if(v2, tupleElement(t, 'remote_address'), tupleElement(t, 'client_ip')), '')
    )) AS unmapped,
    line AS raw_data,
    multiIf(
        told AND stamp IS NOT NULL AND startsWith(trimLeft(line), '{'), '',
        NOT isValidJSON(line), 'not JSON',
        NOT startsWith(trimLeft(line), '{'), 'not a JSON object',
        NOT told, 'no transaction',
        'no readable timestamp'
    ) AS reason
FROM (
    SELECT *,
        tupleElement(t, 'time') != '' AS v2,
        tupleElement(t, 'client_ip') != '' OR tupleElement(t, 'remote_address') != ''
            OR tupleElement(t, 'unique_id') != '' OR tupleElement(t, 'transaction_id') != '' AS told,
        parseDateTime64BestEffortOrNull(
            if(v2, replaceRegexpOne(tupleElement(t, 'time'), '^(\\d{1,2})/([A-Z][a-z]{2})/(\\d{4}):', '\\1 \\2 \\3 '), tupleElement(t, 'time_stamp')), 3, '{zone}') AS stamp,
        if(v2, extractGroups(tupleElement(tupleElement(a, 'request'), 'request_line'), '^(\\S+) (.*?)(?: (HTTP/[\\d.]+))?$'), []) AS request_line,
        extract(if(v2, request_line[1], tupleElement(tupleElement(t, 'request'), 'method')), '^[A-Za-z-]{1,20}$') AS method,
        if(v2, tupleElement(tupleElement(a, 'response'), 'status'), tupleElement(tupleElement(t, 'response'), 'http_code')) AS status,
        -- one of the two is empty
        mapConcat(tupleElement(tupleElement(t, 'request'), 'headers'), tupleElement(tupleElement(a, 'request'), 'headers')) AS headers,
        -- rules that only add up the score of others (949, 959, 980) say nothing of their own when others are there
        arraySort(one -> (intDiv(tupleElement(one, 'rule'), 1000) IN (949, 959, 980), tupleElement(one, 'severity')),
            arrayFilter(one -> tupleElement(one, 'rule') > 0 OR tupleElement(one, 'message') != '', arrayConcat(
            arrayMap(one -> (toUInt32OrZero(tupleElement(tupleElement(one, 'details'), 'ruleId')), tupleElement(one, 'message'),
                if(tupleElement(tupleElement(one, 'details'), 'severity') = '', 255, toUInt8OrZero(tupleElement(tupleElement(one, 'details'), 'severity'))),
                arrayStringConcat(tupleElement(tupleElement(one, 'details'), 'tags'), ' '), tupleElement(tupleElement(one, 'details'), 'data'),
                tupleElement(tupleElement(one, 'details'), 'match'), tupleElement(tupleElement(one, 'details'), 'file'))::
                Tuple(rule UInt32, message String, severity UInt8, tags String, data String, match String, file String), tupleElement(t, 'messages')),
            -- version 2 puts it all in one text, and writes a quote that came from outside as \"
            arrayMap(text -> (toUInt32OrZero(extract(text, '\\[id "(\\d+)"\\]')), extract(text, '\\[msg "((?:[^"\\\\]|\\\\.)*)"\\]'),
                transform(extract(text, '\\[severity "(\\w+)"\\]'), ['EMERGENCY', 'ALERT', 'CRITICAL', 'ERROR', 'WARNING', 'NOTICE', 'INFO', 'DEBUG'], [0, 1, 2, 3, 4, 5, 6, 7], 255),
                arrayStringConcat(extractAll(text, '\\[tag "([^"\\\\]*)"\\]'), ' '), extract(text, '\\[data "((?:[^"\\\\]|\\\\.)*)"\\]'), extract(text, '^(.*?)(?: \\[\\w+ "|$)'), extract(text, '\\[file "([^"]*)"\\]'))::
                Tuple(rule UInt32, message String, severity UInt8, tags String, data String, match String, file String), tupleElement(tupleElement(a, 'audit_data'), 'messages'))
        ))) AS hits,
        hits[1] AS hit,
        -- The gravest of the seven types that a rule tells, in the order of attack_type above. Injection into SQL and access to
        -- files are after data: leak. Everything that makes the server or the reader's browser run something takes rights.
        if(empty(hits), 0, arrayMin(arrayMap(one -> multiIf(
            tupleElement(one, 'rule') IN (933110, 933111, 933115), 1,
            (transform(intDiv(tupleElement(one, 'rule'), 1000),
                [912, 913, 921, 930, 931, 932, 933, 934, 941, 942, 943, 944, 950, 951, 952, 953, 954, 955, 956],
                [5, 7, 3, 4, 3, 3, 3, 3, 3, 4, 6, 3, 4, 4, 4, 4, 4, 1, 4], 0) AS by_rule) > 0, by_rule,
            match(tupleElement(one, 'tags'), 'web-?shell|attack-malware'), 1,
            position(tupleElement(one, 'tags'), 'attack-deface') > 0, 2,
            match(tupleElement(one, 'tags'), 'attack-(?:rce|rfi|xss|injection|ssrf|ssti|protocol-smuggling|deserialization)'), 3,
            match(tupleElement(one, 'tags'), 'attack-(?:sqli|lfi|disclosure)'), 4,
            position(tupleElement(one, 'tags'), 'attack-dos') > 0, 5,
            match(tupleElement(one, 'tags'), 'attack-(?:fixation|session|bruteforce)'), 6,
            match(tupleElement(one, 'tags'), 'attack-reputation-(?:scanner|crawler)|security-scanner'), 7,
            99), hits)) % 99) AS kind
    FROM (
        SELECT *, JSONExtract(line, 'Tuple(
            transaction Tuple(
                client_ip String, time_stamp String, server_id String, client_port UInt16, host_ip String, host_port UInt16, unique_id String,
                is_interrupted Bool,
                request Tuple(method String, http_version String, uri String, headers Map(String, String)),
                response Tuple(http_code UInt16),
                producer Tuple(secrules_engine String),
                messages Array(Tuple(message String, details Tuple(match String, ruleId String, file String, data String, severity String, tags Array(String)))),
                time String, transaction_id String, remote_address String, remote_port UInt16, local_address String, local_port UInt16),
            request Tuple(request_line String, headers Map(String, String)),
            response Tuple(status UInt16),
            audit_data Tuple(messages Array(String), engine_mode String, action Tuple(intercepted Bool, message String))
        )') AS a, tupleElement(a, 'transaction') AS t
        FROM {landing}
    )
)
