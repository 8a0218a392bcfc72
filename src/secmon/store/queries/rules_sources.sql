-- How many events of the new batches belong to each log source? Read by rules.touched, so that only those are asked.
SELECT [$counts]
FROM events
WHERE received_at BETWEEN fromUnixTimestamp64Milli({received_from:Int64}, 'UTC')
                      AND fromUnixTimestamp64Milli({received_to:Int64}, 'UTC')
  AND batch_id IN {batch_ids:Array(String)}
