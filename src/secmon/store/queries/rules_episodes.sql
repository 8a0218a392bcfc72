-- Which groups reached what a correlation asks for, when, and at which sites? Read by detection.correlation.engine.
-- Events that count and are at most a timespan apart are one episode.
WITH
    reached AS ($enough),
    covered AS ($covered),
    gaps AS (
        SELECT *,
            t - lagInFrame(t, 1, t) OVER (
                PARTITION BY k ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) > {timespan:Int64} AS starts
        FROM covered
    )
SELECT
    any(key), toString(site), min(t), max(t), count(), countIf(fresh), max(received),
    arrayMap(entry -> (entry.2, entry.3), groupArraySorted(20)((t, batch, seq))) AS evidence
FROM (SELECT *, sum(starts) OVER (PARTITION BY k ORDER BY t) AS episode FROM gaps)
GROUP BY k, episode, site
ORDER BY k, episode, site
