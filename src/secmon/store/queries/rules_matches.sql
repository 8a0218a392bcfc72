-- How many findings did each rule write in this run? Read by detection.engine.match_events for its report.
SELECT rule_id, count()
FROM findings
WHERE detected_at = fromUnixTimestamp64Milli({detected_at:Int64}, 'UTC')
  AND kind = 'event'
  AND batch_id IN {batch_ids:Array(String)}
GROUP BY rule_id
