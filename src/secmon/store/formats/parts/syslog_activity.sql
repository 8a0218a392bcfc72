        -- The activity within the class; see syslog_class.
        toUInt8(multiIf(
            class_uid IN (3002, 1007), if(pam_session[1] = 'closed' OR (program = 'systemd-logind' AND console[1] != 'New session'), 2, 1),
            class_uid = 4001, multiIf(action_id = 2, 5, action_id = 1, 1, 6),
            class_uid = 4014, transform(tunnel_step, ['opened', 'broken', 'closed'], [1, 1, 2], 99),
            class_uid = 4009, multiIf(mail[2] = 'to', 1, mail[2] = 'from' OR startsWith(mail_peer[1], 'reject') OR mail_peer[1] = 'client=', 2, 99),
            class_uid = 4003, if(startsWith(answer[1], 'transfer'), 6, 1),
            class_uid = 3006, transform(account_step, ['member added', 'member removed', 'group deleted', 'group created'], [3, 4, 5, 6], 99),
            class_uid = 3001, transform(account_step, ['created', 'password', 'deleted', 'locked', 'unlocked'], [1, 3, 6, 9, 12], 99),
            0)) AS activity_id
