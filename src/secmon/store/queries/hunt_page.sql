-- Events that a search asks for, newest first, a page at a time. Read by search.search; {condition} and {scope} come from
-- search.query and search.search, with every value as a literal.
SELECT
    time, received_at, site, feed, format, class_uid, activity_name, severity_id, attack_type,
    src_endpoint_ip, src_endpoint_port, dst_endpoint_ip, dst_endpoint_port, device_hostname, user_name,
    multiIf(finding_info_title != '', finding_info_title,
            http_request_url_string != '', concat(http_request_http_method, ' ', http_request_url_string),
            query_hostname != '', concat(query_type, ' ', query_hostname),
            process_cmd_line != '', process_cmd_line,
            tls_sni != '', concat(tls_version, ' ', tls_sni),
            message != '', message, raw_data) AS summary,
    batch_id, seq, raw_data
FROM events
WHERE time >= {since:DateTime64(3)} AND time < {until:DateTime64(3)} AND ({condition}) AND ({scope})
ORDER BY time DESC, batch_id DESC, seq DESC
LIMIT {limit:UInt32}
