-- How many events of a span of time belong to each log source? Read by detection.mitre_attack for the coverage page.
SELECT [$counts]
FROM events
WHERE time >= {since:DateTime64(3)} AND time < {until:DateTime64(3)}
