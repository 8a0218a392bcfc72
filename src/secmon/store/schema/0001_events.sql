-- One row a normalised log record (OCSF, flattened). Strings are never NULL: '' means absent.
-- Read by the rules (by batch_id and received_at), the site page and hunts (by site and time).
CREATE TABLE IF NOT EXISTS events (
    time DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    received_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    site LowCardinality(String),
    feed LowCardinality(String),
    format LowCardinality(String),
    batch_id LowCardinality(String),
    seq UInt32 CODEC(Delta, ZSTD(1)),

    class_uid UInt16,
    activity_id UInt8,
    activity_name LowCardinality(String),
    severity_id UInt8,
    status_id UInt8,
    action_id UInt8,
    attack_type LowCardinality(String),
    attack_uid LowCardinality(String),

    src_endpoint_ip String CODEC(ZSTD(1)),
    src_endpoint_port UInt16 CODEC(ZSTD(1)),
    dst_endpoint_ip String CODEC(ZSTD(1)),
    dst_endpoint_port UInt16 CODEC(ZSTD(1)),
    connection_info_protocol_name LowCardinality(String),
    traffic_bytes_in UInt64 CODEC(T64, ZSTD(1)),
    traffic_bytes_out UInt64 CODEC(T64, ZSTD(1)),

    device_hostname LowCardinality(String),
    user_name String CODEC(ZSTD(1)),
    actor_user_name String CODEC(ZSTD(1)),
    process_name LowCardinality(String),
    process_pid UInt32 CODEC(ZSTD(1)),
    process_cmd_line String CODEC(ZSTD(1)),
    file_path String CODEC(ZSTD(1)),

    http_request_http_method LowCardinality(String),
    http_request_url_hostname String CODEC(ZSTD(1)),
    http_request_url_string String CODEC(ZSTD(1)),
    http_request_user_agent String CODEC(ZSTD(1)),
    http_response_code UInt16,
    query_hostname String CODEC(ZSTD(1)),
    query_type LowCardinality(String),
    query_rcode LowCardinality(String),
    tls_sni String CODEC(ZSTD(1)),
    tls_version LowCardinality(String),
    tls_ja3_hash String CODEC(ZSTD(1)),

    finding_info_uid LowCardinality(String),
    finding_info_title LowCardinality(String),
    finding_info_category LowCardinality(String),

    message String CODEC(ZSTD(1)),
    unmapped Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    raw_data String CODEC(ZSTD(1)),

    INDEX received_at_range received_at TYPE minmax GRANULARITY 1,
    INDEX time_range time TYPE minmax GRANULARITY 1,
    INDEX src_endpoint_ip_bloom src_endpoint_ip TYPE bloom_filter GRANULARITY 2,
    INDEX dst_endpoint_ip_bloom dst_endpoint_ip TYPE bloom_filter GRANULARITY 2
)
ENGINE = {engine}MergeTree
PARTITION BY toDate(time)
ORDER BY (site, time)
