-- Which lines of one batch could not be read, and why? Read by store.dry_run.
SELECT seq, reason
FROM quarantine
WHERE batch_id = {batch_id:String}
ORDER BY seq
