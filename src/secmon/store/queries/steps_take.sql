-- Keeps the events of the given batches that the rules of one log source match, for the correlations. Run by detection.correlation.match_cache.
INSERT INTO correlation_steps (step, t, site, batch, seq, received, fields, recorded_at)
SELECT [$keys][hit], t, site, batch_id, seq, received, values[hit], fromUnixTimestamp64Milli({recorded_at:Int64}, 'UTC')
FROM (
    SELECT
        toUnixTimestamp64Milli(time) AS t, site, batch_id, seq, toUnixTimestamp64Milli(received_at) AS received,
        [$fields] AS values, arrayFilter(number -> number != 0, [$conditions]) AS hits
    FROM events
    WHERE received_at BETWEEN fromUnixTimestamp64Milli({received_from:Int64}, 'UTC')
                          AND fromUnixTimestamp64Milli({received_to:Int64}, 'UTC')
      AND batch_id IN {batch_ids:Array(String)}
      AND $source
      AND notEmpty(hits)
)
ARRAY JOIN hits AS hit
