-- What kind of Windows event it is: its source as a number, and that number in front of the event's own.
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
            transform(channel, ['Security', 'Microsoft-Windows-Sysmon/Operational'], [1, 2], 0)) AS source,
        source * 100000 + event_id % 100000 AS kind,
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
