-- How many findings of one rule did a run write? Read by detection.threat_intel.indicators for its report.
SELECT count()
FROM findings
WHERE detected_at = fromUnixTimestamp64Milli({detected_at:Int64}, 'UTC') AND rule_id = {rule_id:String}
