-- How many attempts of each type had each site in each of some hours? Read by detection.anomaly.volume, which learns from them.
SELECT toString(site), toString(attack_type), toStartOfHour(slot) AS hour, sum(events)
FROM events_15m
WHERE slot IN (
    SELECT arrayJoin(arrayMap(quarter -> h + INTERVAL quarter * 15 MINUTE, range(4)))
    FROM (SELECT arrayJoin({hours:Array(DateTime('UTC'))}) AS h)
) AND attack_type != ''
GROUP BY site, attack_type, hour
