-- The events of one batch, every column. Read by store.dry_run.
SELECT *
FROM events
WHERE batch_id = {batch_id:String}
ORDER BY seq
