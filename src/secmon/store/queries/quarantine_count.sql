-- How many lines received since a time could not be read? Read by the wall's snapshot and the site page.
SELECT count()
FROM quarantine
WHERE received_at >= {since:DateTime64(3)} AND (empty({sites:Array(String)}) OR has({sites:Array(String)}, site))
