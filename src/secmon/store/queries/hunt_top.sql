-- The most frequent values of a column among the events that a search asks for, with their number. Read by search.search.
SELECT toString({column}) AS value, count() AS events
FROM events
WHERE time >= {since:DateTime64(3)} AND time < {until:DateTime64(3)} AND ({condition}) AND ({scope})
GROUP BY value
ORDER BY events DESC, value
LIMIT {limit:UInt32}
