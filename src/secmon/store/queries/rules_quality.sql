-- How often was each rule run, with how many errors, how slowly? Read by the page of rules' quality.
SELECT
    rule_id, count(), countIf(error != ''), argMaxIf(error, run_at, error != ''),
    avg(milliseconds / pass_rules), sum(held_back), max(run_at)
FROM rule_runs
WHERE run_at >= {since:DateTime64(3)} AND run_at < {until:DateTime64(3)} AND pass_rules > 0
GROUP BY rule_id
