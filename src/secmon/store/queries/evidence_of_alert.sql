-- Which lines stand behind an alert: the events its findings name as evidence, as they were received, oldest first?
-- Read by incidents.evidence.
SELECT site, feed, batch_id, seq, time, received_at, raw_data AS line
FROM events
WHERE received_at >= {since:DateTime64(3)} - INTERVAL 1 DAY
  AND (batch_id, seq) IN (
    SELECT entry.1, entry.2
    FROM (
        SELECT evidence FROM findings FINAL
        WHERE rule_id = {rule_id:String} AND site = {site:String} AND actor = {actor:String}
          AND time <= {until:DateTime64(3)} AND last_time >= {since:DateTime64(3)}
    )
    ARRAY JOIN evidence AS entry
  )
  AND site = {site:String}
ORDER BY time, batch_id, seq
LIMIT {limit:UInt32}
