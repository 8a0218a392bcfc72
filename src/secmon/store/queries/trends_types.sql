-- Attempts and all events by slot of {step} seconds and attack type ('' for none). Read by the page of trends.
SELECT toStartOfInterval(slot, toIntervalSecond({step:UInt32})) AS at, attack_type, sum(events) AS events
FROM events_15m
WHERE slot >= {since:DateTime} AND slot < {until:DateTime}
  AND (empty({sites:Array(String)}) OR site IN {sites:Array(String)})
GROUP BY at, attack_type
ORDER BY at
