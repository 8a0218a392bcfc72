-- What became of the lines of a batch, feed by feed? Read by pipeline.load after each insert.
SELECT site, feed, sum(i.events) AS events, sum(i.quarantined) AS quarantined, sum(i.ahead) AS ahead,
       maxIf(i.newest, i.events > 0) AS newest, argMaxIf(i.received_at, i.newest, i.events > 0) AS received
FROM intake AS i
WHERE batch_id = {batch_id:String}
GROUP BY site, feed
