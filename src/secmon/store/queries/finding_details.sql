-- Which values do the newest findings of an alert state as the reason? Read by alerts.explanations.
SELECT details
FROM findings FINAL
WHERE rule_id = {rule_id:String} AND site = {site:String} AND actor = {actor:String}
  AND time <= {until:DateTime64(3)} AND last_time >= {since:DateTime64(3)} AND notEmpty(details)
ORDER BY last_time DESC, finding_uid
LIMIT {limit:UInt32}
