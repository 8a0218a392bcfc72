-- The newest lines that could not be read, a few of each feed and reason. Read by the health page and the status.
SELECT received_at, site, feed, format, reason, substring(line, 1, 500) AS line
FROM quarantine
WHERE received_at >= {since:DateTime64(3)}
  AND (empty({sites:Array(String)}) OR has({sites:Array(String)}, site))
ORDER BY received_at DESC
LIMIT 1 BY site, feed, reason
LIMIT {limit:UInt32}
