-- Has a correlation a group with as many steps as it asks for? One SELECT of the query of detection.correlation.threshold_prefilter.
SELECT toUInt32($number)
FROM correlation_steps
WHERE step IN ($steps) AND t >= $since AND t < $until
GROUP BY $key
HAVING max(batch IN {batch_ids:Array(String)}) AND $enough
LIMIT 1
