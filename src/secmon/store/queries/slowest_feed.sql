-- How far in time has the feed got that is furthest behind? Read by jobs.catch_up for its progress bar.
SELECT min(reached)
FROM (SELECT site, feed, max(newest) AS reached FROM intake GROUP BY site, feed)
