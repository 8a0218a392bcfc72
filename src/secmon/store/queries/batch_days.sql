-- Which days do the events of these batches lie on? Read by store.repair.
SELECT DISTINCT toString(toDate(time))
FROM events
WHERE batch_id IN {batch_ids:Array(String)}
