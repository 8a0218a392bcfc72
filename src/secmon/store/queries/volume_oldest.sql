-- Since when is there anything of each site in the weeks that count? Read by detection.anomaly.volume.
SELECT toString(site), min(slot)
FROM events_15m
WHERE slot < {hour:DateTime('UTC')} AND slot >= {hour:DateTime('UTC')} - INTERVAL 9 WEEK
GROUP BY site
