-- Attempts a quarter hour, all types together. Read by live.expected_band, which learns from them.
SELECT slot, sum(events) AS events
FROM events_15m
WHERE slot >= {since:DateTime} AND slot < {until:DateTime} AND attack_type != ''
  AND (empty({sites:Array(String)}) OR has({sites:Array(String)}, site))
GROUP BY slot
