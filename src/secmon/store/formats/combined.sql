-- Web access logs in the common and combined formats (https://httpd.apache.org/docs/2.4/logs.html#combined), as Apache and
-- nginx write them; before the client a virtual host with its port may stand, behind the agent whatever a site has added.
-- What an attack is the rules decide: attack_type stays empty here.
SELECT
    ifNull(stamp, received_at) AS time,
    received_at, site, feed, format, batch_id, seq,
    'access' AS metadata_log_name,
    4002 AS class_uid,
    if(g[10] = '', 0, transform(g[10], ['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'TRACE', 'PATCH'], [1, 2, 3, 4, 5, 6, 7, 8, 9], 99)) AS activity_id,
    transform(activity_id, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], ['Unknown', 'Connect', 'Delete', 'Get', 'Head', 'Options', 'Post', 'Put', 'Trace', 'Patch'], g[10]) AS activity_name,
    1 AS severity_id,
    if(http_response_code >= 400, 2, 1) AS status_id,
    if(isIPv4String(g[2]) OR isIPv6String(g[2]), g[2], '') AS src_endpoint_ip,
    if(src_endpoint_ip = '' AND g[2] != '-', g[2], '') AS src_endpoint_hostname,
    if(g[4] IN ('-', '""'), '', g[4]) AS user_name,
    g[10] AS http_request_http_method,
    multiIf(g[1] != '', splitByChar(':', g[1])[1], startsWith(g[11], 'http'), domain(g[11]), '') AS http_request_url_hostname,
    if(position(g[11], '\\') = 0, g[11], replaceAll(replaceAll(g[11], '\\"', '"'), '\\\\', '\\')) AS http_request_url_string,
    if(g[17] = '-', '', if(position(g[17], '\\') = 0, g[17], replaceAll(replaceAll(g[17], '\\"', '"'), '\\\\', '\\'))) AS http_request_user_agent,
    if(g[16] = '-', '', if(position(g[16], '\\') = 0, g[16], replaceAll(replaceAll(g[16], '\\"', '"'), '\\\\', '\\'))) AS http_request_referrer,
    toUInt16OrZero(g[14]) AS http_response_code,
    toUInt64OrZero(g[15]) AS traffic_bytes_in,
    mapFilter((name, value) -> value NOT IN ('', '-'), map(
        'vhost', g[1],
        'ident', g[3],
        'http_version', substring(g[12], 6),
        'request', g[13],
        'extra', trimLeft(g[18])
    )) AS unmapped,
    line AS raw_data,
    multiIf(
        length(g) = 18 AND stamp IS NOT NULL, '',
        length(g) = 18, 'no readable timestamp',
        'not a web access log'
    ) AS reason
FROM (
    SELECT *, parseDateTime64BestEffortOrNull(concat(g[5], ' ', g[6], ' ', g[7], ' ', g[8], ' ', g[9]), 3, 'UTC') AS stamp
    FROM (
        -- quotes inside quotes are escaped, so that a request or an agent cannot end its field; a user name may hold anything
        SELECT *, extractGroups(line, '^(?:([\\w.-]+:\\d{1,5}) )?(\\S+) (\\S+) (.*?) \\[(\\d{2})/([A-Z][a-z]{2})/(\\d{4}):([0-2]\\d:[0-5]\\d:[0-6]\\d) ([+-]\\d{4})\\] "(?:([A-Z][A-Z_-]{2,19}) ((?:[^"\\\\]|\\\\.)*?)(?: (HTTP/[\\d.]{1,3}))?|((?:[^"\\\\]|\\\\.)*))" (\\d{3}) (\\d+|-)(?: "((?:[^"\\\\]|\\\\.)*)" "((?:[^"\\\\]|\\\\.)*)")?(\\C*)$') AS g
        FROM {landing}
    )
)
