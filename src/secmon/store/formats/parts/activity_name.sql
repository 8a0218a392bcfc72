-- A function: OCSF's caption of an activity of a class, or the product's own name for it where OCSF has none.
            ((class, activity, own) -> transform(class * 100 + activity,
                [100101, 100102, 100103, 100104, 100105, 100106, 100114, 100201, 100501, 100601, 100602, 100603, 100604, 100605, 100701, 100702, 100703, 100704, 100801,
                 200401, 300101, 300102, 300103, 300104, 300105, 300106, 300109, 300112, 300201, 300202, 300203, 300204, 300205, 300206, 300301,
                 300603, 300604, 300605, 300606, 400101, 400102, 400103, 400104, 400105, 400106,
                 400201, 400202, 400203, 400204, 400205, 400206, 400207, 400208, 400209, 400301, 400302, 400306, 400701, 400901, 400902,
                 600501, 600502, 600503, 600504, 600505, 600506, 600507],
                ['Create', 'Read', 'Update', 'Delete', 'Rename', 'Set Attributes', 'Open', 'Load', 'Load', 'Create', 'Update', 'Delete', 'Enable', 'Disable', 'Launch', 'Terminate', 'Open', 'Inject', 'Clear',
                 'Create', 'Create', 'Enable', 'Password Change', 'Password Reset', 'Disable', 'Delete', 'Lock', 'Unlock', 'Logon', 'Logoff', 'Authentication Ticket', 'Service Ticket Request', 'Service Ticket Renew', 'Preauth', 'Assign Privileges',
                 'Add User', 'Remove User', 'Delete', 'Create', 'Open', 'Close', 'Reset', 'Fail', 'Refuse', 'Traffic',
                 'Connect', 'Delete', 'Get', 'Head', 'Options', 'Post', 'Put', 'Trace', 'Patch', 'Query', 'Response', 'Traffic', 'Open', 'Send', 'Receive',
                 'Read', 'Update', 'Connect', 'Query', 'Write', 'Create', 'Delete'], own))
