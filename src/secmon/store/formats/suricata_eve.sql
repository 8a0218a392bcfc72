-- Suricata EVE JSON, one object a line: https://docs.suricata.io/en/latest/output/eve/eve-json-format.html
WITH {include address} AS address, {include file_name} AS name_of
SELECT
    ifNull(stamp, received_at) AS time,
    received_at, site, feed, format, batch_id, seq,
    'Suricata' AS metadata_product_name,
    j.event_type AS metadata_log_name,
    finding_info_uid AS metadata_event_code,
    toUInt16(transform(j.event_type,
        ['alert', 'http', 'http2', 'dns', 'mdns', 'tls', 'flow', 'netflow', 'ssh', 'smb', 'smtp', 'fileinfo', 'anomaly', 'drop', 'dhcp', 'rdp', 'ftp',
         'ftp_data', 'tftp', 'krb5', 'dcerpc', 'nfs', 'snmp', 'sip', 'rfb', 'mqtt', 'quic', 'ike', 'ikev2', 'ldap', 'pgsql', 'modbus', 'dnp3', 'enip'],
        [2004, 4002, 4002, 4003, 4003, 4001, 4001, 4001, 4007, 4006, 4009, 1001, 4001, 4001, 4004, 4005, 4008,
         4008, 4001, 4001, 4001, 4001, 4001, 4001, 4001, 4001, 4001, 4001, 4001, 4001, 4001, 4001, 4001, 4001], 0)) AS class_uid,
    toUInt8(multiIf(
        class_uid = 4003, if(j.dns.type IN ('answer', 'response'), 2, 1),
        -- what was opened, over SMB: the disposition says how
        class_uid = 4006, transform(j.smb['disposition'],
            ['FILE_SUPERSEDE', 'FILE_OPEN', 'FILE_CREATE', 'FILE_OPEN_IF', 'FILE_OVERWRITE', 'FILE_OVERWRITE_IF'], [1, 2, 3, 4, 5, 6], 99),
        class_uid = 4004, transform(j.dhcp['dhcp_type'],
            ['discover', 'offer', 'request', 'decline', 'ack', 'nak', 'release', 'inform'], [1, 2, 3, 4, 5, 6, 7, 8], 99),
        transform(j.event_type, ['alert', 'tls', 'flow', 'netflow', 'ssh', 'smtp', 'drop'], [1, 1, 2, 6, 1, 1, 5], 99))) AS activity_id,
    j.event_type AS activity_name,
    if(j.event_type = 'alert', transform(j.alert.severity, [1, 2, 3, 4], [4, 3, 2, 1], 0), 1) AS severity_id,
    multiIf(
        j.event_type = 'smb', multiIf(j.smb['status'] IN ('', 'STATUS_MORE_PROCESSING_REQUIRED', 'STATUS_PENDING'), 0, j.smb['status'] = 'STATUS_SUCCESS', 1, 2),
        0) AS status_id,
    if(j.event_type = 'drop', 2, transform(j.alert.action, ['allowed', 'blocked'], [1, 2], 0)) AS action_id,
    multiIf(
        j.event_type != 'alert', '',
        j.alert.metadata.attack_type[1] IN ('denial_of_service', 'information_gathering', 'privilege_acquisition',
            'information_leak', 'defacement', 'malware', 'unauthorised_access'), j.alert.metadata.attack_type[1],
        transform(j.alert.category,
            ['Attempted Denial of Service', 'Denial of Service', 'Detection of a Denial of Service Attack',
             'Detection of a Network Scan', 'Attempted Information Leak',
             'Information Leak', 'Large Scale Information Leak', 'Successful Large Scale Information Leak',
             'Attempted Administrator Privilege Gain', 'Successful Administrator Privilege Gain',
             'Attempted User Privilege Gain', 'Successful User Privilege Gain', 'Web Application Attack',
             'Executable code was detected', 'A Network Trojan was detected', 'Malware Command and Control Activity Detected',
             'Crypto Currency Mining Activity Detected', 'Domain Observed Used for C2 Detected',
             'Unsuccessful User Privilege Gain', 'An attempted login using a suspicious username was detected',
             'Attempt to login by a default username and password'],
            ['denial_of_service', 'denial_of_service', 'denial_of_service',
             'information_gathering', 'information_gathering',
             'information_leak', 'information_leak', 'information_leak',
             'privilege_acquisition', 'privilege_acquisition', 'privilege_acquisition', 'privilege_acquisition', 'privilege_acquisition',
             'privilege_acquisition', 'malware', 'malware', 'malware', 'malware',
             'unauthorised_access', 'unauthorised_access', 'unauthorised_access'], '')
    ) AS attack_type,
    j.alert.metadata.mitre_technique_id[1] AS attack_uid,
    address(j.src_ip) AS src_endpoint_ip,
    j.src_port AS src_endpoint_port,
    multiIf(notEmpty(j.smb), JSONExtractString(j.smb['ntlmssp'], 'host'), j.dhcp['type'] = 'request', j.dhcp['hostname'], '') AS src_endpoint_hostname,
    address(j.dest_ip) AS dst_endpoint_ip,
    j.dest_port AS dst_endpoint_port,
    -- the name of a client stands in the answer to it too
    if(j.dhcp['type'] = 'reply', j.dhcp['hostname'], '') AS dst_endpoint_hostname,
    lower(j.proto) AS connection_info_protocol_name,
    j.flow.bytes_toclient AS traffic_bytes_in,
    if(j.event_type = 'netflow', j.netflow.bytes, j.flow.bytes_toserver) AS traffic_bytes_out,
    j.host AS device_hostname,
    JSONExtractString(j.smb['ntlmssp'], 'user') AS user_name,
    JSONExtractString(j.smb['ntlmssp'], 'domain') AS user_domain,
    multiIf(notEmpty(j.fileinfo), j.fileinfo['filename'], notEmpty(j.files), JSONExtractString(j.files[1], 'filename'), j.smb['filename']) AS file_path,
    name_of(file_path) AS file_name,
    toUInt64OrZero(multiIf(notEmpty(j.fileinfo), j.fileinfo['size'], notEmpty(j.files), JSONExtractString(j.files[1], 'size'), j.smb['size'])) AS file_size,
    if(notEmpty(j.fileinfo), j.fileinfo['md5'], JSONExtractString(j.files[1], 'md5')) AS file_hashes_md5,
    if(notEmpty(j.fileinfo), j.fileinfo['sha256'], JSONExtractString(j.files[1], 'sha256')) AS file_hashes_sha256,
    j.http.http_method AS http_request_http_method,
    j.http.hostname AS http_request_url_hostname,
    j.http.url AS http_request_url_string,
    j.http.http_user_agent AS http_request_user_agent,
    j.http.http_refer AS http_request_referrer,
    j.http.status AS http_response_code,
    -- versions 1 and 2 name the question at the top, version 3 in `queries`; in an alert of Suricata 7 it is in `query`
    multiIf(j.dns.rrname != '', j.dns.rrname, notEmpty(j.dns.queries), j.dns.queries.rrname[1], j.dns.query.rrname[1]) AS query_hostname,
    multiIf(j.dns.rrtype != '', j.dns.rrtype, notEmpty(j.dns.queries), j.dns.queries.rrtype[1], j.dns.query.rrtype[1]) AS query_type,
    j.dns.rcode AS query_rcode,
    j.tls.sni AS tls_sni,
    j.tls.version AS tls_version,
    j.tls.ja3.hash AS tls_ja3_hash,
    if(endsWith(sender, '>'), extract(sender, '<([^<>]*)>$'), sender) AS email_from,
    arrayStringConcat(JSONExtract(if(j.email['to'] != '', j.email['to'], j.smtp['rcpt_to']), 'Array(String)'), ', ') AS email_to,
    j.email['subject'] AS email_subject,
    if(j.alert.signature_id = 0, '', toString(j.alert.signature_id)) AS finding_info_uid,
    j.alert.signature AS finding_info_title,
    j.alert.category AS finding_info_category,
    -- what a protocol says is kept under its own names; an alert may bring that of the protocol it is about
    mapFilter((name, value) -> value != '' AND NOT name IN (
            'smb_filename', 'smb_size', 'email_from', 'email_to', 'email_subject', 'fileinfo_filename', 'fileinfo_size', 'fileinfo_md5', 'fileinfo_sha256'),
        mapConcat(
            map('flow_id', if(j.flow_id = 0, '', toString(j.flow_id)), 'community_id', j.community_id, 'in_iface', j.in_iface,
                'app_proto', j.app_proto, 'flow_state', j.flow.state, 'http_content_type', j.http.http_content_type,
                'tls_subject', j.tls.subject, 'tls_issuer', j.tls.issuerdn, 'icmp_type', j.icmp_type, 'icmp_code', j.icmp_code,
                'dns_rdata', if(j.dns.rdata != '', j.dns.rdata, arrayStringConcat(j.dns.answers.rdata, ', ')),
                'ssh_client_software', j.ssh.client.software_version, 'ssh_client_hassh', j.ssh.client.hassh.hash,
                'ssh_server_software', j.ssh.server.software_version, 'ssh_server_hassh', j.ssh.server.hassh.hash,
                'src_ip', if(src_endpoint_ip = '', j.src_ip, ''), 'dest_ip', if(dst_endpoint_ip = '', j.dest_ip, '')),
            mapApply((name, value) -> (concat('smb_', name), value), j.smb),
            mapApply((name, value) -> (concat('smtp_', name), value), j.smtp),
            mapApply((name, value) -> (concat('email_', name), value), j.email),
            mapApply((name, value) -> (concat('fileinfo_', name), value), j.fileinfo),
            mapApply((name, value) -> (concat('anomaly_', name), value), j.anomaly),
            mapApply((name, value) -> (concat('dhcp_', name), value), j.dhcp)
        )) AS unmapped,
    line AS raw_data,
    multiIf(
        match(j.event_type, '^[a-z][a-z0-9_]*$') AND stamp IS NOT NULL AND startsWith(trimLeft(line), '{'), '',
        NOT isValidJSON(line), 'not JSON',
        j.event_type = '', 'no event_type',
        stamp IS NULL, 'no readable timestamp',
        NOT match(j.event_type, '^[a-z][a-z0-9_]*$'), 'event_type is not a name',
        -- an array whose elements stand in the order of the names below is taken for an object by JSONExtract
        'not a JSON object'
    ) AS reason
FROM (
    SELECT *, parseDateTime64BestEffortOrNull(j.timestamp, 3, 'UTC') AS stamp, if(j.email['from'] != '', j.email['from'], j.smtp['mail_from']) AS sender
    FROM (
        SELECT *, JSONExtract(line, 'Tuple(
            timestamp String, flow_id UInt64, in_iface String, event_type String, host String, src_ip String, src_port UInt16,
            dest_ip String, dest_port UInt16, proto String, icmp_type String, icmp_code String, app_proto String, community_id String,
            alert Tuple(action String, signature_id UInt32, signature String, category String, severity UInt8,
                        metadata Tuple(attack_type Array(String), mitre_technique_id Array(String))),
            http Tuple(hostname String, url String, http_user_agent String, http_refer String, http_content_type String, http_method String, status UInt16),
            dns Tuple(type String, rrname String, rrtype String, rcode String, rdata String, queries Array(Tuple(rrname String, rrtype String)),
                      query Array(Tuple(rrname String, rrtype String)), answers Array(Tuple(rdata String))),
            tls Tuple(subject String, issuerdn String, sni String, version String, ja3 Tuple(hash String)),
            flow Tuple(bytes_toserver UInt64, bytes_toclient UInt64, state String),
            netflow Tuple(bytes UInt64),
            ssh Tuple(client Tuple(software_version String, hassh Tuple(hash String)), server Tuple(software_version String, hassh Tuple(hash String))),
            smb Map(String, String), smtp Map(String, String), email Map(String, String),
            fileinfo Map(String, String), anomaly Map(String, String), dhcp Map(String, String), files Array(String)
        )') AS j
        FROM {landing}
    )
)
