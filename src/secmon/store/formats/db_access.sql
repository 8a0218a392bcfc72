-- Database access gateway, one object a login, logout, statement or refusal. The format is ours: gateways differ by maker, and a
-- site's gateway is set to write these members. time, event and db_user are needed; times without a zone are local.
WITH {include address} AS address, {include activity_name} AS caption
SELECT
    ifNull(stamp, received_at) AS time,
    received_at, site, feed, format, batch_id, seq,
    'Database access gateway' AS metadata_product_name,
    event AS metadata_log_name,
    toUInt16(if(event IN ('login', 'logout'), 3002, 6005)) AS class_uid,
    toUInt8(multiIf(
        event = 'login', 1,
        event = 'logout', 2,
        transform(kind, ['SELECT', 'UPDATE', 'INSERT', 'MERGE', 'CREATE', 'DELETE', 'DROP', 'TRUNCATE', ''], [1, 2, 5, 5, 6, 7, 7, 7, 4], 99))) AS activity_id,
    caption(class_uid, activity_id, kind) AS activity_name,
    toUInt8(multiIf(denied, 3, failed, 2, 1)) AS severity_id,
    toUInt8(multiIf(denied OR failed, 2, d.result = 'ok', 1, 0)) AS status_id,
    toUInt8(multiIf(denied, 2, event = 'query', 1, 0)) AS action_id,
    -- What was refused says what was tried: rights, a copy of the data, or else access by somebody who may not.
    multiIf(
        NOT denied AND NOT (event = 'login' AND failed), '',
        class_uid = 3002, 'unauthorised_access',
        kind IN ('GRANT', 'REVOKE', 'ALTER', 'CREATE', 'SET'), 'privilege_acquisition',
        kind IN ('COPY', 'EXPORT', 'DUMP', 'UNLOAD') OR match(d.statement, '(?i)\\binto\\s+(?:out|dump)file\\b'), 'information_leak',
        'unauthorised_access') AS attack_type,
    '' AS attack_uid,
    address(d.client_ip) AS src_endpoint_ip,
    d.client_host AS src_endpoint_hostname,
    address(d.server_ip) AS dst_endpoint_ip,
    d.server_port AS dst_endpoint_port,
    -- bytes of the answer: the client receives them
    d.bytes AS traffic_bytes_in,
    d.gateway AS device_hostname,
    d.db_user AS user_name,
    d.os_user AS actor_user_name,
    d.app AS process_name,
    d.database AS database_name,
    d.statement AS query_info_query_string,
    d.rows AS query_info_rows,
    mapFilter((name, value) -> value != '', map(
        'session', d.session,
        'dbms', d.dbms,
        'schema', d.schema,
        'object', d.object,
        'statement_type', kind,
        'elapsed_ms', d.elapsed_ms,
        'result', d.result,
        'policy', d.policy,
        'client_ip', if(src_endpoint_ip = '', d.client_ip, ''),
        'server_ip', if(dst_endpoint_ip = '', d.server_ip, '')
    )) AS unmapped,
    line AS raw_data,
    multiIf(
        event != '' AND d.db_user != '' AND stamp IS NOT NULL AND startsWith(trimLeft(line), '{'), '',
        NOT isValidJSON(line), 'not JSON',
        NOT startsWith(trimLeft(line), '{'), 'not a JSON object',
        event = '', 'no event of the gateway',
        d.db_user = '', 'no db_user',
        'no readable timestamp'
    ) AS reason
FROM (
    SELECT *,
        -- ISO 8601 with or without a zone, or epoch seconds or milliseconds
        if(match(d.time, '^(?:\\d{9,10}(?:\\.\\d{1,9})?|\\d{12,13}|\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\C+)$'), parseDateTime64BestEffortOrNull(d.time, 3, '{zone}'), NULL) AS stamp,
        if(d.event IN ('login', 'logout', 'query', 'denied'), d.event, '') AS event,
        extract(upper(if(d.statement_type != '', d.statement_type, d.statement)), '^\\s*([A-Z]{1,20})\\b') AS kind,
        event = 'denied' OR d.result = 'denied' AS denied,
        d.result IN ('error', 'failed', 'failure') AS failed
    FROM (
        SELECT *, JSONExtract(line, 'Tuple(
            time String, gateway String, session String, event String, db_user String, os_user String, app String, client_ip String, client_host String,
            server_ip String, server_port UInt16, dbms String, database String, schema String, object String, statement String, statement_type String,
            rows UInt64, bytes UInt64, elapsed_ms String, result String, policy String
        )') AS d
        FROM {landing}
    )
)
