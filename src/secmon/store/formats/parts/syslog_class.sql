        -- What the other columns are told by; in a SELECT of its own, because the engine plans an alias anew wherever it is used.
        toUInt16(multiIf(
            understood = 0, transform(program, ['sshd', 'su', 'sudo', 'cron'], [3002, 3002, 1007, 1007], 0),
            program IN ('sshd', 'su'), 3002,
            program IN ('sudo', 'cron'), 1007,
            notEmpty(packet), 4001,
            tunnel_step IN ('refused', 'failed', 'passed'), 3002,
            tunnel_step != '', 4014,
            notEmpty(mail_refused) OR notEmpty(mail_login), 3002,
            program = 'postfix' AND (notEmpty(mail_peer) OR notEmpty(mail)), 4009,
            notEmpty(query) OR notEmpty(answer), 4003,
            startsWith(account_step, 'group') OR startsWith(account_step, 'member'), 3006,
            account_step != '', 3001,
            notEmpty(console) OR notEmpty(pam) OR notEmpty(pam_session), 3002,
            0)) AS class_uid,
        toUInt8(multiIf(
            notEmpty(packet), multiIf(match(packet_prefix, 'DROP|REJECT|DENY|DENIED|BLOCK'), 2, match(packet_prefix, 'ACCEPT|ALLOW|PASS'), 1, 0),
            answer[5] = 'denied' OR startsWith(mail_peer[1], 'reject') OR startsWith(answer[1], 'rpz'), 2,
            0)) AS action_id,
        multiIf(
            program = 'sshd' AND startsWith(said, 'Failed '), 'unauthorised_access',
            -- sshd, sudo and su write a line of their own about the same attempt
            notEmpty(pam) AND program NOT IN ('sshd', 'sudo', 'su'), 'unauthorised_access',
            tunnel_step = 'refused' OR notEmpty(mail_refused) OR console[1] = 'FAILED LOGIN', 'unauthorised_access',
            answer[1] = 'zone transfer' AND answer[5] = 'denied', 'information_gathering',
            '') AS attack_type,
        if(isIPv4String(peer) OR isIPv6String(peer), peer, '') AS src_endpoint_ip
