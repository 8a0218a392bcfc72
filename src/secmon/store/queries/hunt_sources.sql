-- How many of the newest events of a search belong to each log source of Sigma? Read by search.search; {counts}, {condition} and
-- {scope} are filled in there.
SELECT {counts}
FROM (
    SELECT *
    FROM events
    WHERE time >= {since:DateTime64(3)} AND time < {until:DateTime64(3)} AND ({condition}) AND ({scope})
    ORDER BY time DESC
    LIMIT 10000
)
