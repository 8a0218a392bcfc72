-- How many attempts of each type had each site in an hour? Read by detection.anomaly.volume.
SELECT toString(site), toString(attack_type), sum(events)
FROM events_15m
WHERE slot >= {hour:DateTime('UTC')} AND slot < {hour:DateTime('UTC')} + INTERVAL 1 HOUR AND attack_type != ''
GROUP BY site, attack_type
