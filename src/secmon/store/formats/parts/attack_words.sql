-- The type of attack that `attack`, a vendor's own name of it, speaks of.
            multiIf(
                attack = '', '',
                match(attack, '(?i)backdoor|botnet|trojan|malware|virus|worm\\b|web.?shell|c&c|command and control|ransom|miner'), 'malware',
                match(attack, '(?i)brute.?force|password.guess|login.(?:attempt|failure|failed)'), 'unauthorised_access',
                match(attack, '(?i)sql.?injection|sqli|code.execution|command.?(?:injection|execution)|injection|overflow|privilege|deserial|upload|cross.?site|\\bxss\\b|\\brce\\b|log4j|bypass'), 'privilege_acquisition',
                match(attack, '(?i)traversal|disclosure|information.leak|data.leak|file.inclusion|\\blfi\\b'), 'information_leak',
                match(attack, '(?i)scan|probe|recon|enumerat|sweep|crawler'), 'information_gathering',
                match(attack, '(?i)\\bd?dos\\b|denial|flood'), 'denial_of_service',
                match(attack, '(?i)deface'), 'defacement',
                '')
