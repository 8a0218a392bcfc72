-- Which countries of logins, administrators and machines of the new events were never seen at their site? Read by
-- detection.anomaly.first_seen; `since` is when the site first had anything of the kind, 1970 when it never had.
SELECT n.kind, n.site, n.value, n.first_time, n.received, n.batch, n.number, k.since
FROM (
    SELECT
        seen.1 AS kind, toString(site) AS site, seen.2 AS value, min(time) AS first_time, max(received_at) AS received,
        toString(argMin(batch_id, time)) AS batch, argMin(seq, time) AS number
    FROM (
        SELECT site, time, received_at, batch_id, seq, arrayJoin([
            ('country', if(class_uid = 3002 AND activity_id = 1 AND status_id = 1,
                           toString(src_endpoint_location_country), '')),
            ('admin', multiIf(
                class_uid = 1007 AND process_name = 'sudo' AND status_id != 2,
                    if(actor_user_name != '', actor_user_name, user_name),
                metadata_event_code = '4672' AND metadata_log_name = 'Security', user_name,
                '')),
            ('device', if(format IN ('winlogbeat', 'evtx_json'), toString(device_hostname), ''))
        ]) AS seen
        FROM events
        WHERE received_at BETWEEN fromUnixTimestamp64Milli({received_from:Int64}, 'UTC')
                              AND fromUnixTimestamp64Milli({received_to:Int64}, 'UTC')
          AND batch_id IN {batch_ids:Array(String)}
    )
    WHERE seen.2 NOT IN ('', 'SYSTEM', 'LOCAL SERVICE', 'NETWORK SERVICE')
    GROUP BY kind, site, value
) AS n
LEFT JOIN (
    SELECT toString(kind) AS kind, toString(site) AS site, min(first_time) AS since FROM first_seen GROUP BY kind, site
) AS k ON k.kind = n.kind AND k.site = n.site
WHERE (n.kind, n.site, n.value) NOT IN (SELECT toString(kind), toString(site), value FROM first_seen)
ORDER BY n.first_time
