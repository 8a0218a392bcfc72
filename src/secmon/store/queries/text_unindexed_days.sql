-- Closed days whose parts are not those that were there when their words were indexed (lines came late, or parts were
-- merged, which drops the index), the newest first. Read by hunt.words, which builds the index a day at a time.
-- A part's name is day_first_last_level, and behind that the number of the newest mutation: indexing one day renames the
-- parts of all days, and changes nothing in them.
WITH (names -> arraySort(arrayMap(name -> arrayStringConcat(arraySlice(splitByChar('_', name), 1, 4), '_'), names))) AS kept
SELECT p.partition AS day, p.partition_id AS partition_id
FROM system.parts AS p
LEFT JOIN (
    SELECT partition_id, argMax(parts, indexed_at) AS parts FROM words_indexed GROUP BY partition_id
) AS w ON w.partition_id = p.partition_id
WHERE p.database = {database:String} AND p.table = 'events' AND p.active AND p.partition < {today:String}
GROUP BY p.partition, p.partition_id
HAVING kept(groupArray(p.name)) != kept(any(w.parts))
ORDER BY day DESC
