-- Error logs of Apache httpd 2.2 and 2.4 (https://httpd.apache.org/docs/2.4/logs.html#errorlog) and of nginx, with what
-- ModSecurity writes into them (https://github.com/owasp-modsecurity/ModSecurity/wiki/ModSecurity-2-Data-Formats).
SELECT
    ifNull(stamp, received_at) AS time,
    received_at, site, feed, format, batch_id, seq,
    multiIf(notEmpty(waf), 'ModSecurity', notEmpty(n), 'nginx', 'Apache HTTP Server') AS metadata_product_name,
    if(notEmpty(n), 'error', if(a[5] = '', 'error', a[5])) AS metadata_log_name,
    if(notEmpty(waf), waf[2], extract(text, '^AH\\d{5}')) AS metadata_event_code,
    toUInt16(multiIf(
        notEmpty(waf), 2004,
        notEmpty(refused), 3002,
        notEmpty(request) OR metadata_event_code IN ('AH00126', 'AH00127', 'AH00128', 'AH00130', 'AH00132', 'AH00135', 'AH01276', 'AH01630', 'AH01797')
            OR startsWith(text, 'File does not exist: '), 4002,
        0)) AS class_uid,
    toUInt8(multiIf(class_uid IN (2004, 3002), 1, class_uid = 4002,
        if(request[1] = '', 0, transform(request[1], ['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'TRACE', 'PATCH'], [1, 2, 3, 4, 5, 6, 7, 8, 9], 99)), 0)) AS activity_id,
    multiIf(class_uid = 2004, 'Create', class_uid = 3002, 'Logon', class_uid = 4002,
        transform(activity_id, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], ['Unknown', 'Connect', 'Delete', 'Get', 'Head', 'Options', 'Post', 'Put', 'Trace', 'Patch'], 'Other'), '') AS activity_name,
    -- the core rule set calls every single match of an attack pattern CRITICAL, and web servers every missing file an error
    if(waf[4] != '', transform(waf[4], ['EMERGENCY', 'ALERT', 'CRITICAL', 'ERROR', 'WARNING', 'NOTICE', 'INFO', 'DEBUG', '0', '1', '2', '3', '4', '5', '6', '7'], [5, 5, 4, 3, 3, 2, 1, 1, 5, 5, 4, 3, 3, 2, 1, 1], 0),
       transform(level, ['emerg', 'alert', 'crit', 'error', 'warn', 'notice', 'info', 'debug'], [5, 5, 4, 3, 2, 1, 1, 1], if(startsWith(level, 'trace'), 1, 0))) AS severity_id,
    multiIf(class_uid = 2004, 0, class_uid IN (3002, 4002) AND level IN ('error', 'crit', 'alert', 'emerg'), 2, 0) AS status_id,
    multiIf(notEmpty(waf), multiIf(waf[1] = 'Access denied', 2, waf[1] = 'Warning', 1, 0),
        metadata_event_code IN ('AH01630', 'AH01797') OR startsWith(text, 'access forbidden by rule') OR startsWith(text, 'limiting '), 2, 0) AS action_id,
    multiIf(
        notEmpty(refused), 'unauthorised_access',
        empty(waf), '',
        transform(attack,
            ['sqli', 'rce', 'xss', 'rfi', 'injection-php', 'injection-java', 'injection-generic', 'nodejs', 'ssti', 'ssrf', 'fixation', 'protocol',
             'lfi', 'disclosure', 'dos', 'reputation-scanner', 'reputation-crawler'],
            ['privilege_acquisition', 'privilege_acquisition', 'privilege_acquisition', 'privilege_acquisition', 'privilege_acquisition', 'privilege_acquisition',
             'privilege_acquisition', 'privilege_acquisition', 'privilege_acquisition', 'privilege_acquisition', 'privilege_acquisition', 'privilege_acquisition',
             'information_leak', 'information_leak', 'denial_of_service', 'information_gathering', 'information_gathering'], '')) AS attack_type,
    transform(attack_type, ['privilege_acquisition', 'information_leak', 'denial_of_service', 'information_gathering'],
        ['T1190', 'T1190', 'T1499', 'T1595.002'], '') AS attack_uid,
    if(isIPv4String(address[1]) OR isIPv6String(address[1]), address[1], '') AS src_endpoint_ip,
    toUInt16OrZero(address[2]) AS src_endpoint_port,
    if(src_endpoint_ip = '', address[1], '') AS src_endpoint_hostname,
    refused[1] AS user_name,
    toUInt32OrZero(if(notEmpty(n), n[6], a[7])) AS process_pid,
    multiIf(notEmpty(n), extract(text, '^(?:open|stat|directory index of)(?:\\(\\))? "([^"]*)" '), class_uid = 4002, extract(text, ': (/[^,]*)'), '') AS file_path,
    request[1] AS http_request_http_method,
    multiIf(notEmpty(request), extract(tail[3], ', host: "([^"]*)"'), notEmpty(place), place[1], '') AS http_request_url_hostname,
    multiIf(notEmpty(place), place[2], notEmpty(request), request[2], refused[2] != '', refused[2], refused[3]) AS http_request_url_string,
    multiIf(notEmpty(tail), extract(tail[3], ', referrer: "([^"]*)"'), extract(a[11], ', referer: (\\S+)$')) AS http_request_referrer,
    waf[2] AS finding_info_uid,
    waf[3] AS finding_info_title,
    if(attack = '', '', concat('attack-', attack)) AS finding_info_category,
    if(notEmpty(tail), tail[1], text) AS message,
    mapFilter((name, value) -> value != '', if(notEmpty(waf), map(
        'module', a[5], 'level', level, 'tid', a[8], 'phase', extract(text, '\\(phase (\\d)\\)'), 'data', extract(waf[5], '\\[data "((?:[^"\\\\]|\\\\.)*)"\\]'),
        'unique_id', place[3], 'ver', extract(waf[5], '\\[ver "([^"]*)"\\]')
    ), map(
        'module', a[5], 'level', level, 'tid', if(notEmpty(n), n[7], a[8]), 'connection', n[8], 'os_error', trimRight(a[9], ': '), 'server', tail_server[1],
        'upstream', extract(tail[3], ', upstream: "([^"]*)"')
    ))) AS unmapped,
    line AS raw_data,
    multiIf(
        length(a) + length(n) + 0 * (length(waf) + length(request) + length(refused) + length(place) + length(tail) + length(tail_server) + length(address) + length(attack)) > 0 AND stamp IS NOT NULL, '',
        notEmpty(a) OR notEmpty(n), 'no readable timestamp',
        'not a web server error log'
    ) AS reason
FROM (
    SELECT *,
        if(waf[5] = '', '', extract(waf[5], '\\[tag "attack-([a-z0-9-]+)"\\]')) AS attack,
        if(waf[5] = '', [], extractGroups(waf[5], '\\[hostname "([^"]*)"\\] \\[uri "((?:[^"\\\\]|\\\\.)*)"\\](?: \\[unique_id "([^"]*)"\\])?')) AS place,
        if(notEmpty(tail), extractGroups(tail[3], '^server: ([^,]*)'), []) AS tail_server,
        if(notEmpty(tail), extractGroups(tail[3], ', request: "([A-Z][A-Z_-]{2,19}) ([^"]*?)(?: HTTP/[\\d.]{1,3})?"'), []) AS request,
        -- 2.4 writes the port behind the address, 2.2 and nginx write none
        multiIf(notEmpty(tail), [tail[2], ''],
            notEmpty(n) OR a[10] = '', [extract(text, '^\\[client ([0-9a-fA-F.:]+)\\]'), ''],
            a[7] = '', [a[10], ''],
            match(a[10], ':\\d{1,5}$'), [replaceRegexpOne(a[10], ':\\d{1,5}$', ''), extract(a[10], '\\d+$')],
            [a[10], '']) AS address
    FROM (
        SELECT *,
            if(notEmpty(n), n[9], a[11]) AS text,
            if(notEmpty(n), n[5], a[6]) AS level,
            if(notEmpty(n), parseDateTime64BestEffortOrNull(concat(n[1], '-', n[2], '-', n[3], ' ', n[4]), 3, '{zone}'),
               parseDateTime64BestEffortOrNull(concat(a[4], ' ', a[1], ' ', a[2], ' ', a[3]), 3, '{zone}')) AS stamp,
            -- the name of a parameter stands before [file, unescaped; behind [id every quote of a client is escaped: the last one counts
            if(position(text, 'ModSecurity: ') > 0,
               extractGroups(text, 'ModSecurity: (Access denied|Warning)?.*\\[file "[^"]*"\\] \\[line "\\d+"\\] \\[id "(\\d+)"\\](?: \\[rev "[^"]*"\\])?(?: \\[msg "((?:[^"\\\\]|\\\\.)*)"\\])?(?: \\[data "(?:[^"\\\\]|\\\\.)*"\\])?(?: \\[severity "(\\w+)"\\])?'), []) AS waf_head,
            if(notEmpty(waf_head), arrayPushBack(waf_head, substring(text, position(text, concat('[id "', waf_head[2], '"]')))), []) AS waf,
            if(notEmpty(a) AND position(text, 'AH016') = 1,
               extractGroups(text, '^AH016\\d\\d: user (.*?)(?:: authentication failure for "([^"]*)"| not found: (\\S*)).*$'), []) AS refused,
            -- a path or a request may hold ", client: 10.0.0.1" itself: then the line does not say which one nginx wrote
            if(notEmpty(n) AND countSubstrings(text, ', client: ') = 1, extractGroups(text, '^(.*), client: ([0-9a-fA-F.:]+|unix:), (server: \\C*)$'), []) AS tail
        FROM (
            SELECT *,
                if(startsWith(line, '['),
                   extractGroups(line, '^\\[[A-Z][a-z]{2} ([A-Z][a-z]{2}) {1,2}(\\d{1,2}) ([0-2]\\d:[0-5]\\d:[0-6]\\d(?:\\.\\d{1,9})?) (\\d{4})\\] \\[(?:(\\w*):)?(\\w+)\\](?: \\[pid (\\d+)(?::tid (\\d+))?\\])? (\\(-?\\d+\\)[^\\[]*: )?(?:\\[(?:client|remote) ([^\\]\\s]+)\\] )?(?:\\[client \\S+\\] )?(\\C*)$'), []) AS a,
                if(empty(a), extractGroups(line, '^(\\d{4})/(\\d\\d)/(\\d\\d) ([0-2]\\d:[0-5]\\d:[0-6]\\d) \\[(\\w+)\\] (\\d+)#(\\d+): (?:\\*(\\d+) )?(\\C*)$'), []) AS n
            FROM {landing}
        )
    )
)
