-- Which combinations of log sources and texts do the new events have? Read by detection.engine.prefilter; a row says no more than
-- that there is such an event.
SELECT arrayFilter(number -> number != 0, [$sources]) AS sources$searches
FROM events
WHERE received_at BETWEEN fromUnixTimestamp64Milli({received_from:Int64}, 'UTC')
                      AND fromUnixTimestamp64Milli({received_to:Int64}, 'UTC')
  AND batch_id IN {batch_ids:Array(String)}
GROUP BY ALL
LIMIT {most:UInt32}
