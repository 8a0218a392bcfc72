-- The readable lines of normalised, as events. A time that cannot be true is replaced by the time of receipt and kept
-- in unmapped['original_time'], so that a dead clock neither hides an event nor opens thousands of partitions.
SELECT
    if(implausible, received_at, normalised.time) AS time,
    * EXCEPT (time, reason, unmapped, implausible),
    if(implausible, mapConcat(unmapped, map('original_time', toString(normalised.time))), unmapped)::Map(LowCardinality(String), String) AS unmapped
FROM (
    SELECT *, time > received_at + INTERVAL 1 DAY OR time < received_at - INTERVAL 400 DAY AS implausible
    FROM normalised
    WHERE reason = ''
) AS normalised
