-- Which prefix lengths do the indicated networks have, written as IPv6? Asked by threat_intel.indicators before a match.
SELECT DISTINCT toUInt8(toUInt8OrZero(substringIndex(value, '/', -1)) + if(position(value, ':') = 0, 96, 0))
FROM indicators FINAL
WHERE kind = 'network' AND expires_at > fromUnixTimestamp64Milli({detected_at:Int64}, 'UTC')
