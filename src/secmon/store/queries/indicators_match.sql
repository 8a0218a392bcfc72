-- Writes a finding for each new event and indicator in it, all kinds in one pass. Run by threat_intel.indicators.
-- `hosts` are the names that were found to be indicated domains, `domains` the indicator of each; the query
-- indicators_networks is put in the place of its name.
INSERT INTO findings (
    finding_uid, rule_id, kind, site, actor, group_uid, severity_id, attack_type, time, last_time, received_at,
    detected_at, event_count, site_count, batch_id, seq, evidence, src_endpoint_ip, user_name, device_hostname, details
)
WITH
    (SELECT (groupArray(address), groupArray(network)) FROM ($networks)) AS in_networks,
    arrayPushBack(in_networks.1, '') AS addresses, arrayPushBack(in_networks.2, '') AS networks,
    seen.1 AS indicator_kind, seen.2 AS indicator_field, seen.3 AS indicator_value
SELECT
    concat('indicator:', indicator_kind, ':', indicator_value, ':', batch_id, ':', toString(seq)), {rule_id:String},
    'indicator', site, indicator_value, concat('indicator:', indicator_kind, ':', indicator_value),
    multiIf(action_id = 2, 2, indicator_field = 'src_endpoint_ip', 3, 4), attack_type, time, time, received_at,
    fromUnixTimestamp64Milli({detected_at:Int64}, 'UTC'), 1, 1, batch_id, seq, [(toString(batch_id), seq)],
    src_endpoint_ip, if(actor_user_name != '', actor_user_name, user_name), device_hostname,
    map('indicator', indicator_kind, 'field', indicator_field)
FROM (
    SELECT *, arrayJoin([
        ('address', 'src_endpoint_ip', src_endpoint_ip), ('address', 'dst_endpoint_ip', dst_endpoint_ip),
        ('network', 'src_endpoint_ip', transform(src_endpoint_ip, addresses, networks, '')),
        ('network', 'dst_endpoint_ip', transform(dst_endpoint_ip, addresses, networks, '')),
        ('hash', 'file_hashes_md5', lower(file_hashes_md5)), ('hash', 'file_hashes_sha256', lower(file_hashes_sha256)),
        ('domain', 'host', domain)
    ]) AS seen
    FROM (
        SELECT
            site, time, received_at, batch_id, seq, action_id, toString(attack_type) AS attack_type, src_endpoint_ip,
            dst_endpoint_ip, user_name, actor_user_name, device_hostname, file_hashes_md5, file_hashes_sha256,
            arrayFirst(name -> name != '', arrayMap(
                host -> transform(lower(host), {hosts:Array(String)}, {domains:Array(String)}, ''),
                [query_hostname, http_request_url_hostname, tls_sni,
                 trim(BOTH '> ' FROM substringIndex(email_from, '@', -1))])) AS domain
        FROM events
        WHERE received_at BETWEEN fromUnixTimestamp64Milli({received_from:Int64}, 'UTC')
                              AND fromUnixTimestamp64Milli({received_to:Int64}, 'UTC')
          AND batch_id IN {batch_ids:Array(String)}
    )
)
WHERE indicator_value != ''
  AND (indicator_kind, indicator_value) IN (
      SELECT toString(kind), value FROM indicators FINAL
      WHERE expires_at > fromUnixTimestamp64Milli({detected_at:Int64}, 'UTC')
  )
LIMIT {most:UInt32} BY indicator_value
