-- Which anomalies were found in a period at some sites ([] for all), the most severe first? Read by reports.gather_facts.
SELECT toString(site) AS site, rule_id, severity_id, last_time, details
FROM findings FINAL
WHERE rule_id IN {rules:Array(String)} AND last_time >= {since:DateTime64(3)} AND last_time < {until:DateTime64(3)}
  AND (empty({sites:Array(String)}) OR has({sites:Array(String)}, toString(site)))
ORDER BY severity_id DESC, last_time DESC, finding_uid
LIMIT {limit:UInt32}
