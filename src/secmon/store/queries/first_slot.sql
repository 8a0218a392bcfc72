-- Since when is there anything of these sites? Read by live.expected_band.
SELECT min(slot) FROM events_15m WHERE empty({sites:Array(String)}) OR has({sites:Array(String)}, site)
