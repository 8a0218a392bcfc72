-- Quarter-hour totals of one day, counted again from its events. Run by store.repair.
INSERT INTO events_15m_stage
SELECT toStartOfFifteenMinutes(time) AS slot, site, feed, attack_type, severity_id, count() AS events,
       sum(length(raw_data)) AS bytes
FROM events
WHERE toDate(time) = toDate({day:String})
GROUP BY slot, site, feed, attack_type, severity_id
