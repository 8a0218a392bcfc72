-- On which days do the quarter-hour totals differ from the events they stand for? Read by store.repair; none when sound.
SELECT DISTINCT toString(day)
FROM (
    SELECT day, site, feed, sum(n) AS difference
    FROM (
        SELECT toDate(time) AS day, site, feed, toInt64(count()) AS n FROM events GROUP BY day, site, feed
        UNION ALL
        SELECT toDate(slot) AS day, site, feed, -toInt64(sum(events)) AS n FROM events_15m GROUP BY day, site, feed
    )
    GROUP BY day, site, feed
    HAVING difference != 0
)
