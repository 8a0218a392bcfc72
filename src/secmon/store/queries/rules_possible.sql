-- How many new events belong to each log source, and which texts do they hold? Read by rules.prefilter.
SELECT [$counts]$searches
FROM events
WHERE received_at BETWEEN fromUnixTimestamp64Milli({received_from:Int64}, 'UTC')
                      AND fromUnixTimestamp64Milli({received_to:Int64}, 'UTC')
  AND batch_id IN {batch_ids:Array(String)}
