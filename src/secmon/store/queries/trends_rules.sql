-- Rules with the most findings: how many, at how many sites, severity. Read by the page of trends.
SELECT rule_id, count() AS findings, uniqExact(site) AS sites, max(severity_id) AS severity
FROM findings FINAL
WHERE time >= {since:DateTime64(3)} AND time < {until:DateTime64(3)}
  AND (empty({sites:Array(String)}) OR site IN {sites:Array(String)})
GROUP BY rule_id
ORDER BY findings DESC, rule_id
LIMIT {limit:UInt32}
