-- Findings by their last event, newest first, a page at a time, of some sites ([] for all). Read by the API.
SELECT finding_uid, rule_id, kind, site, actor, group_uid, severity_id, attack_type, time, last_time, detected_at,
       event_count, site_count, details
FROM findings FINAL
WHERE last_time >= {since:DateTime64(3)} AND last_time < {until:DateTime64(3)}
  AND (empty({sites:Array(String)}) OR has({sites:Array(String)}, site))
  AND ({rule_id:String} = '' OR rule_id = {rule_id:String})
  AND ({actor:String} = '' OR actor = {actor:String})
  AND severity_id >= {least:UInt8}
  AND (toUnixTimestamp64Milli(last_time), finding_uid) < ({before:Int64}, {uid:String})
ORDER BY last_time DESC, finding_uid DESC
LIMIT {limit:UInt32}
