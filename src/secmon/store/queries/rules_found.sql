-- How many findings does each rule have in each batch? Read by detection.rule_tests.
SELECT rule_id, batch_id, count()
FROM findings FINAL
GROUP BY rule_id, batch_id
