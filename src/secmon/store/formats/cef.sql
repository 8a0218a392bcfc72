-- ArcSight Common Event Format, CEF:0 and CEF:1, with or without a syslog header:
-- https://www.microfocus.com/documentation/arcsight/arcsight-smartconnectors/pdfdoc/common-event-format/common-event-format.pdf
SELECT
    ifNull(stamp, received_at) AS time,
    received_at, site, feed, format, batch_id, seq,
    replaceAll(replaceAll(g[11], '\\|', '|'), '\\\\', '\\') AS metadata_product_name,
    kv['cat'] AS metadata_log_name,
    replaceAll(replaceAll(g[13], '\\|', '|'), '\\\\', '\\') AS metadata_event_code,
    toUInt16(multiIf(alert, 2004, login, 3002, process_file_path != '' AND match(name, '(?i)process'), 1007, kv['request'] != '', 4002, kv['src'] != '' AND kv['dst'] != '', 4001, severity_id != 0, 2004, 0)) AS class_uid,
    toUInt8(multiIf(
        class_uid = 4001, multiIf(action_id = 2, 5, action_id = 1, 1, 6),
        class_uid = 4002, if(http_request_http_method = '', 0, transform(http_request_http_method, ['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'TRACE', 'PATCH'], [1, 2, 3, 4, 5, 6, 7, 8, 9], 99)),
        class_uid = 3002, if(match(name, '(?i)log(?:ged)?[ -]?(?:out|off)'), 2, 1),
        class_uid IN (2004, 1007), 1,
        0)) AS activity_id,
    multiIf(
        class_uid = 4001, transform(activity_id, [1, 5], ['Open', 'Refuse'], 'Traffic'),
        class_uid = 4002, transform(activity_id, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], ['Unknown', 'Connect', 'Delete', 'Get', 'Head', 'Options', 'Post', 'Put', 'Trace', 'Patch'], http_request_http_method),
        class_uid = 3002, if(activity_id = 2, 'Logoff', 'Logon'),
        class_uid = 2004, 'Create',
        class_uid = 1007, 'Launch',
        '') AS activity_name,
    transform(lower(g[15]), ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10', 'low', 'medium', 'high', 'very-high', 'informational', 'critical'],
        [1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5, 2, 3, 4, 5, 1, 5], 0) AS severity_id,
    toUInt8(multiIf(match(kv['outcome'], '(?i)^(?:success|succeeded|ok|/?success)'), 1, match(kv['outcome'], '(?i)fail|denied|error'), 2, class_uid = 3002 AND match(name, '(?i)fail|denied|reject'), 2, 0)) AS status_id,
    multiIf(
        match(kv['act'], '(?i)block|den(?:y|ied)|drop|reset|quarantin|clean|delete|reject|prevent'), 2,
        match(kv['act'], '(?i)allow|permit|accept|pass|detect|alert|monitor|log'), 1,
        0) AS action_id,
    multiIf(
        class_uid = 3002, if(status_id = 2, 'unauthorised_access', ''),
        class_uid = 2004, {include attack_words},
        '') AS attack_type,
    if(match(kv['mitre'], '^T\\d{4}(?:\\.\\d{3})?$'), kv['mitre'], '') AS attack_uid,
    if(isIPv4String(source) OR isIPv6String(source), source, '') AS src_endpoint_ip,
    toUInt16OrZero(kv['spt']) AS src_endpoint_port,
    if(kv['shost'] = '' AND src_endpoint_ip = '', source, kv['shost']) AS src_endpoint_hostname,
    if(isIPv4String(target) OR isIPv6String(target), target, '') AS dst_endpoint_ip,
    toUInt16OrZero(kv['dpt']) AS dst_endpoint_port,
    if(kv['dhost'] = '' AND dst_endpoint_ip = '', target, kv['dhost']) AS dst_endpoint_hostname,
    lower(kv['proto']) AS connection_info_protocol_name,
    toUInt64OrZero(kv['in']) AS traffic_bytes_in,
    toUInt64OrZero(kv['out']) AS traffic_bytes_out,
    multiIf(kv['dvchost'] != '', kv['dvchost'], kv['dvc'] != '', kv['dvc'], g[8] = '-', '', g[8]) AS device_hostname,
    if(lower(kv['duser']) NOT IN ('', 'n/a', '-'), kv['duser'], if(lower(kv['suser']) IN ('n/a', '-'), '', kv['suser'])) AS user_name,
    if(kv['duser'] != '', kv['suser'], '') AS actor_user_name,
    if(kv['duser'] != '', kv['dntdom'], kv['sntdom']) AS user_domain,
    if(kv['dproc'] != '', kv['dproc'], kv['sproc']) AS process_file_path,
    extract(process_file_path, '[^/\\\\]*$') AS process_name,
    toUInt32OrZero(if(kv['dproc'] != '', kv['dpid'], kv['spid'])) AS process_pid,
    if(kv['dproc'] != '', kv['sproc'], '') AS actor_process_file_path,
    extract(actor_process_file_path, '[^/\\\\]*$') AS actor_process_name,
    kv['filePath'] AS file_path,
    if(kv['fname'] != '', kv['fname'], extract(kv['filePath'], '[^/\\\\]*$')) AS file_name,
    toUInt64OrZero(kv['fsize']) AS file_size,
    if(match(kv['fileHash'], '^[0-9a-fA-F]{32}$'), lower(kv['fileHash']), '') AS file_hashes_md5,
    if(match(kv['fileHash'], '^[0-9a-fA-F]{64}$'), lower(kv['fileHash']), '') AS file_hashes_sha256,
    upper(kv['requestMethod']) AS http_request_http_method,
    if(startsWith(kv['request'], 'http'), domain(kv['request']), '') AS http_request_url_hostname,
    kv['request'] AS http_request_url_string,
    kv['requestClientApplication'] AS http_request_user_agent,
    if(match(kv['requestContext'], '^https?://'), kv['requestContext'], '') AS http_request_referrer,
    if(class_uid = 2004, metadata_event_code, '') AS finding_info_uid,
    if(class_uid = 2004, name, '') AS finding_info_title,
    if(class_uid = 2004, kv['cat'], '') AS finding_info_category,
    if(kv['msg'] != '', kv['msg'], name) AS message,
    mapFilter((key, value) -> value != '' AND NOT endsWith(key, 'Label') AND key NOT IN (
        'src', 'dst', 'spt', 'dpt', 'shost', 'dhost', 'suser', 'duser', 'proto', 'in', 'out', 'dvchost', 'dproc', 'sproc', 'filePath', 'fname', 'fsize', 'fileHash',
        'requestMethod', 'request', 'requestClientApplication', 'msg', 'cat', 'rt', 'c6a2', 'c6a3', 'mitre', 'dpid', 'spid', 'dntdom', 'sntdom', 'dvc', 'requestContext'),
        mapConcat(named, map('vendor', replaceAll(replaceAll(g[10], '\\|', '|'), '\\\\', '\\'), 'name', if(message = name, '', name)))) AS unmapped,
    line AS raw_data,
    multiIf(
        length(g) + 0 * (length(source) + length(target) + length(attack) + length(named) + length(name) + alert + login) = 16 AND (stamp IS NOT NULL OR told = ''), '',
        length(g) != 16, 'not CEF',
        'no readable timestamp'
    ) AS reason
FROM (
    SELECT *,
        replaceAll(replaceAll(g[14], '\\|', '|'), '\\\\', '\\') AS name,
        -- what a product calls its custom fields is told beside them
        if(labelled, mapApply((key, value) -> (if(kv[concat(key, 'Label')] != '', kv[concat(key, 'Label')], key), value), kv), kv) AS named,
        multiIf(kv['src'] != '', kv['src'], match(kv['c6a2Label'], '(?i)source'), kv['c6a2'], '') AS source,
        multiIf(kv['dst'] != '', kv['dst'], match(kv['c6a3Label'], '(?i)destination'), kv['c6a3'], '') AS target,
        {include alert_product} OR match(kv['cat'], '(?i)^(?:threat|attack|malware|intrusion)') AS alert,
        match(name, '(?i)\\b(?:log(?:ged)?[ -]?(?:in|on|out|off)|authentication|sign(?:ed)?[ -]?in)\\b') AND (kv['suser'] != '' OR kv['duser'] != '') AS login,
        concat(name, ' ', kv['cat']) AS attack,
        multiIf(kv['rt'] != '', kv['rt'], kv['end'] != '', kv['end'], kv['start']) AS told,
        multiIf(
            match(told, '^1\\d{12}$'), fromUnixTimestamp64Milli(toInt64OrZero(told), 'UTC'),
            match(told, '^1\\d{9}$'), fromUnixTimestamp64Milli(1000 * toInt64OrZero(told), 'UTC'),
            told != '', parseDateTime64BestEffortOrNull(replaceOne(replaceOne(told, ' KST', ' +0900'), ' JST', ' +0900'), 3, '{zone}'),
            g[7] != '', parseDateTime64BestEffortOrNull(g[7], 3, '{zone}'),
            {include bsd_time}) AS stamp
    FROM (
        SELECT *,
            if(escaped, mapApply((key, value) -> (key, replaceAll(replaceAll(replaceAll(replaceAll(value, '\\n', '\n'), '\\r', '\r'), '\x05', '='), '\x02', '\\')), pairs), pairs) AS kv
        FROM (
            -- values hold spaces: a key is the word before an = that is not escaped. Escapes are set aside as control
            -- characters while the pairs are taken apart; such characters of the line itself are made spaces before.
            SELECT *,
                position(g[16], '\\') > 0 AS escaped,
                position(g[16], 'Label=') > 0 AS labelled,
                if(countSubstrings(g[16], '=') > 900, '', if(match(g[16], '[\\x01-\\x06]'), replaceRegexpAll(g[16], '[\\x01-\\x06]', ' '), g[16])) AS extension,
                extractKeyValuePairs(replaceRegexpAll(
                    if(escaped, replaceAll(replaceAll(extension, '\\\\', '\x02'), '\\=', '\x05'), extension),
                    '(?:^|\\s+)([A-Za-z][\\w.\\[\\]]*)=', '\x03\\1\x04'), '\x04', '\x03', '\x06') AS pairs
            FROM (
                SELECT *, '' AS utc_offset,
                    extractGroups(line, '^(?:<(\\d{1,3})>)?(?:1 )? ?(?:([A-Z][a-z]{2}) {1,2}(\\d{1,2})(?: (\\d{4}))? ([0-2]?\\d:[0-5]\\d:[0-6]\\d(?:\\.\\d{1,9})?)(?: (20\\d{2}):?)? |(\\d{4}-\\d\\d-\\d\\d[T ][0-2]\\d:[0-5]\\d:[0-6]\\d(?:\\.\\d{1,9})?(?:Z|[+-]\\d\\d:?\\d\\d)?)[: ] ?)? ?(?:([^\\s=|]+) )?(?:[^|]{0,200} )?CEF: ?([01])\\|((?:[^|\\\\]|\\\\.)*)\\|((?:[^|\\\\]|\\\\.)*)\\|((?:[^|\\\\]|\\\\.)*)\\|((?:[^|\\\\]|\\\\.)*)\\|((?:[^|\\\\]|\\\\.)*)\\|([\\w-]*)\\|(\\C*)$') AS g
                FROM {landing}
            )
        )
    )
)
