-- Events of one site a quarter hour, by attack type ('' for those without one). Read by the site page.
SELECT slot, attack_type, sum(events) AS events
FROM events_15m
WHERE site = {site:String} AND slot >= toStartOfFifteenMinutes({since:DateTime})
GROUP BY slot, attack_type
ORDER BY slot, attack_type
