-- Attempts by hour, for the heat map of the week. Read by the page of trends.
SELECT toStartOfHour(slot) AS hour, sum(events) AS events
FROM events_15m
WHERE slot >= {since:DateTime} AND slot < {until:DateTime} AND attack_type != ''
  AND (empty({sites:Array(String)}) OR site IN {sites:Array(String)})
GROUP BY hour
ORDER BY hour
