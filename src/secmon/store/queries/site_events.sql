-- The newest events of one site. Read by the site page.
SELECT
    time, feed, class_uid, activity_name, severity_id, attack_type, src_endpoint_ip, dst_endpoint_ip, dst_endpoint_port,
    device_hostname, user_name,
    multiIf(finding_info_title != '', finding_info_title,
            http_request_url_string != '', concat(http_request_http_method, ' ', http_request_url_string),
            query_hostname != '', concat(query_type, ' ', query_hostname),
            tls_sni != '', concat(tls_version, ' ', tls_sni),
            message != '', message, '') AS summary,
    concat(batch_id, ':', toString(seq)) AS uid, raw_data
FROM events
WHERE site = {site:String} AND time >= {since:DateTime64(3)}
ORDER BY time DESC
LIMIT {limit:UInt32}
