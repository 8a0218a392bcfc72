-- Which groups reached a correlation's threshold within its timespan, when, and at which sites? Read by rules.correlate.
-- An event counts if it lies in a window (e - timespan, e] with enough values; events that count and are at most a
-- timespan apart are one episode. `value` is what is counted (for event_count: the event itself). A value enters a
-- window when it is seen and leaves it a timespan after it was last seen, so a running sum of steps is their number.
WITH
    matched AS ($matched),
    candidates AS (
        SELECT cityHash64(key)
        FROM matched
        GROUP BY key
        HAVING max(fresh) AND $size >= {threshold:UInt64}
    ),
    seen AS (
        SELECT *,
            t - lagInFrame(t, 1, t - {timespan:Int64}) OVER by_value >= {timespan:Int64} AS enters,
            leadInFrame(t, 1, t + {timespan:Int64}) OVER by_value - t >= {timespan:Int64} AS leaves
        FROM (SELECT *, cityHash64(key) AS k FROM matched WHERE k IN candidates)
        WINDOW by_value AS (PARTITION BY k, value ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
    ),
    counted AS (
        SELECT *, step, sum(step.2) OVER (PARTITION BY k ORDER BY step.1) >= {threshold:UInt64} AS enough
        FROM seen
        ARRAY JOIN if(leaves, [(t, toInt8(enters)), (t + {timespan:Int64}, toInt8(-1))], [(t, toInt8(enters))]) AS step
    ),
    covered AS (
        SELECT *
        FROM (
            SELECT *, min(if(enough, t, 9223372036854775807)) OVER (PARTITION BY k ORDER BY t DESC) AS next_edge
            FROM counted
            WHERE step.1 = t
        )
        WHERE next_edge < t + {timespan:Int64}
    ),
    gaps AS (
        SELECT *,
            t - lagInFrame(t, 1, t) OVER (
                PARTITION BY k ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) > {timespan:Int64} AS starts
        FROM covered
    )
SELECT
    any(key), toString(site), min(t), max(t), count(), countIf(fresh), max(received),
    arrayMap(event -> (event.2, event.3), groupArraySorted(20)((t, batch, seq))) AS evidence
FROM (SELECT *, sum(starts) OVER (PARTITION BY k ORDER BY t) AS episode FROM gaps)
GROUP BY k, episode, site
ORDER BY k, episode, site
