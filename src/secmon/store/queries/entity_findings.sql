-- What was found about each site, address, user or host since a time, by rule? Read by detection.risk.
SELECT
    entity, if({kind:String} = 'address', '', toString(site)) AS at_site, rule_id, max(severity_id),
    uniqExact(finding_uid), max(last_time)
FROM (
    SELECT *, multiIf(
        {kind:String} = 'site', toString(site), {kind:String} = 'address', src_endpoint_ip,
        {kind:String} = 'user', user_name, toString(device_hostname)) AS entity
    FROM findings
    WHERE last_time >= {since:DateTime64(3)} AND last_time <= {until:DateTime64(3)} AND severity_id >= 2
      AND ({all:Bool} OR site IN {sites:Array(String)})
)
WHERE entity != ''
GROUP BY entity, at_site, rule_id
