-- Which findings of one correlation lie near the new events? Read by detection.correlation.engine, so that episodes go on.
SELECT
    finding_uid, group_uid, toString(site), actor,
    toUnixTimestamp64Milli(time), toUnixTimestamp64Milli(last_time), toUnixTimestamp64Milli(received_at),
    event_count, site_count, toString(batch_id), seq,
    arrayMap(event -> (event.1, event.2), evidence)
FROM findings FINAL
WHERE rule_id = {rule_id:String}
  AND last_time >= fromUnixTimestamp64Milli({seen_from:Int64} - {timespan:Int64}, 'UTC')
  AND time <= fromUnixTimestamp64Milli({seen_to:Int64} + {timespan:Int64}, 'UTC')
