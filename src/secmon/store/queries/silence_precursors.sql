-- When did each of some rules last find anything at each site? Read by detection.anomaly.silence.
SELECT rule_id, toString(site), max(last_time) AS newest, argMax(toString(batch_id), last_time), argMax(seq, last_time)
FROM findings
WHERE rule_id IN {rules:Array(String)} AND last_time >= {since:DateTime64(3)} AND last_time <= {until:DateTime64(3)}
GROUP BY rule_id, site
