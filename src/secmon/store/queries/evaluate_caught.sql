-- Which runs does the evidence of each finding belong to, by the lines that were injected? Read by demo.evaluate.record.
SELECT f.rule_id, f.site, f.actor, f.time, f.last_time, groupUniqArray(i.run)
FROM (
    SELECT rule_id, toString(site) AS site, actor, time, last_time, entry.1 AS batch_id, entry.2 AS seq
    FROM findings FINAL
    ARRAY JOIN evidence AS entry
) AS f
INNER JOIN (
    SELECT e.batch_id AS batch_id, e.seq AS seq, t.run AS run
    FROM (SELECT toString(batch_id) AS batch_id, seq, toString(site) AS site, raw_data FROM events) AS e
    INNER JOIN injected AS t ON e.site = t.site AND e.raw_data = t.line
) AS i ON f.batch_id = i.batch_id AND f.seq = i.seq
GROUP BY f.rule_id, f.site, f.actor, f.time, f.last_time
