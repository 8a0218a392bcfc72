-- The newest lines of one site that could not be read, with the reason. Read by the site page.
SELECT received_at, feed, reason, line
FROM quarantine
WHERE site = {site:String}
ORDER BY received_at DESC
LIMIT {limit:UInt32}
