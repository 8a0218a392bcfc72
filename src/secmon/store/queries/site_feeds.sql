-- Lines of one site's feeds since a time: events and quarantined. Read by the site page, beside the collector's count.
SELECT feed, sum(events) AS events, sum(quarantined) AS quarantined
FROM intake
WHERE site = {site:String} AND received_at >= {since:DateTime64(3)}
GROUP BY feed
