-- Services with the most attempts: destination port, or the web path. Read by the page of trends.
-- The whole period is read, by one thread: a core stays free for those who look at something else.
SELECT if(http_request_url_string != '', concat('web ', cutQueryString(http_request_url_string)),
          concat(connection_info_protocol_name, '/', toString(dst_endpoint_port))) AS target,
       count() AS attempts, uniqExact(site) AS sites
FROM events
PREWHERE attack_type != ''
WHERE time >= {since:DateTime64(3)} AND time < {until:DateTime64(3)}
  AND (dst_endpoint_port != 0 OR http_request_url_string != '')
  AND (empty({sites:Array(String)}) OR site IN {sites:Array(String)})
GROUP BY target
ORDER BY attempts DESC, target
LIMIT {limit:UInt32}
SETTINGS max_threads = 1
