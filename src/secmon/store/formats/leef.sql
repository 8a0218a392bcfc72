-- IBM Log Event Extended Format, LEEF 1.0 (tabs) and 2.0 (delimiter in the header), with or without a syslog header:
-- https://www.ibm.com/docs/en/dsm?topic=leef-overview
SELECT
    ifNull(stamp, received_at) AS time,
    received_at, site, feed, format, batch_id, seq,
    g[11] AS metadata_product_name,
    kv['cat'] AS metadata_log_name,
    g[13] AS metadata_event_code,
    toUInt16(multiIf(alert, 2004, login, 3002, kv['url'] != '', 4002, kv['src'] != '' AND kv['dst'] != '', 4001, severity_id != 0, 2004, 0)) AS class_uid,
    toUInt8(multiIf(
        class_uid = 4001, multiIf(action_id = 2, 5, action_id = 1, 1, 6),
        class_uid = 4002, if(http_request_http_method = '', 0, transform(http_request_http_method, ['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'TRACE', 'PATCH'], [1, 2, 3, 4, 5, 6, 7, 8, 9], 99)),
        class_uid = 3002, if(match(g[13], '(?i)log(?:ged)?[ _-]?(?:out|off)'), 2, 1),
        class_uid = 2004, 1,
        0)) AS activity_id,
    multiIf(
        class_uid = 4001, transform(activity_id, [1, 5], ['Open', 'Refuse'], 'Traffic'),
        class_uid = 4002, transform(activity_id, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], ['Unknown', 'Connect', 'Delete', 'Get', 'Head', 'Options', 'Post', 'Put', 'Trace', 'Patch'], http_request_http_method),
        class_uid = 3002, if(activity_id = 2, 'Logoff', 'Logon'),
        class_uid = 2004, 'Create',
        '') AS activity_name,
    transform(lower(kv['sev']), ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10', 'low', 'medium', 'high', 'critical'], [1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5, 2, 3, 4, 5], 0) AS severity_id,
    toUInt8(multiIf(
        match(concat(kv['result'], ' ', kv['outcome'], ' ', kv['status']), '(?i)fail|denied|error'), 2,
        match(concat(kv['result'], ' ', kv['outcome'], ' ', kv['status']), '(?i)success|succeeded'), 1,
        class_uid = 3002 AND match(g[13], '(?i)fail|denied|reject'), 2,
        class_uid = 3002 AND match(g[13], '(?i)success|succeeded'), 1,
        0)) AS status_id,
    multiIf(
        match(act, '(?i)block|den(?:y|ied)|drop|reset|quarantin|clean|delete|reject|prevent'), 2,
        match(act, '(?i)allow|permit|accept|pass|detect|alert|monitor|log'), 1,
        0) AS action_id,
    multiIf(
        class_uid = 3002, if(status_id = 2, 'unauthorised_access', ''),
        class_uid = 2004, {include attack_words},
        '') AS attack_type,
    if(isIPv4String(kv['src']) OR isIPv6String(kv['src']), kv['src'], '') AS src_endpoint_ip,
    toUInt16OrZero(kv['srcPort']) AS src_endpoint_port,
    multiIf(kv['srcHost'] != '', kv['srcHost'], kv['identHostName'] != '', kv['identHostName'], src_endpoint_ip = '', kv['src'], '') AS src_endpoint_hostname,
    if(isIPv4String(kv['dst']) OR isIPv6String(kv['dst']), kv['dst'], '') AS dst_endpoint_ip,
    toUInt16OrZero(kv['dstPort']) AS dst_endpoint_port,
    if(dst_endpoint_ip = '', kv['dst'], kv['dstHost']) AS dst_endpoint_hostname,
    lower(kv['proto']) AS connection_info_protocol_name,
    toUInt64OrZero(kv['dstBytes']) AS traffic_bytes_in,
    toUInt64OrZero(kv['srcBytes']) AS traffic_bytes_out,
    multiIf(kv['devName'] != '', kv['devName'], g[8] = '-', '', g[8]) AS device_hostname,
    if(kv['usrName'] != '', kv['usrName'], kv['accountName']) AS user_name,
    kv['domain'] AS user_domain,
    kv['filePath'] AS file_path,
    if(kv['fileName'] != '', kv['fileName'], extract(kv['filePath'], '[^/\\\\]*$')) AS file_name,
    if(match(kv['fileHash'], '^[0-9a-fA-F]{32}$'), lower(kv['fileHash']), '') AS file_hashes_md5,
    if(match(kv['fileHash'], '^[0-9a-fA-F]{64}$'), lower(kv['fileHash']), '') AS file_hashes_sha256,
    upper(if(kv['method'] != '', kv['method'], kv['requestMethod'])) AS http_request_http_method,
    if(startsWith(kv['url'], 'http'), domain(kv['url']), '') AS http_request_url_hostname,
    kv['url'] AS http_request_url_string,
    kv['userAgent'] AS http_request_user_agent,
    if(class_uid = 2004, g[13], '') AS finding_info_uid,
    if(class_uid = 2004, multiIf(kv['attackName'] != '', kv['attackName'], kv['signature'] != '', kv['signature'], g[13]), '') AS finding_info_title,
    if(class_uid = 2004, kv['cat'], '') AS finding_info_category,
    multiIf(kv['msg'] != '', kv['msg'], kv['reason'] != '', kv['reason'], g[13]) AS message,
    mapFilter((key, value) -> value != '' AND key NOT IN (
        'src', 'dst', 'srcPort', 'dstPort', 'srcHost', 'dstHost', 'identHostName', 'proto', 'dstBytes', 'srcBytes', 'devName', 'usrName', 'domain', 'filePath', 'fileName', 'fileHash',
        'method', 'url', 'userAgent', 'msg', 'cat', 'devTime', 'devTimeFormat'), mapConcat(kv, map('vendor', g[10]))) AS unmapped,
    line AS raw_data,
    multiIf(
        length(g) + 0 * (length(act) + length(attack) + length(kv) + alert + login) = 15 AND (stamp IS NOT NULL OR told = ''), '',
        length(g) != 15, 'not LEEF',
        'no readable timestamp'
    ) AS reason
FROM (
    SELECT *,
        multiIf(kv['action'] != '', kv['action'], kv['act'] != '', kv['act'], kv['disposition']) AS act,
        {include alert_product} OR match(kv['cat'], '(?i)^(?:threat|attack|malware|intrusion|exploit)') AS alert,
        match(g[13], '(?i)(?:\\b|_)(?:log(?:ged)?[ _-]?(?:in|on|out|off)|auth(?:entication)?|sign[ _-]?in)') AND (kv['usrName'] != '' OR kv['accountName'] != '') AS login,
        concat(g[13], ' ', kv['cat'], ' ', kv['attackName'], ' ', kv['signature']) AS attack,
        kv['devTime'] AS told,
        multiIf(
            match(told, '^1\\d{12}$'), fromUnixTimestamp64Milli(toInt64OrZero(told), 'UTC'),
            match(told, '^1\\d{9}$'), fromUnixTimestamp64Milli(1000 * toInt64OrZero(told), 'UTC'),
            startsWith(kv['devTimeFormat'], 'MM/'), parseDateTime64BestEffortUSOrNull(told_plain, 3, '{zone}'),
            told != '', parseDateTime64BestEffortOrNull(told_plain, 3, '{zone}'),
            g[7] != '', parseDateTime64BestEffortOrNull(g[7], 3, '{zone}'),
            {include bsd_time}) AS stamp
    FROM (
        SELECT *, replaceOne(replaceOne(kv['devTime'], ' KST', ' +0900'), ' JST', ' +0900') AS told_plain
        FROM (
            SELECT *,
                -- the delimiter is a character or its hexadecimal number; without one it is a tab
                multiIf(g[9] = '1.0' OR g[14] = '', '\t', match(g[14], '^0?x[0-9a-fA-F]{2,4}$'), unhex(substring(g[14], length(g[14]) - 1)), g[14]) AS delimiter,
                extractKeyValuePairs(if(countSubstrings(g[15], '=') > 900, '', if(delimiter = '\t', g[15], replaceAll(replaceAll(g[15], '\t', ' '), delimiter, '\t'))), '=', '\t', '\x06', 'ACCEPT') AS kv
            FROM (
                SELECT *, '' AS utc_offset,
                    extractGroups(line, '^(?:<(\\d{1,3})>)?(?:1 )? ?(?:([A-Z][a-z]{2}) {1,2}(\\d{1,2})(?: (\\d{4}))? ([0-2]?\\d:[0-5]\\d:[0-6]\\d(?:\\.\\d{1,9})?)(?: (20\\d{2}):?)? |(\\d{4}-\\d\\d-\\d\\d[T ][0-2]\\d:[0-5]\\d:[0-6]\\d(?:\\.\\d{1,9})?(?:Z|[+-]\\d\\d:?\\d\\d)?)[: ] ?)? ?(?:([^\\s=|]+) )?(?:[^|]{0,200} )?LEEF:([12]\\.0)\\|([^|]*)\\|([^|]*)\\|([^|]*)\\|([^|]*)\\|(?:([^|=]{0,6})\\|)?(\\C*)$') AS g
                FROM {landing}
            )
        )
    )
)
