-- What a Windows event means, whoever sent it; reads what the formats know of it: `channel`, `provider`, `event_id` (a number),
-- `computer`, `level` (0 to 5), `failed` (1 when the record says so), `text` (the rendered message), `task`, `header` (a map for
-- unmapped) and `d`, the event's own data as Map(String, String).
-- Registry events have class 1001 (file system activity) and reg_* columns: OCSF's 201001 is beyond the column's type.
-- process_* is the process that acted (Image) and its parent is actor_process_*; where one process acts on another
-- (a launch, a thread put into it, memory opened), process_* is the one acted on and actor_process_* the one that did it.
-- The kind of an event is its source as a number, and that number in front of the event's own.
SELECT *,
    multiIf(source = 2 OR source = 7, d['User'], source = 5, d['Detection User'], '') AS account,
    splitByChar('\\', account, 2) AS account_parts,
    kind IN (200008, 200010) AS acts_on_process,
    if(source = 2, d['Hashes'], '') AS hashes,
    if(kind = 104688, d['NewProcessId'], d['ProcessId']) AS pid,
    failed OR kind IN (104625, 104771) OR kind IN (104768, 104769, 104776) AND lower(d['Status']) NOT IN ('', '0x0') AS failed_here,
    multiIf(
        kind IN (104697, 407045), 'Service Installed',
        kind = 407036, 'Service State Change',
        kind = 105140, 'Share Access', kind = 105145, 'Share File Check', kind = 104719, 'Audit Policy Change',
        kind = 104738, 'User Change', kind = 104781, 'Rename', kind = 104663, 'Access', kind = 104778, 'Reconnect', kind = 104779, 'Disconnect',
        kind = 200025, 'Process Tampering', kind IN (200027, 200028), 'Blocked', kind IN (604104, 604103, 600400, 600800), 'Script',
        kind = 505001, 'Protection Disabled', kind = 700024, 'Disconnect', kind = 700025, 'Reconnect',
        task) AS own_name
FROM (
    SELECT *, source * 100000 + event_id % 100000 AS kind
    FROM (
        SELECT *,
            multiIf(
                provider = 'Microsoft-Windows-Security-Auditing', 1,
                provider = 'Microsoft-Windows-Sysmon', 2,
                provider = 'Microsoft-Windows-Eventlog', 3,
                provider = 'Service Control Manager', 4,
                provider = 'Microsoft-Windows-Windows Defender', 5,
                provider IN ('Microsoft-Windows-PowerShell', 'PowerShell'), 6,
                startsWith(provider, 'Microsoft-Windows-TerminalServices-'), 7,
                -- some collectors leave the provider out
                provider != '', 0,
                transform(channel, ['Security', 'Microsoft-Windows-Sysmon/Operational'], [1, 2], 0)) AS source
        FROM {before}
    )
);

WITH {include address} AS address, (word -> if(word = '-', '', word)) AS said
SELECT *,
    toUInt16(transform(kind,
        [104624, 104625, 104634, 104647, 104648, 104672, 104688, 104689, 104698, 104699, 104700, 104701, 104702, 104656, 104660, 104663,
         104720, 104722, 104723, 104724, 104725, 104726, 104738, 104740, 104767, 104781, 104741, 104743,
         104728, 104732, 104756, 104729, 104733, 104757, 104727, 104731, 104754, 104730, 104734, 104758,
         104768, 104769, 104770, 104771, 104776, 104778, 104779, 105140, 105145, 105156, 105157, 104657,
         301102, 300104, 200001, 200002, 200003, 200005, 200006, 200007, 200008, 200010, 200011, 200012, 200013, 200014, 200015, 200017, 200018, 200022, 200023, 200025, 200026,
         200027, 200028, 200029, 501116, 501117, 501015, 604103, 604104, 600400, 600800, 701149, 700021, 700023, 700024, 700025],
        [3002, 3002, 3002, 3002, 3002, 3003, 1007, 1007, 1006, 1006, 1006, 1006, 1006, 1001, 1001, 1001,
         3001, 3001, 3001, 3001, 3001, 3001, 3001, 3001, 3001, 3001, 3001, 3001,
         3006, 3006, 3006, 3006, 3006, 3006, 3006, 3006, 3006, 3006, 3006, 3006,
         3002, 3002, 3002, 3002, 3002, 3002, 3002, 4006, 4006, 4001, 4001, 1001,
         1008, 1008, 1007, 1001, 4001, 1007, 1002, 1005, 1007, 1007, 1001, 1001, 1001, 1001, 1001, 1001, 1001, 4003, 1001, 1007, 1001,
         1001, 1001, 1001, 2004, 2004, 2004, 1007, 1007, 1007, 1007, 3002, 3002, 3002, 3002, 3002], 0)) AS class_uid,
    toUInt8(multiIf(
        kind = 200012, if(startsWith(d['EventType'], 'Delete'), 4, 1),
        transform(kind,
        [104624, 104625, 104634, 104647, 104648, 104672, 104688, 104689, 104698, 104699, 104700, 104701, 104702, 104656, 104660,
         104720, 104722, 104723, 104724, 104725, 104726, 104740, 104767, 104741, 104743,
         104728, 104732, 104756, 104729, 104733, 104757, 104727, 104731, 104754, 104730, 104734, 104758,
         104768, 104769, 104770, 104771, 104776, 105156, 105157, 104657,
         301102, 300104, 200001, 200002, 200003, 200005, 200006, 200007, 200008, 200010, 200011, 200013, 200014, 200015, 200017, 200018, 200022, 200023, 200026,
         200029, 501116, 501117, 501015, 701149, 700021, 700023],
        [1, 1, 2, 2, 1, 1, 1, 2, 1, 3, 4, 5, 2, 14, 4,
         1, 2, 3, 4, 5, 6, 9, 12, 1, 6,
         3, 3, 3, 4, 4, 4, 6, 6, 6, 5, 5, 5,
         3, 4, 5, 6, 1, 1, 5, 3,
         1, 1, 1, 6, 1, 2, 1, 1, 4, 3, 1, 3, 5, 1, 1, 14, 1, 4, 4,
         1, 1, 1, 1, 1, 1, 2], 99))) AS activity_id,
    address(multiIf(
        source = 2, d['SourceIp'],
        d['IpAddress'] != '', d['IpAddress'],
        kind = 701149, d['Param3'],
        source = 7, d['Address'],
        d['ClientAddress'] != '', d['ClientAddress'],
        d['SourceAddress'])) AS src_endpoint_ip,
    address(if(source = 2, d['DestinationIp'], d['DestAddress'])) AS dst_endpoint_ip,
    said(multiIf(
        acts_on_process, d['TargetImage'],
        d['Image'] != '' AND source = 2, d['Image'],
        kind = 104688, d['NewProcessName'],
        source = 1, if(d['ProcessName'] != '', d['ProcessName'], d['Application']),
        source = 5, d['Process Name'],
        '')) AS process_file_path,
    said(multiIf(acts_on_process, d['SourceImage'], d['ParentImage'] != '', d['ParentImage'], d['ParentProcessName'])) AS actor_process_file_path,
    said(multiIf(
        d['TargetFilename'] != '', d['TargetFilename'],
        d['ImageLoaded'] != '', d['ImageLoaded'],
        d['PipeName'] != '', d['PipeName'],
        kind = 105145, d['RelativeTargetName'],
        kind = 105140, d['ShareName'],
        class_uid = 1001 AND source = 1 AND d['ObjectType'] != 'Key', d['ObjectName'],
        source = 5, extract(d['Path'], '^(?:[a-z]+:_)?([^;]*)'),
        '')) AS file_path,
    multiIf(source = 2, d['TargetObject'], kind = 104657 OR d['ObjectType'] = 'Key', d['ObjectName'], '') AS reg_key_path
FROM {before};

WITH (word -> if(word = '-', '', word)) AS said, {include file_name} AS name_of, {include activity_name} AS caption
SELECT
    time,
    received_at, site, feed, format, batch_id, seq,
    transform(source, [1, 2, 3, 4, 5, 6, 7], ['Windows', 'Sysmon', 'Windows', 'Windows', 'Windows Defender', 'PowerShell', 'Windows'], 'Windows') AS metadata_product_name,
    channel AS metadata_log_name,
    toString(event_id) AS metadata_event_code,
    -- number of the source in front of the number of the event
    class_uid,
    activity_id,
    if(reg_key_path != '', concat('Registry ', if(d['EventType'] != '', d['EventType'], 'Value Changed')), caption(class_uid, activity_id, own_name)) AS activity_name,
    toUInt8(if(source = 5 AND d['Severity ID'] != '', transform(d['Severity ID'], ['1', '2', '4', '5'], [2, 3, 4, 5], 0),
        -- a refused logon is more than information
        if(failed_here AND level IN (0, 4, 5), 2, transform(level, [0, 1, 2, 3, 4, 5], [1, 5, 4, 3, 1, 1], 0)))) AS severity_id,
    toUInt8(multiIf(failed_here, 2, class_uid IN (3001, 3002, 3003, 3006, 1006, 1008, 4006), 1, 0)) AS status_id,
    toUInt8(multiIf(kind = 105157, 2, kind = 105156, 1,
        kind = 501117, if(d['Action ID'] IN ('2', '3', '10') OR d['Action Name'] IN ('Quarantine', 'Remove', 'Block'), 2, 1), 0)) AS action_id,
    -- one attempt leaves several records: of a refused logon the machine's own (4625) and Kerberos' wrong password (4771) count
    multiIf(kind = 104625 OR kind = 104771 AND lower(d['Status']) = '0x18', 'unauthorised_access', kind IN (501116, 501117, 501015), 'malware', '') AS attack_type,
    '' AS attack_uid,
    src_endpoint_ip,
    toUInt16OrZero(multiIf(source = 2, d['SourcePort'], d['IpPort'] != '', d['IpPort'], d['SourcePort'])) AS src_endpoint_port,
    said(multiIf(source = 2, d['SourceHostname'], d['WorkstationName'] != '', d['WorkstationName'], d['Workstation'] != '', d['Workstation'],
        kind = 104740, d['TargetDomainName'], d['ClientName'])) AS src_endpoint_hostname,
    dst_endpoint_ip,
    toUInt16OrZero(if(source = 2, d['DestinationPort'], d['DestPort'])) AS dst_endpoint_port,
    if(source = 2, said(d['DestinationHostname']), '') AS dst_endpoint_hostname,
    if(class_uid = 4001, transform(lower(d['Protocol']), ['6', '17', '1', '58'], ['tcp', 'udp', 'icmp', 'icmp6'], lower(d['Protocol'])), '') AS connection_info_protocol_name,
    computer AS device_hostname,
    said(multiIf(
        account != '', account_parts[-1],
        -- who was put into a group: the group itself stays in TargetUserName
        class_uid = 3006, if(d['MemberName'] IN ('', '-'), '', replaceAll(extract(d['MemberName'], '^(?i:CN=)?((?:[^,\\\\]|\\\\.)+)'), '\\,', ',')),
        kind IN (104672, 104656, 104663, 104660, 104657, 105140, 105145), d['SubjectUserName'],
        kind = 104688 AND d['TargetUserName'] IN ('', '-'), d['SubjectUserName'],
        kind = 701149, d['Param1'],
        kind IN (104778, 104779), d['AccountName'],
        source = 1, d['TargetUserName'],
        '')) AS user_name,
    said(multiIf(
        account != '', if(length(account_parts) > 1, account_parts[1], ''),
        class_uid = 3006 OR kind = 104740, '',
        kind IN (104672, 104656, 104663, 104660, 104657, 105140, 105145) OR kind = 104688 AND d['TargetUserName'] IN ('', '-'), d['SubjectDomainName'],
        kind = 701149, d['Param2'],
        source = 1, d['TargetDomainName'],
        '')) AS user_domain,
    said(multiIf(class_uid = 3006, d['MemberSid'], kind = 104688 AND d['TargetUserName'] IN ('', '-') OR kind IN (104672, 105140, 105145, 104663), d['SubjectUserSid'],
        source = 1, if(d['TargetUserSid'] != '', d['TargetUserSid'], d['TargetSid']), '')) AS user_uid,
    said(multiIf(
        source IN (1, 3), d['SubjectUserName'],
        kind IN (200001, 200008, 200010), splitByChar('\\', if(d['ParentUser'] != '', d['ParentUser'], d['SourceUser']))[-1],
        -- Sysmon, Defender and Remote Desktop write as the account of their service
        source IN (0, 4, 6), header['user'], '')) AS actor_user_name,
    toUInt8OrZero(d['LogonType']) AS logon_type_id,
    name_of(process_file_path) AS process_name,
    multiIf(source = 2, toUInt32OrZero(if(acts_on_process, d['TargetProcessId'], d['ProcessId'])),
        match(pid, '^0x[0-9a-fA-F]{1,8}$'), reinterpretAsUInt32(reverse(unhex(leftPad(substring(pid, 3), 8, '0')))),
        toUInt32OrZero(pid)) AS process_pid,
    multiIf(
        d['CommandLine'] != '', d['CommandLine'],
        kind IN (104697, 407045), if(kind = 407045, d['ImagePath'], d['ServiceFileName']),
        -- a task is kept as XML: what it starts is what matters
        kind IN (104698, 104702), trimRight(concat(decodeXMLComponent(extract(d['TaskContent'], '<Command>([^<]*)<')), ' ', decodeXMLComponent(extract(d['TaskContent'], '<Arguments>([^<]*)<')))),
        source = 6, if(d['ScriptBlockText'] != '', d['ScriptBlockText'], d['Payload']),
        '') AS process_cmd_line,
    process_file_path,
    name_of(actor_process_file_path) AS actor_process_name,
    actor_process_file_path,
    d['ParentCommandLine'] AS actor_process_cmd_line,
    file_path,
    name_of(file_path) AS file_name,
    lower(extract(hashes, '(?:^|,)MD5=([0-9A-Fa-f]{32})(?:,|$)')) AS file_hashes_md5,
    lower(extract(hashes, '(?:^|,)SHA256=([0-9A-Fa-f]{64})(?:,|$)')) AS file_hashes_sha256,
    reg_key_path,
    multiIf(kind = 104657, d['ObjectValueName'], kind = 200013 OR endsWith(d['EventType'], 'Value'), name_of(d['TargetObject']), '') AS reg_value_name,
    multiIf(reg_key_path = '', '', kind = 104657, d['NewValue'], d['Details']) AS reg_value_data,
    if(source = 2, d['QueryName'], '') AS query_hostname,
    if(source = 2, transform(d['QueryStatus'], ['', '0', '9002', '9003', '9005', '9501'], ['', 'NOERROR', 'SERVFAIL', 'NXDOMAIN', 'REFUSED', 'NOERROR'], d['QueryStatus']), '') AS query_rcode,
    if(source = 5, d['Threat ID'], '') AS finding_info_uid,
    if(source = 5, d['Threat Name'], '') AS finding_info_title,
    if(source = 5, d['Category Name'], '') AS finding_info_category,
    text AS message,
    -- Rules written for Windows read the event's data by its own names: all of it is kept but for what a column holds whole.
    mapFilter((name, value) -> value != '' AND NOT (source = 2 AND name IN (
            'Image', 'CommandLine', 'ParentImage', 'ParentCommandLine', 'SourceImage', 'TargetImage', 'TargetFilename', 'ImageLoaded', 'PipeName', 'TargetObject', 'Details',
            'QueryName', 'SourceIp', 'SourcePort', 'DestinationIp', 'DestinationPort', 'UtcTime', 'Hashes')
        AND (name != 'Details' OR reg_key_path != '') AND (name != 'SourceIp' OR src_endpoint_ip != '') AND (name != 'DestinationIp' OR dst_endpoint_ip != '')
        OR kind = 104688 AND name IN ('NewProcessName', 'CommandLine', 'ParentProcessName')
        OR source = 6 AND name IN ('ScriptBlockText', 'Payload') AND (name = 'ScriptBlockText' OR d['ScriptBlockText'] = '')),
        mapConcat(header, d)) AS unmapped,
    line AS raw_data,
    reason
FROM {before}
