-- Attempts (events with an attack type) a quarter hour and type, and all events beside them. Read by the wall's snapshot.
SELECT slot, attack_type, sum(events) AS events
FROM events_15m
WHERE slot >= toStartOfFifteenMinutes({since:DateTime}) AND slot <= {until:DateTime}
  AND (empty({sites:Array(String)}) OR has({sites:Array(String)}, site))
GROUP BY slot, attack_type
ORDER BY slot, attack_type
