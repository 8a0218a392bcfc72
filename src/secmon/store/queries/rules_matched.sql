-- Which events does a rule of a correlation match, in which group, with which value? Part of the queries of
-- rules.correlation_query. `carried` is what a correlation about this one wants to know.
SELECT
    toUnixTimestamp64Milli(time) AS t, site, toString(batch_id) AS batch, seq,
    toUnixTimestamp64Milli(received_at) AS received,
    $key AS key,
    $carried AS carried,
    $value AS value,
    $event AS event,
    received_at BETWEEN fromUnixTimestamp64Milli({received_from:Int64}, 'UTC')
                    AND fromUnixTimestamp64Milli({received_to:Int64}, 'UTC')
        AND batch_id IN {batch_ids:Array(String)} AS fresh
FROM events
WHERE $scope
  AND $conditions
