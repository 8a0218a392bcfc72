-- What was found since the last run whose alerts are kept, by rule, site and actor? Read by alerts.triage, which opens
-- or extends alerts with it; a run that ended before its alerts were kept is in it too.
SELECT
    f.rule_id AS rule_id, f.site AS site, f.actor AS actor, f.kind IN ('correlation', 'baseline', 'silence') AS correlated,
    max(f.severity_id) AS severity, any(f.attack_type) AS attack_type,
    argMax(f.group_uid, f.last_time) AS group_uid, max(f.site_count) AS site_count,
    toUInt32(uniqExact(f.finding_uid)) AS findings, sum(f.event_count) AS events,
    min(f.time) AS first_time, max(f.last_time) AS last_time,
    arrayFilter(host -> host != '', groupUniqArray(20)(toString(f.device_hostname))) AS hosts
FROM findings AS f FINAL
WHERE f.detected_at > {after:DateTime64(3)} AND f.severity_id >= {least:UInt8}
GROUP BY rule_id, site, actor, f.kind
ORDER BY first_time
