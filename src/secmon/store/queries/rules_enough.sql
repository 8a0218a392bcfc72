-- At which events has a group enough of them within the timespan? Part of the queries of detection.correlation.sql.
-- `value` is what is counted (for event_count: the event itself). A value enters a window when it is seen and leaves it
-- a timespan after it was last seen, so a running sum of steps is their number.
SELECT *
FROM (
    SELECT *, step, sum(step.2) OVER (PARTITION BY k ORDER BY step.1) >= $threshold AS enough
    FROM (
        SELECT *,
            t - lagInFrame(t, 1, t - $timespan) OVER by_value >= $timespan AS enters,
            leadInFrame(t, 1, t + $timespan) OVER by_value - t >= $timespan AS leaves
        FROM (
            SELECT *, cityHash64(key) AS k
            FROM ($matched)
            WHERE k IN (SELECT cityHash64(key) FROM ($matched) GROUP BY key HAVING $touched AND $size >= $threshold)
        )
        WINDOW by_value AS (PARTITION BY k, value ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
    )
    ARRAY JOIN if(leaves, [(t, toInt8(enters)), (t + $timespan, toInt8(-1))], [(t, toInt8(enters))]) AS step
)
WHERE step.1 = t
