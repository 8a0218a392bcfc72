-- Lines of a period that could not be read. Read by the digests.
SELECT count() AS lines
FROM quarantine
WHERE received_at >= {since:DateTime64(3)} AND received_at < {until:DateTime64(3)}
  AND (empty({sites:Array(String)}) OR site IN {sites:Array(String)})
