-- FortiGate (FortiOS 5.6 to 7.6) in its own syslog format, key=value with quoted text:
-- https://docs.fortinet.com/document/fortigate/latest/fortios-log-message-reference
SELECT
    ifNull(stamp, received_at) AS time,
    received_at, site, feed, format, batch_id, seq,
    'FortiGate' AS metadata_product_name,
    concat(log_type, '/', sub) AS metadata_log_name,
    kv['logid'] AS metadata_event_code,
    class_uid,
    activity_id,
    multiIf(
        class_uid = 4001, transform(activity_id, [1, 2, 4, 5], ['Open', 'Close', 'Fail', 'Refuse'], 'Traffic'),
        class_uid = 4002, transform(activity_id, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], ['Unknown', 'Connect', 'Delete', 'Get', 'Head', 'Options', 'Post', 'Put', 'Trace', 'Patch'], http_request_http_method),
        class_uid = 4003, if(activity_id = 2, 'Response', 'Query'),
        class_uid = 4009, 'Scan',
        class_uid = 3002, if(activity_id = 2, 'Logoff', 'Logon'),
        class_uid = 4014, transform(activity_id, [1, 2], ['Open', 'Close'], what),
        class_uid = 2004, 'Create',
        '') AS activity_name,
    multiIf(
        class_uid = 2004 AND kv['severity'] != '', transform(kv['severity'], ['critical', 'high', 'medium', 'low', 'info'], [5, 4, 3, 2, 1], 0),
        class_uid = 3002, if(status_id = 2, 3, 1),
        class_uid IN (4001, 4002, 4003), if(kv['level'] IN ('emergency', 'alert', 'critical', 'error', 'warning'), 2, 1),
        transform(kv['level'], ['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'information', 'debug'], [5, 5, 5, 4, 3, 2, 1, 1], 0)) AS severity_id,
    status_id,
    action_id,
    attack_type,
    multiIf(sub = 'anomaly', transform(attack_type, ['information_gathering', 'denial_of_service'], ['T1595', 'T1498'], ''), '') AS attack_uid,
    if(isIPv4String(source) OR isIPv6String(source), source, '') AS src_endpoint_ip,
    toUInt16OrZero(kv['srcport']) AS src_endpoint_port,
    kv['srcname'] AS src_endpoint_hostname,
    transform(kv['srccountry'],
        ['Korea, Republic of', 'Korea, Democratic People\'s Republic of', 'United States', 'China', 'Japan', 'Russian Federation',
         'Germany', 'France', 'United Kingdom', 'Netherlands', 'Canada', 'Australia',
         'India', 'Brazil', 'Taiwan', 'Hong Kong', 'Singapore', 'Vietnam',
         'Viet Nam', 'Thailand', 'Indonesia', 'Malaysia', 'Philippines', 'Iran, Islamic Republic of',
         'Iraq', 'Israel', 'Turkey', 'Turkiye', 'Ukraine', 'Poland',
         'Romania', 'Bulgaria', 'Italy', 'Spain', 'Portugal', 'Sweden',
         'Norway', 'Finland', 'Denmark', 'Switzerland', 'Austria', 'Belgium',
         'Czech Republic', 'Czechia', 'Hungary', 'Greece', 'Ireland', 'Lithuania',
         'Latvia', 'Estonia', 'Moldova, Republic of', 'Belarus', 'Kazakhstan', 'Uzbekistan',
         'Mongolia', 'Pakistan', 'Bangladesh', 'Nepal', 'Sri Lanka', 'Cambodia',
         'Saudi Arabia', 'United Arab Emirates', 'Egypt', 'South Africa', 'Nigeria', 'Kenya',
         'Mexico', 'Argentina', 'Chile', 'Colombia', 'Peru', 'Venezuela, Bolivarian Republic of',
         'New Zealand', 'Luxembourg', 'Seychelles', 'Panama', 'Cyprus', 'Reserved'],
        ['KR', 'KP', 'US', 'CN', 'JP', 'RU', 'DE', 'FR', 'GB', 'NL', 'CA', 'AU', 'IN', 'BR', 'TW', 'HK', 'SG', 'VN', 'VN', 'TH',
         'ID', 'MY', 'PH', 'IR', 'IQ', 'IL', 'TR', 'TR', 'UA', 'PL', 'RO', 'BG', 'IT', 'ES', 'PT', 'SE', 'NO', 'FI', 'DK', 'CH',
         'AT', 'BE', 'CZ', 'CZ', 'HU', 'GR', 'IE', 'LT', 'LV', 'EE', 'MD', 'BY', 'KZ', 'UZ', 'MN', 'PK', 'BD', 'NP', 'LK', 'KH',
         'SA', 'AE', 'EG', 'ZA', 'NG', 'KE', 'MX', 'AR', 'CL', 'CO', 'PE', 'VE', 'NZ', 'LU', 'SC', 'PA', 'CY', ''],
        kv['srccountry']) AS src_endpoint_location_country,
    if(isIPv4String(kv['dstip']) OR isIPv6String(kv['dstip']), kv['dstip'], '') AS dst_endpoint_ip,
    toUInt16OrZero(kv['dstport']) AS dst_endpoint_port,
    kv['dstname'] AS dst_endpoint_hostname,
    transform(kv['proto'], ['6', '17', '1', '58', '47', '50'], ['tcp', 'udp', 'icmp', 'ipv6-icmp', 'gre', 'esp'], kv['proto']) AS connection_info_protocol_name,
    -- of a tunnel FortiGate counts from its own end
    toUInt64OrZero(if(log_type = 'event', kv['sentbyte'], kv['rcvdbyte'])) AS traffic_bytes_in,
    toUInt64OrZero(if(log_type = 'event', kv['rcvdbyte'], kv['sentbyte'])) AS traffic_bytes_out,
    kv['devname'] AS device_hostname,
    if(kv['user'] = 'N/A', '', kv['user']) AS user_name,
    kv['filename'] AS file_name,
    toUInt64OrZero(kv['filesize']) AS file_size,
    if(length(kv['analyticscksum']) = 64, lower(kv['analyticscksum']), '') AS file_hashes_sha256,
    http_request_http_method,
    if(log_type = 'utm', kv['hostname'], '') AS http_request_url_hostname,
    if(log_type = 'utm', kv['url'], '') AS http_request_url_string,
    kv['agent'] AS http_request_user_agent,
    kv['referralurl'] AS http_request_referrer,
    toUInt16OrZero(kv['httpcode']) AS http_response_code,
    kv['qname'] AS query_hostname,
    kv['qtype'] AS query_type,
    kv['from'] AS email_from,
    kv['to'] AS email_to,
    kv['subject'] AS email_subject,
    if(class_uid = 2004, multiIf(kv['attackid'] != '', kv['attackid'], kv['virusid'] != '', kv['virusid'], kv['eventid']), '') AS finding_info_uid,
    if(class_uid = 2004, multiIf(sub = 'waf' AND kv['name'] != '', kv['name'], kv['attack'] != '', kv['attack'], kv['virus'] != '', kv['virus'], kv['msg']), '') AS finding_info_title,
    if(class_uid = 2004, sub, '') AS finding_info_category,
    if(kv['msg'] != '', kv['msg'], kv['logdesc']) AS message,
    mapFilter((name, value) -> value NOT IN ('', 'N/A') AND name NOT IN (
        'date', 'time', 'tz', 'eventtime', 'timestamp', 'logver', 'logid', 'type', 'subtype', 'srcip', 'srcport', 'srcname', 'srccountry', 'dstip', 'dstport', 'dstname',
        'proto', 'sentbyte', 'rcvdbyte', 'devname', 'user', 'filename', 'filesize', 'hostname', 'url', 'agent', 'httpcode', 'httpmethod', 'referralurl', 'qname', 'qtype', 'msg',
        'analyticscksum', 'attack', 'attackid', 'virus', 'virusid', 'from', 'to', 'subject', 'severity', 'level'), kv) AS unmapped,
    line AS raw_data,
    multiIf(
        0 * (length(attack) + length(source) + length(what) + length(kv)) = 0 AND match(log_type, '^[a-z-]+$') AND kv['logid'] != '' AND stamp IS NOT NULL, '',
        empty(kv), 'no key=value pairs',
        log_type = '' OR kv['logid'] = '', 'not a FortiGate log',
        stamp IS NULL, 'no readable timestamp',
        'type is not a name'
    ) AS reason
FROM (
    SELECT *,
        toUInt8(multiIf(
            class_uid = 4001, multiIf(action_id = 2, 5, what IN ('close', 'timeout', 'client-rst', 'server-rst'), 2, what = 'ip-conn', 4, what = 'start', 1, 6),
            class_uid = 4002, if(http_request_http_method = '', 0, transform(http_request_http_method, ['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'TRACE', 'PATCH'], [1, 2, 3, 4, 5, 6, 7, 8, 9], 99)),
            class_uid = 4003, if(kv['ipaddr'] != '', 2, 1),
            class_uid = 4009, 3,
            class_uid = 3002, if(what IN ('logout', 'auth-logout', 'FSSO-logoff'), 2, 1),
            class_uid = 4014, transform(what, ['tunnel-up', 'ssl-new-con', 'negotiate', 'phase2-up', 'tunnel-down', 'ssl-exit-error', 'phase2-down'], [1, 1, 1, 1, 2, 2, 2], 99),
            class_uid = 2004, 1,
            0)) AS activity_id,
        multiIf(
            log_type = 'event', if(class_uid = 3002 AND status_id = 2, 'unauthorised_access', ''),
            sub = 'virus', 'malware',
            sub = 'dlp', 'information_leak',
            sub = 'anomaly', multiIf(match(attack, 'scan|sweep'), 'information_gathering', match(attack, 'flood|session'), 'denial_of_service', ''),
            sub IN ('ips', 'waf'), {include attack_words},
            (sub = 'webfilter' AND match(kv['catdesc'], '(?i)malicious|phishing|command and control|botnet'))
                OR (sub = 'dns' AND (kv['botnetdomain'] != '' OR match(kv['catdesc'], '(?i)malicious|phishing|command and control|botnet'))), 'malware',
            '') AS attack_type
    FROM (
        SELECT *,
            toUInt16(multiIf(
                log_type = 'traffic', 4001,
                sub IN ('ips', 'virus', 'waf', 'anomaly', 'dlp'), 2004,
                sub = 'webfilter', 4002,
                sub = 'dns', 4003,
                sub IN ('app-ctrl', 'ssl', 'ssh', 'voip', 'cifs', 'icap', 'casb', 'virtual-patch'), 4001,
                sub = 'emailfilter', 4009,
                what IN ('login', 'logout', 'ssl-login-fail', 'ssl-login', 'authentication', 'auth-logon', 'auth-logout', 'FSSO-logon', 'FSSO-logoff'), 3002,
                log_type = 'event' AND sub = 'vpn', 4014,
                0)) AS class_uid,
            toUInt8(multiIf(
                log_type = 'event', multiIf(what = 'ssl-login-fail' OR kv['status'] IN ('failed', 'failure', 'negotiate_error'), 2, kv['status'] = 'success' OR what = 'tunnel-up', 1, 0),
                what = 'ip-conn', 2,
                0)) AS status_id,
            multiIf(
                what IN ('deny', 'block', 'blocked', 'dropped', 'drop', 'reset', 'reset_client', 'reset_server', 'clear_session', 'drop_session', 'quarantine', 'redirect'), 2,
                log_type != 'event' AND what IN ('accept', 'close', 'timeout', 'client-rst', 'server-rst', 'start', 'pass', 'passthrough', 'monitored', 'detected', 'pass_session', 'permit', 'log-only', 'allow', 'exempt'), 1,
                0) AS action_id,
            if(log_type = 'utm', upper(if(kv['httpmethod'] != '', kv['httpmethod'], kv['method'])), '') AS http_request_http_method
        FROM (
            SELECT *,
                kv['type'] AS log_type,
                kv['subtype'] AS sub,
                kv['action'] AS what,
                if(sub = 'waf', concat(kv['name'], ' ', kv['msg']), kv['attack']) AS attack,
                multiIf(kv['srcip'] != '', kv['srcip'], kv['remip'] != '', kv['remip'], log_type = 'event', extract(kv['ui'], '\\(([0-9a-fA-F.:]+)\\)'), '') AS source,
                kv['eventtime'] AS clock,
                multiIf(
                    length(clock) IN (13, 16, 19) AND match(clock, '^[12]\\d+$'), fromUnixTimestamp64Milli(toInt64OrZero(substring(clock, 1, 13)), 'UTC'),
                    length(clock) = 10 AND match(clock, '^[12]\\d+$'), fromUnixTimestamp64Milli(1000 * toInt64OrZero(clock), 'UTC'),
                    parseDateTime64BestEffortOrNull(concat(kv['date'], ' ', kv['time'], if(match(kv['tz'], '^[+-]\\d{4}$'), concat(' ', kv['tz']), '')), 3, '{zone}')) AS stamp
            FROM (
                -- inside quotes \" and \\ stand for " and \: set aside as control characters while the pairs are taken apart, so
                -- that a name or an address somebody else chose cannot end its value; the first of equal names counts
                SELECT *,
                    if(escaped, mapApply((name, value) -> (name, replaceAll(replaceAll(value, '\x01', '"'), '\x02', '\\')), pairs), pairs) AS kv
                FROM (
                    SELECT *,
                        position(line, '\\') > 0 AS escaped,
                        extractKeyValuePairs(if(countSubstrings(line, '=') > 900, '', extract(
                            if(escaped, replaceAll(replaceAll(line, '\\\\', '\x02'), '\\"', '\x01'), line), '^(?:<\\d{1,3}>)?(?:[^=]*? )?([A-Za-z_]+=\\C*)$')), '=', ' ', '"') AS pairs
                    FROM {landing}
                )
            )
        )
    )
)
