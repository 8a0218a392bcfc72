-- From when to when (ms) was each step taken in the events of this run? Read by detection.correlation.match_cache.
SELECT step, min(t), max(t)
FROM correlation_steps
WHERE recorded_at = fromUnixTimestamp64Milli({recorded_at:Int64}, 'UTC') AND batch IN {batch_ids:Array(String)}
GROUP BY step
