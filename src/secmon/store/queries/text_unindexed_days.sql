-- Days with parts that were not there when their words were indexed (lines came late, or parts were merged, which drops
-- the index), the newest first: closed days, and today once its new parts have so many rows. Read by search.text_index.
-- A part's name is day_first_last_level, and behind that the number of the newest mutation: indexing one day renames the
-- parts of all days, and changes nothing in them.
WITH (name -> arrayStringConcat(arraySlice(splitByChar('_', name), 1, 4), '_')) AS kept
SELECT p.partition AS day, p.partition_id AS partition_id,
       sumIf(p.rows, NOT has(arrayMap(kept, w.parts), kept(p.name))) AS missing
FROM system.parts AS p
LEFT JOIN (
    SELECT partition_id, argMax(parts, indexed_at) AS parts FROM words_indexed GROUP BY partition_id
) AS w ON w.partition_id = p.partition_id
WHERE p.database = {database:String} AND p.table = 'events' AND p.active AND p.partition <= {today:String}
GROUP BY p.partition, p.partition_id
HAVING missing > 0 AND (day < {today:String} OR missing >= {least:UInt64})
ORDER BY day DESC
