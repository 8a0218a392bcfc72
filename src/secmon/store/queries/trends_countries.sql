-- Countries with the most attempts, where the record says the country. Read by the page of trends.
-- The whole period is read, by one thread: a core stays free for those who look at something else.
SELECT src_endpoint_location_country AS country, count() AS attempts, uniq(src_endpoint_ip) AS sources,
       uniqExact(site) AS sites
FROM events
PREWHERE attack_type != ''
WHERE time >= {since:DateTime64(3)} AND time < {until:DateTime64(3)}
  AND (empty({sites:Array(String)}) OR site IN {sites:Array(String)})
GROUP BY country
ORDER BY attempts DESC, country
LIMIT {limit:UInt32}
SETTINGS max_threads = 1
