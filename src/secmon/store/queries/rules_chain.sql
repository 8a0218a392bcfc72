-- The events of a group of which every rule matched something. Part of rules_ordered.
SELECT *, cityHash64(key) AS k
FROM ($matched)
WHERE k IN (SELECT cityHash64(key) FROM ($matched) GROUP BY key HAVING $touched AND $size >= $threshold)
