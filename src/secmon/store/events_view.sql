-- The readable lines of normalised, as events. A time that cannot be true is replaced by the time of receipt and kept
-- in unmapped['original_time'], so that a dead clock neither hides an event nor opens thousands of partitions.
-- A time more than two minutes ahead of the receipt is kept and flagged with the seconds in unmapped['clock_ahead'].
SELECT
    if(normalised.time > received_at + INTERVAL 1 DAY OR normalised.time < received_at - INTERVAL 400 DAY AS implausible,
        received_at, normalised.time) AS time,
    * EXCEPT (time, reason, unmapped),
    multiIf(
        implausible, mapConcat(normalised.unmapped, map('original_time', toString(normalised.time))),
        dateDiff('second', received_at, normalised.time) AS ahead > 120, mapConcat(normalised.unmapped, map('clock_ahead', toString(ahead))),
        normalised.unmapped
    )::Map(LowCardinality(String), String) AS unmapped
FROM normalised
WHERE reason = ''
