-- What programs of a server write, taken apart: the stages behind both syslog formats, which tell `app` (the program), `text`
-- (its message), `host`, `pid`, `facility`, `message_id`, `structured`, `severity_id`, `time` and `reason`. Whoever talks to a
-- program chooses part of its words (a user name, a mail address), so a field is taken only from a place that the program
-- alone can have written.
-- One expression takes a line apart, chosen by its program: the engine runs it for the lines of that program only. Every
-- stage reads from a table of its own, because the engine plans an alias anew wherever the same SELECT uses it.
-- kind is the program, told apart where it writes lines that are unlike each other
SELECT *,
    startsWith(said, 'pam_') AS of_pam,
    multiIf(
        program = '' OR program = 'login', if(of_pam, 'session', program),
        program = 'sshd', if(startsWith(said, 'Accepted ') OR startsWith(said, 'Failed '), 'ssh login', 'sshd'),
        program = 'postfix' AND match(said, '^[0-9A-Za-z]{6,20}: (?:from|to)=<'), 'mail',
        program) AS kind
FROM (
    SELECT *,
        transform(app,
            ['sshd', 'sshd-session', 'sshd-auth', 'sudo', 'su', 'kernel', 'named', 'login', 'systemd-logind', 'CRON', 'cron', 'crond',
             'useradd', 'userdel', 'usermod', 'groupadd', 'groupdel', 'groupmod', 'passwd', 'chpasswd', 'gpasswd'],
            ['sshd', 'sshd', 'sshd', 'sudo', 'su', 'kernel', 'named', 'login', 'systemd-logind', 'cron', 'cron', 'cron',
             'accounts', 'accounts', 'accounts', 'accounts', 'accounts', 'accounts', 'accounts', 'accounts', 'accounts'],
            multiIf(startsWith(app, 'postfix'), 'postfix', startsWith(app, 'openvpn') OR startsWith(app, 'ovpn'), 'openvpn', '')) AS program,
        if(startsWith(text, 'message repeated '), extractGroups(text, '^message repeated (\\d+) times: \\[ ?(\\C*)\\]$'), []) AS again,
        if(empty(again), text, again[2]) AS said
    FROM {before}
);

SELECT *,
    -- the user name stands last: nothing behind it is read
    if(of_pam,
       extractGroups(said, '^pam_\\w+\\([^()]*\\): authentication failure; logname=\\S* uid=\\d* euid=\\d* tty=\\S* ruser=(\\S*) rhost=(\\S*) *(?:user=(\\C*))?$'),
       []) AS pam,
    multiIf(
        kind = '', [],
        -- a user name is whatever the client sent, also "x from 10.0.0.1 port 22": the address that sshd wrote is the last
        kind = 'ssh login', extractGroups(said, '^(?:Failed|Accepted) (\\S+) for (?:invalid user )?(.*) from (\\S+) port (\\d+)'),
        kind = 'sshd', if(of_pam, [],
            extractGroups(if(startsWith(said, 'Received '), replaceRegexpOne(said, '^(Received disconnect from \\S+ port \\d+):.*', '\\1'), said),
                '^(Invalid user|(?:Connection closed by|Connection reset by|Disconnected from) (?:authenticating |invalid )?user|Connection closed by|Connection reset by|Disconnected from|Received disconnect from) ?(.*?)(?: from)? ([0-9a-fA-F.:]+) port (\\d+)(?: \\[preauth\\])?$')),
        kind = 'sudo', if(position(said, ' ; USER=') > 0, extractGroups(said, ' ; USER=(\\S+) ; (?:.*? ; )?COMMAND=(.*)$'), []),
        kind = 'cron', extractGroups(said, '^\\((\\S+)\\) CMD \\((.*)\\)$'),
        kind = 'session', extractGroups(said, '^pam_\\w+\\([^()]*:session\\): session (opened|closed) for user ([^\\s(]+)'),
        kind = 'kernel', if(position(said, ' OUT=') > 0,
            extractGroups(said, '^(?:\\[ *[\\d.]+\\] ?)?(.*?) ?IN=(\\S*) OUT=(\\S*) (?:.*? )?SRC=(\\S+) DST=(\\S+) LEN=(\\d+) .*?PROTO=(\\S+)(?: SPT=(\\d+) DPT=(\\d+))?(.*)$'), []),
        kind = 'openvpn', extractGroups(said, '^(?:\\d{4}-\\S+ \\S+ )?(?:(.*)/)?([0-9a-fA-F.:]+):(\\d{1,5}) (.*)$'),
        -- a quoted mail address may hold anything: none is taken from such a line
        kind = 'mail', extractGroups(said, '^([0-9A-Za-z]{6,20}): (from|to)=<([^<>"]*)>(\\C*)$'),
        kind = 'postfix', extractGroups(said,
            '^(?:[0-9A-Za-z]+: )?(connect from|disconnect from|lost connection after [A-Z]+ from|timeout after [A-Z]+ from|reject: [A-Z]+ from|client=|warning:) ?([^\\s\\[]+)\\[([0-9a-fA-F.:]+)\\](?::\\d+)?(\\C*)$'),
        kind = 'named', extractGroups(said,
            '^(?:[\\w-]+: (?:\\w+: )?)?client (?:@0x[0-9a-f]+ )?([0-9a-fA-F.:]+)(?:%\\w+)?#(\\d+)(?:/key \\S+)? \\((\\S*)\\): (?:view \\S+: )?(\\C*)$'),
        kind = 'accounts', extractGroups(said,
            '^(new user: name=|delete user \'|change user \'|lock user \'|unlock user \'|lock \'|unlock \'|new group: name=|group added to /etc/group: name=|removed group \'|group \'|add \'|delete \'|user |pam_unix\\(\\w+:chauthtok\\): password changed for |password for \')([^\',\\s]+)\'?(?:.*? (?:to|from) (?:shadow )?group \'?([^\'\\s]+))?(.*)$'),
        kind = 'systemd-logind', extractGroups(said, '^(New session|Removed session|Session) \'?(\\w+)\'?(?: of user \'?([^\'\\s]+?)\'?(?: with .*)?\\.?$)?'),
        kind = 'login', extractGroups(said,
            '^(FAILED LOGIN|ROOT LOGIN|LOGIN)(?: SESSION)?(?: \\(?\\d+\\)?)? (?i:on) \'?([^\\s\']+)\'?(?: FROM \'?(?:[^\\s\']+)\'?)?(?: (?:FOR|BY) \'?([^\']*?)\'?(?:, [^\']*)?)?$'),
        []) AS parts
FROM {before};

SELECT *,
    multiIf(
        kind = 'sudo', extractGroups(said, '^(\\S+) : '),
        kind = 'openvpn', if(endsWith(said, '\'') OR endsWith(said, '\' [CN SET]'),
            extractGroups(said, 'TLS: Username/Password authentication \\w+ for username \'([^\']*)\'(?: \\[CN SET\\])?$'),
            extractGroups(said, '\\[([^\\]]*)\\] Peer Connection Initiated with \\[AF_INET6?\\]([0-9a-fA-F.:]+):(\\d+)(?: \\(via .*\\))?$')),
        kind = 'mail', if(parts[2] = 'to',
            extractGroups(parts[4], '^(?:, orig_to=<[^<>"]*>)?, relay=([^\\s\\[,]+)(?:\\[([0-9a-fA-F.:]+)\\](?::(\\d+))?)?, (?:[a-z_]+=\\S+, )*status=(\\w+)'), []),
        kind = 'postfix', multiIf(
            parts[1] = 'warning:', extractGroups(parts[4], '^: SASL (\\S+) authentication failed(?:: .*?)?(?:, sasl_username=(.*))?$'),
            parts[1] = 'client=', extractGroups(parts[4], '^, sasl_method=(\\S+), sasl_username=(.*)$'),
            startsWith(parts[1], 'reject: '), extractGroups(parts[4], '^: (\\d{3}) .*; from=<([^<>"]*)> to=<([^<>"]*)> proto='),
            []),
        kind = 'named', if(startsWith(parts[4], 'query: '),
            extractGroups(parts[4], '^query: (\\S+) (\\S+) (\\S+) (\\S+)(?: \\(([0-9a-fA-F.:]+)\\))?'),
            extractGroups(parts[4], '^(query|query \\(cache\\)|zone transfer|transfer of|update|rpz \\w+ \\w+ rewrite) \'?([^\\s\']*?)/(?:(\\w+)/)?(\\w+)\'?:? ?(\\S*)')),
        []) AS more
FROM {before};

-- step says what the line tells, by the words of its kind: '' when the line is not understood
SELECT *,
    multiIf(
        kind IN ('', 'sshd', 'ssh login', 'sudo', 'su', 'cron'), '',
        kind = 'openvpn', multiIf(
            length(more) = 3, 'opened',
            startsWith(parts[4], 'TLS Auth Error: '), 'refused',
            startsWith(parts[4], 'VERIFY ERROR: ') OR match(parts[4], '^SENT CONTROL \\[.*\\]: \'AUTH_FAILED[^\']*\' \\(status=\\d+\\)$'), 'failed',
            match(parts[4], '^SENT CONTROL \\[.*\\]: \'PUSH_REPLY[^\']*\' \\(status=\\d+\\)$'), 'passed',
            startsWith(parts[4], 'TLS Error: '), 'broken',
            endsWith(parts[4], 'client-instance exiting'), 'closed',
            notEmpty(parts), 'other', ''),
        empty(parts), '',
        kind = 'accounts', multiIf(
            position(parts[1], 'password changed') > 0, 'password',
            parts[1] = 'user ', if(position(parts[4], 'removed') > 0 OR position(said, ' removed by ') > 0, 'member removed', 'member added'),
            parts[1] = 'delete \'' AND position(said, ' group ') = 0, 'deleted',
            transform(parts[1],
                ['new user: name=', 'delete user \'', 'lock user \'', 'lock \'', 'unlock user \'', 'unlock \'', 'password for \'',
                 'new group: name=', 'group added to /etc/group: name=', 'removed group \'', 'group \'', 'add \'', 'delete \''],
                ['created', 'deleted', 'locked', 'locked', 'unlocked', 'unlocked', 'password',
                 'group created', 'group created', 'group deleted', 'group deleted', 'member added', 'member removed'],
                'changed')),
        kind = 'mail', parts[2],
        kind = 'postfix', if(empty(more), if(startsWith(parts[1], 'reject'), 'reject', 'smtp'), transform(parts[1], ['warning:', 'client='], ['refused', 'client'], 'reject')),
        kind = 'named', if(empty(more), '', if(startsWith(parts[4], 'query: '), 'query', 'answer')),
        kind = 'kernel', 'packet',
        kind = 'session', parts[1],
        kind = 'login' OR kind = 'systemd-logind', 'console',
        '') AS step,
    -- user, address and port: a certificate's or user's name stands before the address; a line with two addresses does
    -- not say which is OpenVPN's
    if(kind = 'openvpn', multiIf(
        length(more) = 3, more,
        countMatches(said, '(?:^|/| )[0-9a-fA-F.:]+:\\d{1,5} ') != 1, [if(empty(more), '', more[1]), '', ''],
        [if(empty(more), parts[1], more[1]), parts[2], parts[3]]), []) AS tunnel
FROM {before};

SELECT *,
    toUInt16(multiIf(
        program = '' AND NOT of_pam, 0,
        program IN ('sshd', 'su'), 3002,
        program IN ('sudo', 'cron'), 1007,
        step IN ('', 'reject', 'smtp', 'from', 'to'), multiIf(notEmpty(parts) AND program = 'postfix', 4009, notEmpty(pam), 3002, 0),
        step = 'packet', 4001,
        kind = 'openvpn', if(step IN ('refused', 'failed', 'passed'), 3002, 4014),
        step IN ('query', 'answer'), 4003,
        kind = 'accounts', if(startsWith(step, 'group') OR startsWith(step, 'member'), 3006, 3001),
        3002)) AS class_uid,
    toUInt8(multiIf(
        kind = 'kernel', multiIf(match(upper(parts[1]), 'DROP|REJECT|DENY|DENIED|BLOCK'), 2, match(upper(parts[1]), 'ACCEPT|ALLOW|PASS'), 1, 0),
        step = 'reject' OR (step = 'answer' AND (more[5] = 'denied' OR startsWith(more[1], 'rpz'))), 2,
        0)) AS action_id,
    multiIf(
        kind = 'ssh login', if(startsWith(said, 'Failed '), 'unauthorised_access', ''),
        -- sshd, sudo and su write a line of their own about the same attempt
        notEmpty(pam), if(program IN ('sshd', 'sudo', 'su'), '', 'unauthorised_access'),
        step = 'refused' OR (step = 'console' AND parts[1] = 'FAILED LOGIN'), 'unauthorised_access',
        step = 'answer' AND more[1] = 'zone transfer' AND more[5] = 'denied', 'information_gathering',
        '') AS attack_type,
    multiIf(
        notEmpty(pam), pam[2],
        kind = 'kernel', if(length(parts[4]) = 39, toString(toIPv6OrDefault(parts[4])), parts[4]),
        kind = 'openvpn', replaceOne(tunnel[2], '::ffff:', ''),
        parts[transform(kind, ['ssh login', 'sshd', 'postfix', 'named'], [3, 3, 3, 1], 0)]) AS peer,
    multiIf(
        kind = 'kernel', if(length(parts[5]) = 39, toString(toIPv6OrDefault(parts[5])), parts[5]),
        kind = 'mail', more[2],
        step = 'query', more[5],
        '') AS target
FROM {before};

SELECT
    time, received_at, site, feed, format, batch_id, seq,
    if(step = 'packet', 'netfilter', transform(program,
        ['sshd', 'sudo', 'openvpn', 'postfix', 'named'], ['OpenSSH', 'sudo', 'OpenVPN', 'Postfix', 'BIND'], '')) AS metadata_product_name,
    class_uid,
    activity_id,
    multiIf(
        class_uid = 0, '',
        class_uid = 3002, if(activity_id = 2, 'Logoff', 'Logon'),
        class_uid = 1007, 'Launch',
        class_uid = 4001, transform(activity_id, [1, 5], ['Open', 'Refuse'], 'Traffic'),
        class_uid = 4014, transform(activity_id, [1, 2], ['Open', 'Close'], 'Other'),
        class_uid = 4009, multiIf(activity_id = 1, 'Send', activity_id = 2, 'Receive', replaceRegexpOne(parts[1], ' from$|:$', '')),
        class_uid = 4003, if(activity_id = 6, 'Traffic', 'Query'),
        class_uid = 3006, transform(activity_id, [3, 4, 5, 6], ['Add User', 'Remove User', 'Delete', 'Create'], 'Other'),
        transform(activity_id, [1, 3, 6, 9, 12], ['Create', 'Password Change', 'Delete', 'Lock', 'Unlock'], 'Other')) AS activity_name,
    severity_id,
    multiIf(
        notEmpty(pam), 2,
        program = '', if(step = 'opened', 1, 0),
        kind = 'ssh login', if(startsWith(said, 'Accepted '), 1, 2),
        kind = 'sshd', multiIf(startsWith(said, 'session opened'), 1,
            match(said, '^(?:Invalid user |Connection closed by authenticating|maximum authentication|Disconnected from authenticating|error: maximum)'), 2, 0),
        kind = 'sudo', multiIf(match(said, 'incorrect password|NOT in sudoers|command not allowed|authentication failure'), 2, more[1] != '', 1, 0),
        kind = 'su', multiIf(match(said, '(?i)^\\(?to .*on |session opened'), 1, match(said, '(?i)failed|failure'), 2, 0),
        kind = 'openvpn', transform(step, ['opened', 'passed', 'refused', 'failed', 'broken'], [1, 1, 2, 2, 2], 0),
        kind = 'mail', transform(more[4], ['bounced', 'deferred', 'expired', 'undeliverable', 'sent', 'deliverable'], [2, 2, 2, 2, 1, 1], 0),
        kind = 'accounts', if(step IN ('', 'changed'), 0, 1),
        step = 'console', transform(parts[1], ['FAILED LOGIN', 'New session', 'LOGIN', 'ROOT LOGIN'], [2, 1, 1, 1], 0),
        step = 'answer', if(more[5] = 'denied', 2, 0),
        transform(step, ['refused', 'reject', 'client', 'opened'], [2, 2, 1, 1], 0)) AS status_id,
    action_id,
    attack_type,
    if(attack_type = 'information_gathering', 'T1590.002', '') AS attack_uid,
    src_endpoint_ip,
    toUInt16OrZero(if(kind = 'openvpn', tunnel[3], parts[transform(kind, ['ssh login', 'sshd', 'kernel', 'named'], [4, 4, 8, 2], 0)])) AS src_endpoint_port,
    multiIf(kind = 'postfix', if(parts[2] = 'unknown', '', parts[2]), notEmpty(pam) AND src_endpoint_ip = '', pam[2], '') AS src_endpoint_hostname,
    if(isIPv4String(target) OR isIPv6String(target), target, '') AS dst_endpoint_ip,
    toUInt16OrZero(if(kind = 'mail', more[3], parts[transform(kind, ['kernel'], [9], 0)])) AS dst_endpoint_port,
    if(kind = 'mail' AND more[1] != 'none', more[1], '') AS dst_endpoint_hostname,
    multiIf(step = 'packet', lower(parts[7]), step = 'query', if(position(more[4], 'T') > 0, 'tcp', 'udp'), '') AS connection_info_protocol_name,
    toUInt64OrZero(if(step = 'packet', parts[6], '')) AS traffic_bytes_out,
    if(host = '-', '', host) AS device_hostname,
    multiIf(
        kind = 'sudo', parts[1],
        notEmpty(pam), pam[3],
        kind = 'openvpn', tunnel[1],
        kind = 'postfix', if(step IN ('refused', 'client'), more[2], ''),
        kind = 'accounts' AND startsWith(step, 'group'), '',
        kind = 'login' AND parts[1] = 'ROOT LOGIN' AND parts[3] = '', 'root',
        parts[transform(kind, ['ssh login', 'sshd', 'accounts', 'session', 'login', 'systemd-logind'], [2, 2, 2, 2, 3, 3], 0)]) AS user_name,
    multiIf(
        notEmpty(pam) AND kind != 'cron', pam[1],
        kind = 'sudo', more[1],
        kind = 'cron', parts[1],
        kind = 'accounts', extract(said, ' by \'?([^\'\\s]+)'),
        '') AS actor_user_name,
    multiIf(program = 'sshd', 'sshd', app = '-', '', app) AS process_name,
    toUInt32OrZero(pid) AS process_pid,
    if(kind IN ('sudo', 'cron'), parts[2], '') AS process_cmd_line,
    multiIf(step = 'query', more[1], step = 'answer', more[2], '') AS query_hostname,
    multiIf(step = 'query' OR (step = 'answer' AND more[3] != ''), more[3], step = 'answer' AND more[1] = 'transfer of', more[5], '') AS query_type,
    multiIf(step = 'from', parts[3], step = 'reject', more[2], '') AS email_from,
    multiIf(step = 'to', parts[3], step = 'reject', more[3], '') AS email_to,
    text AS message,
    mapFilter((name, value) -> value NOT IN ('', '-'), map(
        'syslog_facility', facility,
        'syslog_msgid', message_id,
        'syslog_structured_data', structured,
        if(notEmpty(again), 'repeated', transform(if(step IN ('query', 'answer', 'reject'), step, kind),
            ['ssh login', 'kernel', 'openvpn', 'mail', 'postfix', 'reject', 'query', 'answer', 'accounts', 'login', 'systemd-logind'],
            ['ssh_auth_method', 'prefix', 'openvpn_step', 'queue_id', 'sasl_method', 'smtp_code', 'query_flags', 'answer', 'group', 'session', 'session'], '')),
        multiIf(
            notEmpty(again), again[1],
            kind = 'kernel', trimBoth(parts[1]),
            kind = 'openvpn', if(step = 'other', '', step),
            step IN ('refused', 'client', 'reject', 'answer'), more[1],
            step = 'query', more[4],
            kind = 'accounts' AND NOT startsWith(step, 'group'), parts[3],
            parts[transform(kind, ['ssh login', 'mail', 'accounts', 'login', 'systemd-logind'], [1, 1, 2, 2, 2], 0)]),
        transform(kind, ['ssh login', 'sshd', 'kernel', 'mail'], ['syslog_tag', 'syslog_tag', 'IN', 'status'], ''),
        multiIf(notEmpty(again), '', program = 'sshd', if(app = 'sshd', '', app), kind = 'kernel', parts[2], kind = 'mail', more[4], ''),
        'OUT', if(kind = 'kernel' AND empty(again), parts[3], ''),
        'flags', if(kind = 'kernel' AND empty(again), trimBoth(parts[10]), '')
    )) AS unmapped,
    line AS raw_data,
    reason
FROM (
    SELECT *,
        if(isIPv4String(peer) OR isIPv6String(peer), peer, '') AS src_endpoint_ip,
        toUInt8(multiIf(
            class_uid = 0, 0,
            class_uid IN (3002, 1007), if(step = 'closed' OR (program = 'systemd-logind' AND parts[1] != 'New session'), 2, 1),
            class_uid = 4001, transform(action_id, [1, 2], [1, 5], 6),
            class_uid = 4014, transform(step, ['opened', 'broken', 'closed'], [1, 1, 2], 99),
            class_uid = 4009, multiIf(step = 'to', 1, step IN ('from', 'reject') OR parts[1] = 'client=', 2, 99),
            class_uid = 4003, if(step = 'answer' AND startsWith(more[1], 'transfer'), 6, 1),
            class_uid = 3006, transform(step, ['member added', 'member removed', 'group deleted', 'group created'], [3, 4, 5, 6], 99),
            transform(step, ['created', 'password', 'deleted', 'locked', 'unlocked'], [1, 3, 6, 9, 12], 99))) AS activity_id
    FROM {before}
)
