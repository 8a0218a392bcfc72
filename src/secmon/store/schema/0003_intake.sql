-- Where lines arrive (landing), how a format view hands them on (normalised), and what could not be read (quarantine).
-- landing and normalised keep nothing; every line in landing ends as one row of events or of quarantine.
CREATE TABLE IF NOT EXISTS landing (
    site String, feed String, format String, batch_id String, seq UInt32, received_at DateTime64(3, 'UTC'), line String
) ENGINE = Null;

-- The columns of events as a format view fills them, and the reason why the line cannot be an event ('' when it can).
CREATE TABLE IF NOT EXISTS normalised (
    time DateTime64(3, 'UTC'), received_at DateTime64(3, 'UTC'), site String, feed String, format String,
    batch_id String, seq UInt32,
    class_uid UInt16, activity_id UInt8, activity_name String, severity_id UInt8, status_id UInt8, action_id UInt8,
    attack_type String, attack_uid String,
    src_endpoint_ip String, src_endpoint_port UInt16, dst_endpoint_ip String, dst_endpoint_port UInt16,
    connection_info_protocol_name String, traffic_bytes_in UInt64, traffic_bytes_out UInt64,
    device_hostname String, user_name String, actor_user_name String, process_name String, process_pid UInt32,
    process_cmd_line String, file_path String,
    http_request_http_method String, http_request_url_hostname String, http_request_url_string String,
    http_request_user_agent String, http_response_code UInt16,
    query_hostname String, query_type String, query_rcode String, tls_sni String, tls_version String, tls_ja3_hash String,
    finding_info_uid String, finding_info_title String, finding_info_category String,
    message String, unmapped Map(String, String), raw_data String,
    reason String
) ENGINE = Null;

-- Lines that no format view could read, with the reason; shown per feed on the site page, never dropped.
CREATE TABLE IF NOT EXISTS quarantine (
    received_at DateTime64(3, 'UTC'), site LowCardinality(String), feed LowCardinality(String),
    format LowCardinality(String), batch_id LowCardinality(String), seq UInt32, reason LowCardinality(String),
    line String CODEC(ZSTD(1))
) ENGINE = {engine}MergeTree
PARTITION BY toDate(received_at)
ORDER BY (site, feed, received_at);

CREATE MATERIALIZED VIEW IF NOT EXISTS normalised_to_quarantine TO quarantine AS
SELECT received_at, site, feed, format, batch_id, seq, reason, raw_data AS line
FROM normalised
WHERE reason != '';
