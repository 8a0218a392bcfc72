-- Suricata EVE JSON, one object a line: https://docs.suricata.io/en/latest/output/eve/eve-json-format.html
SELECT
    ifNull(stamp, received_at) AS time,
    received_at, site, feed, format, batch_id, seq,
    transform(j.event_type, ['alert', 'http', 'dns', 'tls', 'flow', 'netflow'], [2004, 4002, 4003, 4001, 4001, 4001], 0) AS class_uid,
    if(j.event_type = 'dns' AND j.dns.type IN ('answer', 'response'), 2,
       transform(j.event_type, ['alert', 'http', 'dns', 'tls', 'flow', 'netflow'], [1, 99, 1, 1, 2, 6], 99)) AS activity_id,
    j.event_type AS activity_name,
    if(j.event_type = 'alert', transform(j.alert.severity, [1, 2, 3, 4], [4, 3, 2, 1], 0), 1) AS severity_id,
    0 AS status_id,
    transform(j.alert.action, ['allowed', 'blocked'], [1, 2], 0) AS action_id,
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
    j.src_ip AS src_endpoint_ip,
    j.src_port AS src_endpoint_port,
    j.dest_ip AS dst_endpoint_ip,
    j.dest_port AS dst_endpoint_port,
    lower(j.proto) AS connection_info_protocol_name,
    j.flow.bytes_toclient AS traffic_bytes_in,
    j.flow.bytes_toserver AS traffic_bytes_out,
    j.host AS device_hostname,
    j.http.http_method AS http_request_http_method,
    j.http.hostname AS http_request_url_hostname,
    j.http.url AS http_request_url_string,
    j.http.http_user_agent AS http_request_user_agent,
    j.http.status AS http_response_code,
    if(j.dns.rrname != '', j.dns.rrname, j.dns.queries.rrname[1]) AS query_hostname,
    if(j.dns.rrtype != '', j.dns.rrtype, j.dns.queries.rrtype[1]) AS query_type,
    j.dns.rcode AS query_rcode,
    j.tls.sni AS tls_sni,
    j.tls.version AS tls_version,
    j.tls.ja3.hash AS tls_ja3_hash,
    if(j.alert.signature_id = 0, '', toString(j.alert.signature_id)) AS finding_info_uid,
    j.alert.signature AS finding_info_title,
    j.alert.category AS finding_info_category,
    mapFilter((name, value) -> value != '', map(
        'flow_id', if(j.flow_id = 0, '', toString(j.flow_id)),
        'community_id', j.community_id,
        'in_iface', j.in_iface,
        'app_proto', j.app_proto,
        'flow_state', j.flow.state,
        'http_content_type', j.http.http_content_type,
        'tls_subject', j.tls.subject,
        'tls_issuer', j.tls.issuerdn
    )) AS unmapped,
    line AS raw_data,
    multiIf(
        match(j.event_type, '^[a-z][a-z0-9_]*$') AND stamp IS NOT NULL, '',
        NOT isValidJSON(line), 'not JSON',
        j.event_type = '', 'no event_type',
        stamp IS NULL, 'no readable timestamp',
        'event_type is not a name'
    ) AS reason
FROM (
    SELECT *, parseDateTime64BestEffortOrNull(j.timestamp, 3, 'UTC') AS stamp
    FROM (
        SELECT *, JSONExtract(line, 'Tuple(
            timestamp String, flow_id UInt64, in_iface String, event_type String, host String, src_ip String, src_port UInt16,
            dest_ip String, dest_port UInt16, proto String, app_proto String, community_id String,
            alert Tuple(action String, signature_id UInt32, signature String, category String, severity UInt8,
                        metadata Tuple(attack_type Array(String), mitre_technique_id Array(String))),
            http Tuple(hostname String, url String, http_user_agent String, http_content_type String, http_method String, status UInt16),
            dns Tuple(type String, rrname String, rrtype String, rcode String, queries Array(Tuple(rrname String, rrtype String))),
            tls Tuple(subject String, issuerdn String, sni String, version String, ja3 Tuple(hash String)),
            flow Tuple(bytes_toserver UInt64, bytes_toclient UInt64, state String)
        )') AS j
        FROM {landing}
    )
)
