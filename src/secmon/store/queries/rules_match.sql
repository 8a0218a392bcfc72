-- Writes a finding for each event of the given batches and each rule of one log source that it matches. Run by detection.engine.match_events.
INSERT INTO findings (
    finding_uid, rule_id, kind, site, actor, group_uid, severity_id, attack_type,
    time, last_time, received_at, detected_at, event_count, site_count, batch_id, seq, evidence, src_endpoint_ip, user_name, device_hostname
)
SELECT
    concat(rule, ':', batch_id, ':', toString(seq)), rule, 'event', site, actors[[$actor_numbers][hit]], '',
    [$severities][hit], if(rule_attack_type = '', attack_type, rule_attack_type),
    time, time, received_at, fromUnixTimestamp64Milli({detected_at:Int64}, 'UTC'), 1, 1, batch_id, seq,
    [(toString(batch_id), seq)], src_endpoint_ip, who, device_hostname
FROM (
    SELECT
        site, time, received_at, batch_id, seq, attack_type, actors, src_endpoint_ip, who, device_hostname, hit,
        [$rule_ids][hit] AS rule, [$attack_types][hit] AS rule_attack_type
    FROM (
        SELECT
            site, time, received_at, batch_id, seq, toString(attack_type) AS attack_type,
            [$actors] AS actors,
            src_endpoint_ip, device_hostname, if(actor_user_name != '', actor_user_name, user_name) AS who,
            arrayFilter(number -> number != 0, [$conditions]) AS hits
        FROM events
        WHERE received_at BETWEEN fromUnixTimestamp64Milli({received_from:Int64}, 'UTC')
                              AND fromUnixTimestamp64Milli({received_to:Int64}, 'UTC')
          AND batch_id IN {batch_ids:Array(String)}
          AND $source
          AND notEmpty(hits)
          $known
    )
    ARRAY JOIN hits AS hit
)
LIMIT {most:UInt32} BY rule
