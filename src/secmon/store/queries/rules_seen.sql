-- How much did each rule find in a span of time, at which sites, and when last? Read by detection.mitre_attack for the coverage page.
SELECT rule_id, uniqExact(finding_uid), groupUniqArray(toString(site)), max(last_time)
FROM findings
WHERE last_time >= {since:DateTime64(3)} AND last_time < {until:DateTime64(3)}
GROUP BY rule_id
