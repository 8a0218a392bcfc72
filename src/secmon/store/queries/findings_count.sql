-- How many findings have their first evidence since a time, at some sites ([] for all)? Read by the wall's snapshot.
SELECT uniqExact(finding_uid)
FROM findings
WHERE last_time >= {since:DateTime64(3)}
  AND (empty({sites:Array(String)}) OR has({sites:Array(String)}, site))
