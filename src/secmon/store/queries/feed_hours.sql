-- How many events did each feed have in each hour (by the site's clock)? Read by feed_health.baseline through the console.
SELECT site, feed, toStartOfHour(slot) AS hour, sum(events) AS events
FROM events_15m
WHERE slot >= {since:DateTime} AND slot < {until:DateTime}
GROUP BY site, feed, hour
