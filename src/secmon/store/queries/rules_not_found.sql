-- Events that a rule has no finding of yet. Part of rules_match when a rule is run again over the past.
(batch_id, seq) NOT IN (SELECT batch_id, seq FROM findings WHERE rule_id = {rule} AND kind = 'event')
