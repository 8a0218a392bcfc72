-- The events at which a correlation has enough, as what another correlation is about. Part of the queries of
-- detection.correlation.sql. A late event may make an edge of an older one, so all edges of a touched group are fresh.
SELECT t, site, batch, seq, received, $key AS key, $carried AS carried, $value AS value, event, touched AS fresh
FROM (SELECT *, max(fresh) OVER (PARTITION BY k) AS touched FROM ($enough)) AS edge
WHERE enough
