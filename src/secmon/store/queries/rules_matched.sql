-- Which events are a step of a correlation, in which group, with which value? Part of the queries of
-- detection.correlation.sql. `carried` is what a correlation about this one wants to know.
SELECT
    t, site, toString(batch) AS batch, seq, received, $key AS key, $carried AS carried, $value AS value, $event AS event,
    batch IN {batch_ids:Array(String)} AS fresh
FROM correlation_steps FINAL
WHERE step = $step
  AND $scope
  AND $present
