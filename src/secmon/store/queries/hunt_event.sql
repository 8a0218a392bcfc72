-- One event with everything that was kept of it. Read by the page that shows an event whole.
SELECT * FROM events WHERE batch_id = {batch_id:String} AND seq = {seq:UInt32} AND ({scope}) LIMIT 1
