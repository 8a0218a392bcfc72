-- How often, from when and to when (ms) did each of some rules of one log source match in the new batches? Read by detection.engine.match_spans.
SELECT [$counts], [$firsts], [$lasts]
FROM (
    SELECT toUnixTimestamp64Milli(time) AS t, [$conditions] AS matched
    FROM events
    WHERE received_at BETWEEN fromUnixTimestamp64Milli({received_from:Int64}, 'UTC')
                          AND fromUnixTimestamp64Milli({received_to:Int64}, 'UTC')
      AND batch_id IN {batch_ids:Array(String)}
      AND $source
)
