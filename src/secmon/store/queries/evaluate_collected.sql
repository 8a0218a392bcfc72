-- When did the first line of each run arrive, and from which sites did any? Read by demo.evaluate.record.
SELECT t.run, min(e.received_at), arraySort(groupUniqArray(e.site))
FROM (SELECT toString(site) AS site, raw_data, received_at FROM events) AS e
INNER JOIN injected AS t ON e.site = t.site AND e.raw_data = t.line
GROUP BY t.run
