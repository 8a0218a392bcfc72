-- How many lines of a batch became events and how many went to quarantine? Read by collection and ingest when they report.
SELECT sum(events), sum(quarantined)
FROM intake
WHERE batch_id = {batch_id:String}
