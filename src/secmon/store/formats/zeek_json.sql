-- Zeek logs in JSON, one object a line, of all streams together: https://docs.zeek.org/en/master/log-formats.html
-- The log is named in `_path` when the package json-streaming-logs writes it, else it is told by its fields.
WITH {include address} AS address, {include activity_name} AS caption, {include file_name} AS name_of
SELECT
    ifNull(stamp, received_at) AS time,
    received_at, site, feed, format, batch_id, seq,
    'Zeek' AS metadata_product_name,
    path AS metadata_log_name,
    multiIf(path = 'notice', z['note'], path = 'weird', z['name'], '') AS metadata_event_code,
    toUInt16(transform(path,
        ['notice', 'signatures', 'intel', 'http', 'dns', 'conn', 'ssl', 'weird', 'ssh', 'smtp', 'files', 'dhcp', 'rdp', 'ftp', 'smb_files', 'smb_mapping',
         'kerberos', 'ntlm', 'radius', 'tunnel', 'dce_rpc', 'socks', 'sip', 'snmp', 'mysql', 'modbus', 'dnp3', 'irc', 'quic', 'ldap', 'traceroute'],
        [2004, 2004, 2004, 4002, 4003, 4001, 4001, 4001, 4007, 4009, 1001, 4004, 4005, 4008, 4006, 4006,
         3002, 3002, 3002, 4014, 4001, 4001, 4001, 4001, 6005, 4001, 4001, 4001, 4001, 4001, 4001], 0)) AS class_uid,
    toUInt8(multiIf(
        -- a connection is logged when it is over: its state says how it ended
        path = 'conn', transform(z['conn_state'],
            ['S0', 'REJ', 'RSTO', 'RSTR', 'RSTOS0', 'RSTRH', 'S1', 'S2', 'S3', 'SF', 'SH', 'SHR', 'OTH'], [4, 5, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 6], 99),
        path = 'http', transform(z['method'],
            ['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'TRACE', 'PATCH'], [1, 2, 3, 4, 5, 6, 7, 8, 9], 99),
        path = 'dns', if(z['rcode_name'] != '', 2, 1),
        path = 'kerberos', transform(z['request_type'], ['AS', 'TGS'], [3, 4], 99),
        class_uid IN (2004, 3002, 4007, 4009) OR path = 'ssl', 1,
        99)) AS activity_id,
    caption(class_uid, activity_id, path) AS activity_name,
    multiIf(path IN ('intel', 'signatures'), 3, path = 'notice', if(attack_type = '', 2, 3), path = 'weird', 2, 1) AS severity_id,
    multiIf(
        path IN ('ssh', 'rdp'), transform(z['auth_success'], ['true', 'false'], [1, 2], 0),
        path IN ('ntlm', 'kerberos', 'mysql'), transform(z['success'], ['true', 'false'], [1, 2], 0),
        path = 'radius', transform(z['result'], ['success', 'failed'], [1, 2], 0),
        path = 'conn', multiIf(z['conn_state'] IN ('S0', 'REJ'), 2, z['conn_state'] = 'SF', 1, 0),
        path = 'dns', multiIf(z['rcode_name'] = 'NOERROR', 1, z['rcode_name'] != '', 2, 0),
        0) AS status_id,
    -- Notice::ACTION_DROP: Zeek had the address blocked
    if(path = 'notice' AND position(z['actions'], 'ACTION_DROP') > 0, 2, 0) AS action_id,
    multiIf(
        path = 'intel', 'malware',
        path != 'notice', '',
        startsWith(z['note'], 'Scan::') OR z['note'] IN ('Traceroute::Detected', 'DNS::Zone_Transfer'), 'information_gathering',
        match(z['note'], 'Guess|Bruteforc|Brute_Force'), 'unauthorised_access',
        -- what injection into a query is for is the data behind it
        match(z['note'], 'SQL_Injection|Exfil|Heartbleed|Data_Leak|DNS_Tunnel'), 'information_leak',
        match(z['note'], 'DoS|DDoS|Flood|Amplification'), 'denial_of_service',
        match(z['note'], 'Malware|TeamCymru|C2|Botnet|Bitcoin|Miner|Beacon'), 'malware',
        match(z['note'], 'Exploit|Shellshock|Log4|Overflow|Sensitive_Signature|CVE'), 'privilege_acquisition',
        '') AS attack_type,
    multiIf(
        path != 'notice', '',
        startsWith(z['note'], 'Scan::'), 'T1046',
        attack_type = 'unauthorised_access', 'T1110',
        z['note'] = 'DNS::Zone_Transfer', 'T1590.002',
        position(z['note'], 'SQL_Injection') > 0, 'T1190',
        '') AS attack_uid,
    -- files.log of Zeek before 5 names the ends in sets, notices in src and dst; a file is sent by tx to rx
    address(multiIf(z['id.orig_h'] != '', z['id.orig_h'], z['id'] != '', JSONExtractString(z['id'], 'orig_h'), z['src'] != '', z['src'], path = 'dhcp', z['client_addr'], JSONExtractString(z['tx_hosts'], 1))) AS src_endpoint_ip,
    toUInt16OrZero(if(z['id.orig_p'] != '', z['id.orig_p'], JSONExtractString(z['id'], 'orig_p'))) AS src_endpoint_port,
    multiIf(z['host_name'] != '', z['host_name'], path = 'ntlm', z['hostname'], '') AS src_endpoint_hostname,
    address(multiIf(z['id.resp_h'] != '', z['id.resp_h'], z['id'] != '', JSONExtractString(z['id'], 'resp_h'), z['dst'] != '', z['dst'], path = 'dhcp', z['server_addr'], JSONExtractString(z['rx_hosts'], 1))) AS dst_endpoint_ip,
    toUInt16OrZero(multiIf(z['id.resp_p'] != '', z['id.resp_p'], z['id'] != '', JSONExtractString(z['id'], 'resp_p'), z['p'])) AS dst_endpoint_port,
    z['proto'] AS connection_info_protocol_name,
    toUInt64OrZero(if(path = 'http', z['response_body_len'], z['resp_bytes'])) AS traffic_bytes_in,
    toUInt64OrZero(if(path = 'http', z['request_body_len'], z['orig_bytes'])) AS traffic_bytes_out,
    if(z['_system_name'] != '', z['_system_name'], z['peer_descr']) AS device_hostname,
    multiIf(z['username'] != '', z['username'], path IN ('ftp', 'sip', 'socks'), z['user'], path = 'kerberos', z['client'], path = 'rdp', z['cookie'], '') AS user_name,
    if(path = 'ntlm', z['domainname'], '') AS user_domain,
    multiIf(path = 'smb_files', z['path'] || if(z['path'] = '', '', '\\') || z['name'], path = 'smb_mapping', z['path'], path = 'files', z['filename'], '') AS file_path,
    multiIf(path = 'smb_files', name_of(z['name']), path = 'files', name_of(z['filename']), '') AS file_name,
    toUInt64OrZero(multiIf(path = 'smb_files', z['size'], path = 'files', if(z['total_bytes'] != '', z['total_bytes'], z['seen_bytes']), '')) AS file_size,
    if(path = 'files', z['md5'], '') AS file_hashes_md5,
    if(path = 'files', z['sha256'], '') AS file_hashes_sha256,
    if(path = 'http', z['method'], '') AS http_request_http_method,
    if(path = 'http', z['host'], '') AS http_request_url_hostname,
    if(path = 'http', z['uri'], '') AS http_request_url_string,
    if(path = 'http', z['user_agent'], '') AS http_request_user_agent,
    if(path = 'http', z['referrer'], '') AS http_request_referrer,
    if(path = 'http', toUInt16OrZero(z['status_code']), 0) AS http_response_code,
    if(path = 'dns', z['query'], '') AS query_hostname,
    if(path = 'dns', z['qtype_name'], '') AS query_type,
    if(path = 'dns', z['rcode_name'], '') AS query_rcode,
    if(path = 'ssl', z['server_name'], '') AS tls_sni,
    if(path = 'ssl', z['version'], '') AS tls_version,
    if(path = 'ssl', z['ja3'], '') AS tls_ja3_hash,
    if(path = 'smtp', trim(BOTH '<>' FROM z['mailfrom']), '') AS email_from,
    if(path = 'smtp', arrayStringConcat(JSONExtract(z['rcptto'], 'Array(String)'), ', '), '') AS email_to,
    if(path = 'smtp', z['subject'], '') AS email_subject,
    multiIf(path = 'notice', z['note'], path = 'signatures', z['sig_id'], path = 'intel', z['seen.indicator'], '') AS finding_info_uid,
    multiIf(path IN ('notice', 'weird'), if(z['msg'] != '', z['msg'], z['name']), path = 'signatures', z['event_msg'], path = 'intel', z['seen.indicator_type'], '') AS finding_info_title,
    multiIf(path = 'notice', splitByString('::', z['note'])[1], path = 'intel', 'intel', '') AS finding_info_category,
    multiIf(path = 'notice', z['sub'], path = 'weird', z['addl'], '') AS message,
    -- every field that no column took, under its own name; some names mean something else in another stream
    mapFilter((name, value) -> value NOT IN ('', '[]', '-') AND (NOT name IN (
            '_path', '_system_name', '_write_ts', 'ts', 'id.orig_h', 'id.orig_p', 'id.resp_h', 'id.resp_p', 'proto', 'orig_bytes', 'resp_bytes',
            'method', 'host', 'uri', 'user_agent', 'referrer', 'status_code', 'request_body_len', 'response_body_len', 'query', 'qtype_name', 'rcode_name',
            'server_name', 'ja3', 'mailfrom', 'rcptto', 'subject', 'note', 'msg', 'sub', 'username', 'md5', 'sha256', 'filename')
        OR name IN ('host', 'method', 'query', 'subject') AND NOT path IN ('http', 'dns', 'smtp')
        OR name = 'id.orig_h' AND src_endpoint_ip = '' OR name = 'id.resp_h' AND dst_endpoint_ip = ''), z) AS unmapped,
    line AS raw_data,
    multiIf(
        path != '' AND stamp IS NOT NULL AND startsWith(trimLeft(line), '{'), '',
        NOT isValidJSON(line), 'not JSON',
        NOT startsWith(trimLeft(line), '{'), 'not a JSON object',
        z['_path'] != '' AND path = '', '_path is not a name',
        path = '', 'no log of Zeek',
        'no readable timestamp'
    ) AS reason
FROM (
    SELECT *,
        -- epoch seconds, or ISO 8601 when the logger was set to it; anything else may look like a date by chance
        if(match(z['ts'], '^(?:\\d{9,10}(?:\\.\\d{1,9})?|\\d{4}-\\d\\d-\\d\\dT[\\d:.]+(?:Z|[+-]\\d\\d:?\\d\\d)?)$'), parseDateTime64BestEffortOrNull(z['ts'], 3, 'UTC'), NULL) AS stamp,
        multiIf(
            z['_path'] != '', if(match(z['_path'], '^[a-z][a-z0-9_]{0,40}$'), z['_path'], ''),
            z['note'] != '', 'notice',
            z['conn_state'] != '', 'conn',
            z['qtype_name'] != '' OR z['trans_id'] != '' AND z['query'] != '', 'dns',
            z['trans_depth'] != '' AND (z['method'] != '' OR z['status_code'] != ''), 'http',
            z['helo'] != '' OR z['mailfrom'] != '', 'smtp',
            z['ssl_history'] != '' OR z['established'] != '', 'ssl',
            z['auth_attempts'] != '' OR z['host_key'] != '' AND z['client'] != '', 'ssh',
            z['fuid'] != '' AND z['seen_bytes'] != '', 'files',
            z['notice'] != '' AND z['name'] != '', 'weird',
            z['request_type'] != '', 'kerberos',
            '') AS path
    FROM (
        SELECT *, JSONExtract(line, 'Map(String, String)') AS z
        FROM {landing}
    )
)
