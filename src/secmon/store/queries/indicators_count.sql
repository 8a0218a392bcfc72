-- How many indicators of each kind are in force? Asked by detection.threat_intel.indicators, which does nothing when there are none.
SELECT kind, count()
FROM indicators FINAL
WHERE expires_at > fromUnixTimestamp64Milli({detected_at:Int64}, 'UTC')
GROUP BY kind
