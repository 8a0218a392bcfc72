-- How many lines of each feed could not be read since a time? Read by the console for feed health.
SELECT site, feed, count() AS lines
FROM quarantine
WHERE received_at >= {since:DateTime64(3)}
GROUP BY site, feed
