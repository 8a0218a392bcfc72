-- How many findings have their first evidence since a time? Read by the wall's snapshot.
SELECT uniqExact(finding_uid)
FROM findings
WHERE last_time >= {since:DateTime64(3)}
