-- How many events do these batches have? Asked by detection.engine.match_events after a failure, to tell an ill store from a bad rule.
SELECT count()
FROM events
WHERE received_at BETWEEN fromUnixTimestamp64Milli({received_from:Int64}, 'UTC')
                      AND fromUnixTimestamp64Milli({received_to:Int64}, 'UTC')
  AND batch_id IN {batch_ids:Array(String)}
