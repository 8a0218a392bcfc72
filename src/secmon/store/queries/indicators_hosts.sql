-- Which host names of the new events are an indicated domain, or lie under one? Read by detection.threat_intel.indicators.
SELECT host, max(parent)
FROM (
    SELECT host, arrayJoin(arrayMap(
        place -> arrayStringConcat(arraySlice(splitByChar('.', host), place), '.'),
        range(1, length(splitByChar('.', host))))) AS parent
    FROM (
        SELECT DISTINCT lower(arrayJoin([
            query_hostname, http_request_url_hostname, tls_sni, trim(BOTH '> ' FROM substringIndex(email_from, '@', -1))
        ])) AS host
        FROM events
        WHERE received_at BETWEEN fromUnixTimestamp64Milli({received_from:Int64}, 'UTC')
                              AND fromUnixTimestamp64Milli({received_to:Int64}, 'UTC')
          AND batch_id IN {batch_ids:Array(String)}
    )
    WHERE host LIKE '%.%'
)
WHERE parent IN (
    SELECT value FROM indicators FINAL
    WHERE kind = 'domain' AND expires_at > fromUnixTimestamp64Milli({detected_at:Int64}, 'UTC')
)
GROUP BY host
