-- Events and attempts by site. Read by the page of trends, which compares provinces per collected event and size.
SELECT site, sum(e.events) AS events, sumIf(e.events, attack_type != '') AS attempts
FROM events_15m AS e
WHERE slot >= {since:DateTime} AND slot < {until:DateTime}
  AND (empty({sites:Array(String)}) OR site IN {sites:Array(String)})
GROUP BY site
