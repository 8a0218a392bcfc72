-- Sources with the most attempts: how many, at how many sites, of which types, first and last seen. Read by the page of
-- trends.
-- The whole period is read, by one thread: a core stays free for those who look at something else.
SELECT src_endpoint_ip AS source, any(src_endpoint_location_country) AS country, count() AS attempts,
       uniqExact(site) AS sites, topK(3)(attack_type) AS types, min(time) AS first, max(time) AS last
FROM events
PREWHERE attack_type != ''
WHERE time >= {since:DateTime64(3)} AND time < {until:DateTime64(3)} AND src_endpoint_ip != ''
  AND (empty({sites:Array(String)}) OR site IN {sites:Array(String)})
GROUP BY source
ORDER BY attempts DESC, source
LIMIT {limit:UInt32}
SETTINGS max_threads = 1
