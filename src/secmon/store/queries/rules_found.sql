-- How many findings has a rule in one batch? Read by detection.rule_tests.
SELECT count()
FROM findings FINAL
WHERE rule_id = {rule_id:String} AND batch_id = {batch_id:String}
