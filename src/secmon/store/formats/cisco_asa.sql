-- Cisco ASA and FTD syslog, %ASA-level-number: text, behind whatever syslog header the sender or a relay puts before it:
-- https://www.cisco.com/c/en/us/td/docs/security/asa/syslog/asa-syslog.html
SELECT
    ifNull(stamp, received_at) AS time,
    received_at, site, feed, format, batch_id, seq,
    g[10] AS metadata_product_name,
    g[12] AS metadata_event_code,
    toUInt16(multiIf(
        kind IN ('built', 'teardown', 'icmp built', 'icmp teardown', 'denied', 'listed', 'translation'), 4001,
        kind IN ('login', 'aaa', 'session', 'left'), 3002,
        kind = 'tunnel', 4014,
        kind IN ('threat', 'ips'), 2004,
        kind = 'command', 1007,
        0)) AS class_uid,
    toUInt8(multiIf(
        class_uid = 4001, multiIf(action_id = 2, 5, endsWith(kind, 'built') OR kind = 'listed', 1, endsWith(kind, 'teardown'), 2, 99),
        class_uid = 3002, if(kind = 'left' OR number = 716002, 2, 1),
        class_uid = 4014, if(number IN (722023, 722028, 722037), 2, 1),
        class_uid != 0, 1,
        0)) AS activity_id,
    multiIf(
        class_uid = 4001, transform(activity_id, [1, 2, 5], ['Open', 'Close', 'Refuse'], 'Built translation'),
        class_uid = 3002, if(activity_id = 2, 'Logoff', 'Logon'),
        class_uid = 4014, if(activity_id = 2, 'Close', 'Open'),
        class_uid = 2004, 'Create',
        class_uid = 1007, 'Launch',
        '') AS activity_name,
    -- a refused packet is an alert to an ASA: to us it is traffic
    least(transform(g[11], ['0', '1', '2', '3', '4', '5', '6', '7'], [5, 5, 5, 4, 3, 2, 1, 1], 0), if(class_uid = 4001, 2, 5)) AS severity_id,
    multiIf(
        number IN (605004, 113005, 113015, 716039), 2,
        kind IN ('login', 'aaa', 'session', 'tunnel', 'built', 'icmp built') AND activity_id = 1, 1,
        0) AS status_id,
    toUInt8(multiIf(
        kind = 'denied' OR startsWith(verdict, 'denied'), 2,
        verdict != '' OR endsWith(kind, 'built'), 1,
        0)) AS action_id,
    multiIf(
        number IN (605004, 113005, 113015, 716039), 'unauthorised_access',
        kind = 'threat', multiIf(threat = 'Scanning' OR number = 733101, 'information_gathering', threat IN ('SYN attack', 'DoS attack', 'ICMP attack'), 'denial_of_service', ''),
        kind = 'ips', transform(signature,
            ['1100', '1102', '1103', '2150', '2151', '2154', '4050', '4051', '4052', '3040', '3041', '3042', '6050', '6051', '6052', '6053', '6100', '6101', '6102', '6103', '6190'],
            ['denial_of_service', 'denial_of_service', 'denial_of_service', 'denial_of_service', 'denial_of_service', 'denial_of_service',
             'denial_of_service', 'denial_of_service', 'denial_of_service', 'information_gathering', 'information_gathering', 'information_gathering',
             'information_gathering', 'information_gathering', 'information_gathering', 'information_gathering', 'information_gathering',
             'information_gathering', 'information_gathering', 'information_gathering', 'privilege_acquisition'], ''),
        '') AS attack_type,
    if(kind IN ('threat', 'ips'), transform(attack_type, ['information_gathering', 'denial_of_service'], ['T1595', 'T1499'], ''), '') AS attack_uid,
    if(isIPv4String(source) OR isIPv6String(source), source, '') AS src_endpoint_ip,
    if(startsWith(kind, 'icmp'), 0, toUInt16OrZero(if(turned, c[7], c[4]))) AS src_endpoint_port,
    if(notEmpty(c) AND src_endpoint_ip = '', source, '') AS src_endpoint_hostname,
    if(isIPv4String(target) OR isIPv6String(target), target, '') AS dst_endpoint_ip,
    multiIf(startsWith(kind, 'icmp'), 0,
        kind = 'login', toUInt16(transform(c[7], ['ssh', 'telnet', 'http', 'https'], [22, 23, 80, 443], 0)),
        toUInt16OrZero(if(turned, c[4], c[7]))) AS dst_endpoint_port,
    if(dst_endpoint_ip = '', target, '') AS dst_endpoint_hostname,
    lower(c[1]) AS connection_info_protocol_name,
    toUInt64OrZero(sent[1]) AS traffic_bytes_in,
    toUInt64OrZero(sent[2]) AS traffic_bytes_out,
    if(host = '-', '', host) AS device_hostname,
    multiIf(kind = 'login', c[8], kind = 'built', extract(c[8], '\\) \\(([^()]+)\\)$'), v[2]) AS user_name,
    command[1] AS actor_user_name,
    command[3] AS process_cmd_line,
    multiIf(kind = 'ips', signature, kind = 'threat', g[12], '') AS finding_info_uid,
    multiIf(kind = 'ips', extract(text, '^IPS:\\d+ (.*?) from '), kind = 'threat', if(threat = '', 'Host is attacking', threat), '') AS finding_info_title,
    if(kind IN ('threat', 'ips'), kind, '') AS finding_info_category,
    text AS message,
    mapFilter((name, value) -> value != '', mapConcat(
        map('src_interface', if(turned, c[5], c[2]), 'dst_interface', if(turned, c[2], c[5])),
        multiIf(
            kind IN ('built', 'teardown'), map('connection', extract(text, 'connection (\\d+)'), 'duration', extract(c[8], 'duration (\\S+)'), 'bytes', extract(c[8], ' bytes (\\d+)'),
                'teardown_reason', extract(c[8], ' bytes \\d+ (.*)$')),
            kind IN ('denied', 'listed'), map('acl', if(kind = 'listed', extract(text, '^access-list (\\S+)'), if(c[5] = '', '', c[8])), 'interface', if(c[5] = '', c[8], ''), 'verdict', verdict),
            kind IN ('aaa', 'session', 'tunnel', 'left'), map(if(kind = 'aaa', 'reason', 'group'), v[1], 'assigned', extract(text, 'IPv4 Address <([^>]*)>')),
            kind = 'ips', map('interface', c[8]),
            CAST(map(), 'Map(String, String)')
        ))) AS unmapped,
    line AS raw_data,
    multiIf(
        length(g) + 0 * (length(c) + length(v) + length(command) + length(sent)) = 13 AND (stamp IS NOT NULL OR (g[2] = '' AND g[7] = '')) AND toUInt16OrZero(g[1]) <= 191, '',
        length(g) != 13, 'not a Cisco ASA message',
        toUInt16OrZero(g[1]) > 191, 'priority is over 191',
        'no readable timestamp'
    ) AS reason
FROM (
    SELECT *,
        transform(number,
            [302013, 302015, 302014, 302016, 302020, 302021, 305011, 106100, 605004, 605005, 733100, 733101, 111008, 111009, 111010, 113019,
             106001, 106006, 106007, 106010, 106014, 106015, 106016, 106017, 106021, 106023],
            ['built', 'built', 'teardown', 'teardown', 'icmp built', 'icmp teardown', 'translation', 'listed', 'login', 'login', 'threat', 'threat', 'command', 'command', 'command', 'left',
             'denied', 'denied', 'denied', 'denied', 'denied', 'denied', 'denied', 'denied', 'denied', 'denied'],
            multiIf(number IN (113004, 113005, 113012, 113015), 'aaa', number IN (113039, 716001, 716002, 716039), 'session',
                number IN (722022, 722023, 722028, 722033, 722037, 722051), 'tunnel', number >= 400000 AND number < 401000, 'ips', '')) AS kind,
        -- 1 protocol, 2 interface, 3 address and 4 port of the first end, 5 6 7 of the second, 8 the rest
        multiIf(
            kind IN ('built', 'teardown'), extractGroups(text, '^(?:Built \\w+|Teardown) (\\w+) (?:[\\w-]+ )?connection \\d+ for ([^:\\s]+):([^/\\s]+)/(\\d+)(?:\\([^)]*\\))? (?:\\([^)]*\\) ?)?(?:\\([^)]*\\) )?to ([^:\\s]+):([^/\\s]+)/(\\d+)(\\C*)$'),
            startsWith(kind, 'icmp'), extractGroups(text, '^(?:Built \\w+|Teardown) (ICMP) connection for faddr ()([^/\\s]+)/(\\d+)(?:\\([^)]*\\))? gaddr \\S+ laddr ()([^/\\s]+)/(\\d+)(\\C*)$'),
            kind = 'denied' AND number IN (106010, 106014, 106023), extractGroups(text,
                '^Deny (?:inbound )?(?:protocol )?(\\S+) src ([^:\\s]+):([0-9a-fA-F.:]+)(?:/(\\d+))?(?:\\([^)]*\\))? dst ([^:\\s]+):([0-9a-fA-F.:]+)(?:/(\\d+))?(?:\\([^)]*\\))?(?: \\(type \\d+, code \\d+\\))?(?: by access-group "([^"]*)")?'),
            kind = 'denied', extractGroups(text, '^(?:Inbound |Deny (?:inbound )?)(\\w+)(?: .*?)? from ()\\(?([0-9a-fA-F.:]+)\\)?(?:/(\\d+))? to ()([0-9a-fA-F.:]+)(?:/(\\d+))?(?:.* on interface (\\S+))?'),
            kind = 'listed', extractGroups(text, '^access-list \\S+ \\S+ (\\S+) ([^/\\s]+)/([0-9a-fA-F.:]+)\\((\\d+)\\)(?:\\([^)]*\\))? -> ([^/\\s]+)/([0-9a-fA-F.:]+)\\((\\d+)\\)()'),
            kind = 'translation', extractGroups(text, '^Built \\w+ (\\w+) translation from ([^:\\s(]+)(?:\\([^)]*\\))?:([^/\\s]+)/(\\d+)(?:\\([^)]*\\))? to ([^:\\s(]+)(?:\\([^)]*\\))?:([^/\\s]+)/(\\d+)()'),
            kind = 'login', extractGroups(text, '^Login \\w+() from ()([0-9a-fA-F.:]+)/(\\d+) to ([^:\\s]+):([0-9a-fA-F.:]+)/(\\w+) for user "(.*)"$'),
            kind = 'ips', extractGroups(text, '^IPS:\\d+ .*?() from ()([0-9a-fA-F.:]+)() to ()([0-9a-fA-F.:]+)()(?: on interface (\\S+))?'),
            []) AS c,
        -- the first end is the outer one: of an outbound connection it is the destination. A teardown does not say which
        -- end began: the one with the lower port below 1024 is taken for the server.
        notEmpty(c) AND (startsWith(text, 'Built outbound') OR (kind = 'teardown' AND toUInt16OrZero(c[4]) < 1024 AND toUInt16OrZero(c[7]) >= 1024)
            OR (kind = 'icmp teardown' AND position(c[8], 'type 0') > 0)) AS turned,
        if(kind = 'listed', extract(text, '^access-list \\S+ (\\w+)'), '') AS verdict,
        -- group or reason, user, address: a user calls himself what he likes, the address that counts is the last
        multiIf(
            kind IN ('session', 'tunnel'), extractGroups(text, '^Group <(.*?)> User <(.*)> IP <([^<>]*)>'),
            kind = 'left', extractGroups(text, '^Group = (.*?), Username = (.*), IP = ([0-9a-fA-F.:]+), Session disconnected'),
            number IN (113005, 113015), extractGroups(text, '^AAA user authentication Rejected : reason = ([^:]*?) : (?:server = +\\S+|local database) : user = (.*) : user IP = (\\S+)$'),
            kind = 'aaa', extractGroups(text, '^AAA user authentication Successful : ()(?:server = +\\S+|local database) : user = (.*)()$'),
            []) AS v,
        multiIf(number = 111010, extractGroups(text, '^User \'(.*)\', running \'[^\']*\' from IP ([0-9a-fA-F.:]+), executed \'(.*)\'$'),
            kind = 'command', extractGroups(text, '^User \'(.*)\' executed the ()\'(.*)\' command'), []) AS command,
        if(kind = 'left', extractGroups(text, 'Bytes xmt: (\\d+), Bytes rcv: (\\d+), Reason: [^,]*$'), []) AS sent,
        if(number = 733100, trimBoth(extract(text, '^\\[([^\\]]*)\\]')), '') AS threat,
        if(number = 733101, extract(text, '^Host ([0-9a-fA-F.:]+) is attacking'), '') AS attacker,
        if(kind = 'ips', extract(text, '^IPS:(\\d+)'), '') AS signature,
        multiIf(notEmpty(c), if(turned, c[6], c[3]), v[3] != '', v[3], command[2] != '', command[2], attacker) AS source,
        if(turned, c[3], c[6]) AS target
    FROM (
        SELECT *,
            if(g[7] != '', parseDateTime64BestEffortOrNull(g[7], 3, '{zone}'), {include bsd_time}) AS stamp,
            toUInt32OrZero(g[12]) AS number,
            splitByChar(' ', replaceRegexpOne(g[9], '^[\\s:]*(?:\\d+: )?', ''))[1] AS host_word,
            if(endsWith(host_word, ':'), substring(host_word, 1, length(host_word) - 1), host_word) AS host,
            g[13] AS text
        FROM (
            SELECT *,
                extractGroups(line, '^(?:<(\\d{1,3})>)?(?:1 )?:? ?(?:([A-Z][a-z]{2}) {1,2}(\\d{1,2})(?: (\\d{4}))? ([0-2]?\\d:[0-5]\\d:[0-6]\\d(?:\\.\\d{1,9})?)(?: (20\\d{2}):? )?|(\\d{4}-\\d\\d-\\d\\d[T ][0-2]\\d:[0-5]\\d:[0-6]\\d(?:\\.\\d{1,9})?(?:Z|[+-]\\d\\d:?\\d\\d)?))?(?: (UTC|GMT|KST|JST))?([^%]{0,200}?)%(ASA|FTD|PIX)-(?:[a-z]+-)?([0-7])-(\\d{6}): ?(\\C*)$') AS g,
                transform(g[8], ['UTC', 'GMT', 'KST', 'JST'], [' +0000', ' +0000', ' +0900', ' +0900'], '') AS utc_offset
            FROM {landing}
        )
    )
)
