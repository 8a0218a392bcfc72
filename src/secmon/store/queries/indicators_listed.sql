-- Which indicators are there, and how often was each seen? Read by detection.threat_intel.indicators.
SELECT i.kind, i.value, i.source, i.tlp, i.note, i.author, i.added_at, i.expires_at,
       f.hits, f.sites, f.last_hit
FROM (SELECT * FROM indicators FINAL WHERE {expired:Bool} OR expires_at > {now:DateTime64(3)}) AS i
LEFT JOIN (
    SELECT group_uid, uniqExact(finding_uid) AS hits, uniqExact(site) AS sites, max(last_time) AS last_hit
    FROM findings
    WHERE rule_id = {rule_id:String}
    GROUP BY group_uid
) AS f ON f.group_uid = concat('indicator:', i.kind, ':', i.value)
ORDER BY f.hits DESC, i.kind, i.value, i.source
LIMIT {limit:UInt32}
