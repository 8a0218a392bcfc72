-- Rspamd mail gateway, one object a message (https://docs.rspamd.com/modules/metadata_exporter/): what was found in it and done with it.
WITH {include address} AS address, {include activity_name} AS caption
SELECT
    ifNull(stamp, received_at) AS time,
    received_at, site, feed, format, batch_id, seq,
    'Rspamd' AS metadata_product_name,
    'mail' AS metadata_log_name,
    found AS metadata_event_code,
    toUInt16(4009) AS class_uid,
    -- who is logged in sends, everybody else's mail comes in
    toUInt8(if(user_name != '', 1, 2)) AS activity_id,
    caption(class_uid, activity_id, '') AS activity_name,
    toUInt8(multiIf(virus != '', 4, attack_type != '', 3, action = 'reject', 2, 1)) AS severity_id,
    toUInt8(multiIf(action = 'reject', 2, action IN ('greylist', 'soft reject'), 0, 1)) AS status_id,
    toUInt8(multiIf(action IN ('reject', 'greylist', 'soft reject', 'quarantine', 'discard'), 2, 1)) AS action_id,
    -- Phishing mail is counted as malware here: of the seven types it is the one for what is sent to people to be opened.
    -- The symbols for it are also set by clumsy newsletters, so they count only when Rspamd acted on the mail.
    multiIf(virus != '', 'malware', phishing != '' AND action NOT IN ('no action', 'greylist'), 'malware', '') AS attack_type,
    multiIf(attack_type = '', '', virus != '', 'T1566.001', 'T1566.002') AS attack_uid,
    address(m.ip) AS src_endpoint_ip,
    if(m.user IN ('unknown', '-'), '', m.user) AS user_name,
    if(m.sender_smtp != '', m.sender_smtp, m.sender_mime) AS email_from,
    arrayStringConcat(if(notEmpty(m.rcpt_smtp), m.rcpt_smtp, m.rcpt_mime), ', ') AS email_to,
    m.subject AS email_subject,
    m.attachments.filename[1] AS file_name,
    m.attachments.sha256[1] AS file_hashes_sha256,
    found AS finding_info_uid,
    arrayStringConcat(m.symbols[found].options, ', ') AS finding_info_title,
    multiIf(virus != '', 'virus', phishing != '', 'phishing', '') AS finding_info_category,
    mapFilter((name, value) -> value NOT IN ('', '[]'), map(
        'message-id', m.`message-id`,
        'action', m.action,
        'score', m.score,
        'required_score', m.required_score,
        'symbols', arrayStringConcat(arrayMap((name, value) -> concat(name, '(', toString(value), ')'), names, mapValues(m.symbols).score), ' '),
        'sender_mime', if(m.sender_mime = email_from, '', m.sender_mime),
        'attachments', if(length(m.attachments) > 1, arrayStringConcat(m.attachments.filename, ', '), ''),
        'urls', arrayStringConcat(m.urls, ' '),
        'size', m.size,
        'ip', if(src_endpoint_ip = '', m.ip, '')
    )) AS unmapped,
    line AS raw_data,
    multiIf(
        action != '' AND stamp IS NOT NULL AND startsWith(trimLeft(line), '{'), '',
        NOT isValidJSON(line), 'not JSON',
        NOT startsWith(trimLeft(line), '{'), 'not a JSON object',
        action = '', 'no action of Rspamd',
        'no readable timestamp'
    ) AS reason
FROM (
    SELECT *,
        if(match(m.unix_time, '^\\d{9,10}(?:\\.\\d{1,9})?$'), parseDateTime64BestEffortOrNull(m.unix_time, 3, 'UTC'),
            if(match(m.unix_time, '^\\d{4}-'), parseDateTime64BestEffortOrNull(m.unix_time, 3, '{zone}'), NULL)) AS stamp,
        if(m.action IN ('no action', 'add header', 'rewrite subject', 'greylist', 'soft reject', 'reject', 'quarantine', 'discard'), m.action, '') AS action,
        mapKeys(m.symbols) AS names,
        arrayFirst(name -> match(name, '(?:^|_)(?:VIRUS|MALWARE|RANSOMWARE|TROJAN)(?:_|$)'), names) AS virus,
        arrayFirst(name -> match(name, 'PHISH'), names) AS phishing,
        if(virus != '', virus, phishing) AS found
    FROM (
        SELECT *, JSONExtract(line, 'Tuple(
            unix_time String, `message-id` String, ip String, user String, sender_smtp String, sender_mime String, rcpt_smtp Array(String),
            rcpt_mime Array(String), subject String, score String, required_score String, action String,
            symbols Map(String, Tuple(score Float64, options Array(String))), size String,
            attachments Array(Tuple(filename String, sha256 String)), urls Array(String)
        )') AS m
        FROM {landing}
    )
)
